// rnnc check: everything that is wrong or doubtful in a file, and a summary of what is in it.

import { linkProgram } from '../../compiler/check/program.ts'
import type { Signature } from '../../compiler/check/signature.ts'
import { compileProgram, check as findProblems } from '../../compiler/index.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { describePort } from '../../runtime/data/ports.ts'
import { type AddCommand, examples, jsonOption } from '../command.ts'
import { diagnosticJson } from '../output.ts'
import { openSource } from '../program.ts'
import { formula, parameterCount, signatureJson } from '../signature.ts'

export const check: AddCommand = (program, output) =>
  program
    .command('check')
    .description('Check every model, `train` and `data` block of a file.')
    .argument('<file>', 'a program, *.rnn')
    .option(...jsonOption)
    .addHelpText('after', examples('rnnc check sunspots.rnn', 'rnnc check sunspots.rnn --json'))
    .action(async (path: string) => {
      const source = await openSource(path, output)
      const program = linkProgram(source.text, source.file, source.read)
      if (program.program.items.length === 0) fail('RNN405', { what: `\`${source.file}\`` })
      // A file of cells and layers for others to import has no model to check.
      const found = program.models.length === 0 ? program.warnings : findProblems(source.text, source)
      if (found.some(d => d.severity === 'error')) throw new RnnError(found)
      output.report(found)
      const signatures = program.models.map(m => compileProgram(program, { model: m.name.text }).signature)
      const warnings = found.length === 0 ? '' : `, ${count(found.length, 'warning')}`
      output.result(
        {
          ok: true,
          file: source.file,
          models: signatures.map(signatureJson),
          diagnostics: found.map(d => diagnosticJson(d, output.sources)),
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

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
