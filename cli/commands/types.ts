// rnnc types: writes the types of a program's values, for TypeScript.
import { readFile } from 'node:fs/promises'
import { linkProgram } from '../../compiler/elaborate/linking/linkProgram.ts'
import { chooseModel, compileProgram } from '../../compiler/index.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { writeBytes } from '../../runtime/node/index.ts'
import { typesText } from '../../runtime/typesText.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { openSource } from '../openSource.ts'
import type { Output } from '../output.ts'
import { checkNoWeights } from '../outputFile.ts'

interface Options {
  readonly out?: string
  readonly check?: boolean
}

export const types: AddCommand = (program, output) =>
  describeUse(
    program
      .command('types')
      .description(
        'Write a TypeScript declaration of the inputs, targets and outputs of a program: m.d.rnn.ts for m.rnn, by which `compile`, `fit` and `predict` know their types.',
      )
      .argument('<file>', 'a program (*.rnn)'),
    [
      ['--out <path>', 'path of the declaration; by default it lies beside the program'],
      ['--check', 'write nothing, and fail if the declaration is not up to date'],
      flags.json,
    ],
    ['rnnc types sunspots.rnn', 'rnnc types sunspots.rnn --check'],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { file, text, read } = await openSource(path, output)
  const program = linkProgram(text, file, read)
  const models = program.models.map(unit => compileProgram(program, { model: unit.name.text }))
  const chosen = chooseModel(program, undefined)
  const main = models.find(m => m.unit === chosen) ?? compileProgram(program)
  const out = options.out ?? `${file.replace(/\.rnn$/, '')}.d.rnn.ts`
  const written = typesText(file, models, main)
  if (options.check) {
    const there = await readFile(out, 'utf8').catch(() => undefined)
    if (there !== written) {
      const found = there === undefined ? 'a missing file' : 'those of another version of the program'
      fail(
        'RNN509',
        { what: out, expected: 'the types of the program', found },
        { help: `write them by \`rnnc types ${path}\`` },
      )
    }
    output.result({ ok: true, out }, `${out} is up to date`)
    return
  }
  await checkNoWeights(out, output, [], 'never')
  await writeBytes(out, new TextEncoder().encode(written))
  output.result({ ok: true, out }, `wrote ${out}`)
}
