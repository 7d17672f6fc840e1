// rnnc gradcheck: compares the compiled gradient with dual numbers and with differences of the compiled loss, on one batch.

import type { CompiledModel } from '../../compiler/index.ts'
import { asNumber } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { type Diagnostic, diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { greatest } from '../../dsl/greatest.ts'
import type { Batch } from '../../runtime/packBatch.ts'
import { initialWeightsAsync } from '../../runtime/session.ts'
import type { GradientCheck, ParameterCheck } from '../../trust/gradients/checkGradientsAt.ts'
import type { Cause } from '../../trust/gradients/locate.ts'
import { dataBatches, drawnBatch } from '../batches.ts'
import { type AddCommand, chooseBackend, describeUse, flags, immediateNames } from '../command.ts'
import { parameterCount } from '../describeSignature.ts'
import { wholeNumber } from '../errors.ts'
import { compileSource, dataReader, type ModelOptions, openSource } from '../openSource.ts'
import { type JsonValue, type Output, table } from '../output.ts'
import { createMeter } from '../progress.ts'

interface Options extends ModelOptions {
  readonly seed: string
  readonly target: string
  /** `true` for the files that the data block names. */
  readonly data?: string | true
}

export const gradcheck: AddCommand = (program, output) =>
  describeUse(
    program
      .command('gradcheck')
      .description(
        'Check the gradient of a model against forward mode and finite differences of the loss, in float64, on one batch, near the initial weights.',
      )
      .argument('<file>', 'a program (*.rnn)'),
    [
      ['--data [path]', 'use a batch from the data block, or from this file, instead of a random one'],
      ['--set <name=value...>', 'set hyper-parameters and sizes, including those of the batch: B=3 T=5 V=7'],
      ['--seed <n>', 'seed of the batch and the weights', '1'],
      ['--target <name>', `backend that computes the gradient: ${immediateNames}`, 'js'],
      flags.model,
      flags.json,
    ],
    [
      'rnnc gradcheck sunspots.rnn',
      'rnnc gradcheck sunspots.rnn --data',
      'rnnc gradcheck tagger.rnn --set B=3 T=5 V=7 --seed 2',
    ],
  ).action((file: string, options: Options) => run(file, options, output))

async function run(file: string, options: Options, output: Output): Promise<void> {
  const backend = chooseBackend(options.target)
  const seed = wholeNumber('--seed', options.seed)
  const { model, batch } = await openBatch(file, options, seed, output)
  const onProgress = createMeter(output, 'initializing the weights')
  const drawn = await initialWeightsAsync(model, batch.sizes, seed, 'f64', { onProgress })
  const { checkGradientsAt, perturbed } = await import('../../trust/index.ts')
  const weights = perturbed(drawn, seed)
  const check = checkGradientsAt(model, weights, batch.inputs, batch.sizes, {
    backend,
    seed,
    onProgress: createMeter(output, 'checking the gradient'),
  })
  report(model, seed, check, output)
}

/** Opens a program, and draws a batch or reads one. RNN405 for a model without weights. */
async function openBatch(
  file: string,
  options: Options,
  seed: number,
  output: Output,
): Promise<{ readonly model: CompiledModel; readonly batch: Batch }> {
  const source = await openSource(file, output)
  const { model, sets } = compileSource(source, { ...options, sizes: true }, output)
  const { name, parameters } = model.signature
  if (parameters.length === 0) fail('RNN405', { what: `the list of weights of \`${name}\`` })
  if (options.data === undefined) return { model, batch: drawnBatch(model, sets, seed) }
  const path = options.data === true ? undefined : options.data
  const loading = { read: dataReader(source.file, path, output), path, sizes: sets, seed }
  return { model, batch: (await dataBatches(model, loading, sets)).first }
}

function report({ signature }: CompiledModel, seed: number, check: GradientCheck, output: Output): void {
  const total = check.parameters.reduce((n, p) => n + p.elements, 0)
  const worst = check.parameters.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a))
  const object = {
    ok: check.passed,
    model: signature.name,
    seed,
    ...check,
    steps: check.steps.map(s => ({ ...s })),
    directions: check.directions.map(d => d.error),
    cause: check.cause && causeJson(check.cause),
    elements: asNumber(parameterCount(signature)) ?? total,
    worst: worstJson(worst),
    parameters: check.parameters.map(worstJson),
  }
  if (!check.passed) {
    output.note(describe(check, total))
    const found = failure(check)
    if (!output.json) throw new RnnError([found])
    output.report([found])
    output.exitCode = 1
  }
  const largest = [
    { error: worst.error, where: place(worst) },
    ...check.steps.map(s => ({ error: s.error, where: s.step === undefined ? s.name : `${s.name} at step ${s.step}` })),
    ...check.directions.map(({ error }) => ({ error, where: 'along a direction' })),
  ].reduce((a, b) => (b.error > a.error ? b : a))
  const verdict = `${signature.name}: the gradient is correct; the largest error is ${largest.error.toExponential(1)}`
  output.result(object, `${describe(check, total)}\n${verdict} (${largest.where})`)
}

