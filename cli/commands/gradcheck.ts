// rnnc gradcheck: the compiled gradient against differences of the compiled loss, on a random batch.
import { asNumber } from '../../compiler/ir/dim.ts'
import { diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { checkGradients, type GradientCheck, type ParameterCheck } from '../../runtime/gradcheck.ts'
import { randomBatch, randomSizes } from '../../runtime/randomBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { type AddCommand, chooseBackend, describeUse, flags } from '../command.ts'
import { wholeNumber } from '../errors.ts'
import { type JsonValue, table } from '../output.ts'
import { compileSource, type ModelOptions, openSource } from '../program.ts'
import { createMeter } from '../progress.ts'
import { parameterCount } from '../signature.ts'

interface Options extends ModelOptions {
  readonly seed: string
  readonly backend: string
}

export const gradcheck: AddCommand = (program, output) =>
  describeUse(
    program
      .command('gradcheck')
      .description(
        'Compare the gradient of a model with finite differences of its loss, in float64, on a random batch.',
      )
      .argument('<file>', 'a program, *.rnn'),
    [
      ['--set <name=value...>', 'hyper-parameters and sizes, also of the batch: B=3 T=5 V=7'],
      ['--seed <n>', 'of the batch and the weights', '1'],
      flags.backend,
      flags.model,
      flags.json,
    ],
    ['rnnc gradcheck sunspots.rnn', 'rnnc gradcheck tagger.rnn --set B=3 T=5 V=7 --seed 2'],
  ).action(async (path: string, options: Options) => {
    const backend = chooseBackend(options.backend)
    const seed = wholeNumber('--seed', options.seed)
    const { model, sets } = compileSource(await openSource(path, output), { ...options, sizes: true }, output)
    const { signature } = model
    if (signature.parameters.length === 0) fail('RNN405', { what: `the list of weights of \`${signature.name}\`` })
    const sizes = randomSizes(signature, sets)
    const batch = randomBatch(signature, sizes, seed)
    const weights = initialWeights(model, sizes, seed, 'f64')
    const check = checkGradients(
      model,
      weights,
      batch.inputs,
      { ...sizes, ...batch.sizes },
      {
        backend,
        seed,
        onProgress: createMeter(output, 'checking the gradient'),
      },
    )
    const total = check.parameters.reduce((n, p) => n + p.elements, 0)
    const worst = check.parameters.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a))
    const object = {
      ok: check.passed,
      model: signature.name,
      seed,
      ...check,
      elements: asNumber(parameterCount(signature)) ?? total,
      worst: worstJson(worst),
      parameters: check.parameters.map(worstJson),
    }
    if (!check.passed) {
      output.note(describe(check, total))
      const failed = check.parameters.find(p => !p.passed)
      const found = failed === undefined ? alongDirections(check) : offBy(failed, check.tolerance)
      if (!output.json) throw new RnnError([found])
      output.report([found])
      process.exitCode = 1
    }
    const verdict = `${signature.name}: the gradient is right, to ${worst.error.toExponential(1)} at worst`
    output.result(object, `${describe(check, total)}\n${verdict} (${place(worst)})`)
  })

const place = ({ name, worst }: ParameterCheck): string =>
  worst.index.length === 0 ? name : `${name}[${worst.index.join(', ')}]`

function describe(check: GradientCheck, total: number): string {
  const method =
    check.method === 'all elements'
      ? `all ${total} elements of the gradient against central differences`
      : `${check.directions.length} random directions, and ${check.parameters.map(p => p.checked).reduce((a, b) => a + b)} of ${total} elements of the gradient, against central differences`
  const rows = check.parameters.map(p => [
    `  ${p.name}`,
    `${p.checked} of ${p.elements}`,
    p.error.toExponential(1),
    `worst at ${place(p)}`,
  ])
  const along =
    check.directions.length === 0 ? [] : [`  along directions: ${Math.max(...check.directions).toExponential(1)}`]
  return [`${method} (${check.backend}, f64)`, table(rows, [1]), ...along].join('\n')
}

const worstJson = (p: ParameterCheck): { readonly [key: string]: JsonValue } => ({ ...p, worst: { ...p.worst } })

function offBy(p: ParameterCheck, tolerance: number) {
  const { gradient, difference } = p.worst
  const values = { param: place(p), error: p.error.toExponential(2), tolerance: tolerance.toExponential(0) }
  const help = `compiled ${gradient}, by differences ${difference}; at a kink, such as relu at 0, both are right: try another \`--seed\``
  return diagnostic('RNN506', values, { help })
}

const alongDirections = ({ directions, tolerance }: GradientCheck) =>
  diagnostic('RNN506', {
    param: 'all parameters, along a random direction',
    error: Math.max(...directions).toExponential(2),
    tolerance: tolerance.toExponential(0),
  })
