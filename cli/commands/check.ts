// rnnc check: everything that is wrong or doubtful in a file, and a summary of what is in it.

import { linkProgram } from '../../compiler/check/program.ts'
import type { Signature } from '../../compiler/check/signature.ts'
import { compileProgram, check as findProblems } from '../../compiler/index.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { checkData } from '../../runtime/data/check.ts'
import { describePort } from '../../runtime/data/ports.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { count, diagnosticsJson } from '../output.ts'
import { openSource } from '../program.ts'
import { formula, parameterCount, signatureJson } from '../signature.ts'

export const check: AddCommand = (program, output) =>
  describeUse(
    program
      .command('check')
      .description('Check every model, `train` and `data` block of a file.')
      .argument('<file>', 'a program, *.rnn'),
    [flags.json],
    ['rnnc check sunspots.rnn', 'rnnc check sunspots.rnn --json'],
  ).action(async (path: string) => {
    const source = await openSource(path, output)
    const program = linkProgram(source.text, source.file, source.read)
    if (program.program.items.length === 0) {
      fail(
        'RNN405',
        { what: `\`${source.file}\`` },
        { help: 'a program declares models, cells, layers, or other things' },
      )
    }
    // A file of cells and layers for others to import has no model to check.
    const inModels = program.models.length === 0 ? program.warnings : findProblems(source.text, source)
    const found = [...inModels, ...program.datas.flatMap(checkData)]
    if (found.some(d => d.severity === 'error')) throw new RnnError(found)
    output.report(found)
    const signatures = program.models.map(m => compileProgram(program, { model: m.name.text }).signature)
    const warnings = found.length === 0 ? '' : `, ${count(found.length, 'warning')}`
    output.result(
      {
        ok: true,
        file: source.file,
        models: signatures.map(signatureJson),
        diagnostics: diagnosticsJson(found, output.sources),
      },
      [
        ...signatures.map(summary),
        `${source.file}: no errors${warnings}${signatures.length === 0 ? '; it declares no model' : ''}`,
      ].join('\n'),
    )
  })

function summary(signature: Signature): string {
  const ports = (['inputs', 'targets', 'outputs'] as const).flatMap(kind =>
    signature[kind].map(port => `  ${kind.slice(0, -1).padEnd(6)}  ${port.name}: ${describePort(port)}`),
  )
  const { length } = signature.parameters
  return [
    `model ${signature.name}: ${formula(parameterCount(signature))} parameters in ${count(length, 'array')}`,
    ...ports,
  ].join('\n')
}