const place = ({ name, worst }: ParameterCheck): string =>
  worst.index.length === 0 ? name : `${name}[${worst.index.join(', ')}]`

function describe(check: GradientCheck, total: number): string {
  const method =
    check.method === 'all elements'
      ? `all ${total} elements of the gradient, and ${check.directions.length} random directions, against central differences and forward mode`
      : `${check.directions.length} random directions, and ${check.parameters.map(p => p.checked).reduce((a, b) => a + b)} of ${total} elements of the gradient, against central differences and forward mode`
  const rows = check.parameters.map(p => [
    `  ${p.name}`,
    `${p.checked} of ${p.elements}`,
    p.error.toExponential(1),
    `worst at ${place(p)}`,
  ])
  const inputs = [...new Set(check.steps.map(s => s.name))].map(name => {
    const steps = check.steps.filter(s => s.name === name)
    const worst = steps.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a))
    const where = worst.step === undefined ? '' : `worst at step ${worst.step}`
    return [`  ${name}`, counted(steps.length, 'step'), worst.error.toExponential(1), where]
  })
  const along = `  along directions: ${greatest(check.directions.map(d => d.error)).toExponential(1)}`
  const kinks =
    check.kinks === 0 ? [] : [`  ${counted(check.kinks, 'derivative')} on a kink, compared with forward mode`]
  const jumps =
    check.jumps === 0
      ? []
      : [`  ${counted(check.jumps, 'derivative')} where the loss jumps, compared with forward mode only`]
  return [`${method} (${check.backend}, f64)`, table([...rows, ...inputs], [1]), along, ...kinks, ...jumps].join('\n')
}

const worstJson = (p: ParameterCheck): { readonly [key: string]: JsonValue } => ({ ...p, worst: { ...p.worst } })

const causeJson = ({ ops, value, steps }: Cause): JsonValue => ({ ops, value, steps })

/** Describes the error of a gradient, and where it arises. */
export function failure({ parameters, steps, directions, cause }: GradientCheck): Diagnostic {
  const parameter = parameters.find(p => !p.passed)
  const step = steps.find(s => !s.passed)
  const [param, worst] =
    parameter !== undefined
      ? [place(parameter), parameter]
      : step !== undefined
        ? [step.step === undefined ? step.name : `${step.name}\` at step \`${step.step}`, step]
        : ['all parameters, along a random direction', directions.reduce((a, b) => (b.error > a.error ? b : a))]
  const { error, judge, allowed } = worst
  const values = { param, error: error.toExponential(2), judge, tolerance: allowed.toExponential(0) }
  const numbers =
    parameter &&
    `compiled ${parameter.worst.gradient}, by differences ${parameter.worst.difference}; this is a bug in the compiler, not in your file`
  return diagnostic('RNN506', values, { ...(cause && blame(cause)), ...(numbers && { help: numbers }) })
}

function blame({ ops, value, steps, span }: Cause): { readonly span?: Diagnostic['span']; readonly caret: string } {
  const at = steps.length === 0 ? '' : `, at step ${steps.join(', ')},`
  const what = value === '' ? 'a value' : `\`${value}\``
  const caret = `the gradient of ${what} becomes wrong here${at} by the rule of \`${ops.join('` or `')}\``
  return { ...(span && { span }), caret }
}
