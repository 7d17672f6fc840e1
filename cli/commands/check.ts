// rnnc check: reports all errors and warnings of a file, and a summary of its content.

import { checkProgram } from '../../compiler/checkProgram.ts'
import { dataBlockOf } from '../../compiler/elaborate/linking/blocksOfModel.ts'
import { type LinkedProgram, linkProgram } from '../../compiler/elaborate/linking/linkProgram.ts'
import { chooseModel } from '../../compiler/elaborate/models/checkModel.ts'
import type { CheckedAlone } from '../../compiler/elaborate/units/checkAlone.ts'
import { distinct } from '../../compiler/elaborate/values/collectProblems.ts'
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Fn, Unit } from '../../dsl/ast.ts'
import { counted } from '../../dsl/counted.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { describePort } from '../../runtime/data/bindSizes.ts'
import { checkData } from '../../runtime/data/checkData.ts'
import { parametersText, signatureJson } from '../describeSignature.ts'
import { type AddCommand, describeUse, ofProgram } from '../describeUse.ts'
import { openSource, sampleReader } from '../openSource.ts'
import { diagnosticsJson, type Output } from '../output.ts'
import { readSets, type Sets, sizesOf } from '../sets.ts'

interface Options {
  readonly data?: string
  readonly set?: readonly string[]
  readonly model?: string
}

export const check: AddCommand = (program, output) =>
  describeUse(
    program
      .command('check')
      .description(
        'Check a file for errors: every model, unit, `train` and `data` block. Data is read only with --data.',
      )
      .argument('<file>', 'a program (*.rnn)'),
    [
      ['--data <path>', 'also check the first rows of this file, as data of the data block'],
      ofProgram.set,
      ['--model <name>', 'check only this model'],
      ofProgram.json,
    ],
    [
      'rnnc check sunspots.rnn',
      'rnnc check sunspots.rnn --data newer.csv --set units=64',
      'rnnc check sunspots.rnn --json',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const source = await openSource(path, output)
  const program = linkProgram(source.text, source.file, source.read)
  if (program.program.items.length === 0) {
    fail('RNN405', { what: `\`${source.file}\`` }, { help: 'a program declares models, cells, layers or functions' })
  }
  const asked = options.model !== undefined || options.set !== undefined || options.data !== undefined
  // Accepts a file of cells and layers for others to import, without a model: its units are checked alone.
  const main = program.models.length > 0 || asked ? chooseModel(program, options.model) : undefined
  const { sources } = output
  const { sets, settings }: Sets =
    main === undefined ? { sets: {}, settings: {} } : readSets(options.set ?? [], { program, unit: main, sources })
  const { found: inText, models, alone } = checkProgram(program, { model: options.model, sets, settings })
  const mainData = main && dataBlockOf(program, main)
  if (options.data !== undefined && mainData === undefined) {
    fail('RNN509', { what: '--data', expected: 'a program with a data block', found: 'none' })
  }
  const checks = program.datas.map(data => {
    const model = models.find(m => m.unit.name.text === data.model.text)
    if (options.model !== undefined && data.model.text !== main?.name.text) return []
    const sample = data === mainData ? options.data : undefined
    return checkData(data, {
      ...(model && { signature: model.signature, sizes: sizesOf(sets, model.freeDims) }),
      ...(sample !== undefined && { sample: { path: sample, read: sampleReader(sample) } }),
    })
  })
  const found = distinct([...inText, ...(await Promise.all(checks)).flat()], source.file)
  if (found.some(d => d.severity === 'error')) throw new RnnError(found)
  output.report(found)
  const signatures = models.map(m => m.signature)
  const warnings = found.length === 0 ? '' : `, ${counted(found.length, 'warning')}`
  output.result(
    {
      ok: true,
      file: source.file,
      models: signatures.map(signatureJson),
      units: alone.map(({ unit, waitsFor }) => ({ kind: kindOf(unit), name: unit.name.text, waitsFor })),
      diagnostics: diagnosticsJson(found, output.sources),
    },
    [
      ...signatures.map(summary),
      ...waiting(alone),
      `${source.file}: no errors${warnings}${signatures.length === 0 ? `; ${countUnits(program)}, no model` : ''}`,
    ].join('\n'),
  )
}

const kindOf = (unit: Unit | Fn): string => (unit.kind === 'fn' ? 'fn' : unit.unit)

/** Lists for the units that no model uses which checks wait for a use of them. */
function waiting(alone: readonly CheckedAlone[]): string[] {
  const named = (names: readonly string[]): string => names.map(n => `\`${n}\``).join(', ')
  const fns = alone.flatMap(({ unit }) => (unit.kind === 'fn' ? [unit.name.text] : []))
  return [
    ...alone.flatMap(({ unit, waitsFor }) =>
      waitsFor.length === 0
        ? []
        : [`${kindOf(unit)} ${unit.name.text}: values of ${named(waitsFor)} are checked at each use`],
    ),
    ...(fns.length === 0 ? [] : [`fn ${fns.join(', ')}: shapes are checked at each call`]),
  ]
}

function countUnits({ program }: LinkedProgram): string {
  const units = program.items.filter(i => i.kind === 'unit').length
  const fns = program.items.filter(i => i.kind === 'fn').length
  return [...(units > 0 || fns === 0 ? [counted(units, 'unit')] : []), ...(fns > 0 ? [counted(fns, 'fn')] : [])].join(
    ', ',
  )
}

function summary(signature: Signature): string {
  const ports = (['inputs', 'targets', 'outputs'] as const).flatMap(kind =>
    signature[kind].map(port => `  ${kind.slice(0, -1).padEnd(6)}  ${port.name}: ${describePort(port)}`),
  )
  const { length } = signature.parameters
  return [`model ${signature.name}: ${parametersText(signature)} in ${counted(length, 'array')}`, ...ports].join('\n')
}
