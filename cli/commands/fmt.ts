// rnnc fmt: formats programs.
import { counted } from '../../dsl/counted.ts'
import { type Diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { format } from '../../dsl/format/format.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { decodeProgram, readGiven } from '../openSource.ts'
import { diagnosticsJson, type Output } from '../output.ts'
import { programFiles } from '../programFiles.ts'
import { createMeter } from '../progress.ts'

interface Options {
  readonly check?: boolean
  readonly stdin?: boolean
}

export const fmt: AddCommand = (program, output) =>
  describeUse(
    program
      .command('fmt')
      .description(
        'Format programs: spaces, line breaks, empty lines. Comments are kept, and a file with syntax errors stays as it is.',
      )
      .argument('[path...]', 'files, and folders whose .rnn files are formatted; by default this folder'),
    [
      ['--check', 'write nothing; list the files that would change, with exit code 1 if there are any'],
      ['--stdin', 'format standard input to standard output; so does the path -'],
      flags.json,
    ],
    [
      'rnnc fmt sunspots.rnn models',
      'rnnc fmt --check',
      'rnnc fmt --check $(git diff --cached --name-only --diff-filter=d -- "*.rnn")',
      'rnnc fmt - < sunspots.rnn',
    ],
  ).action((paths: readonly string[], options: Options) => run(paths, options, output))

function run(paths: readonly string[], options: Options, output: Output): Promise<void> {
  const isStdin = options.stdin === true || paths.includes('-')
  const others = paths.filter(p => p !== '-')
  if (!isStdin) return formatFiles(programFiles(paths.length === 0 ? ['.'] : paths), options, output)
  if (others.length === 0) return formatInput(options, output)
  return fail('RNN509', { what: '--stdin', expected: 'no paths', found: `\`${others[0]}\`` })
}

interface Formatted {
  readonly text: string
  readonly changed: boolean
}

/** Formats the bytes of a file; the errors of one that does not parse are thrown. */
function formatBytes(bytes: Uint8Array, file: string, output: Output): Formatted {
  const source = decodeProgram(bytes, file)
  output.sources.set(file, source)
  const text = format(source, file)
  return { text, changed: Buffer.compare(Buffer.from(text), bytes) !== 0 }
}

const standardInput = 'standard input'

async function formatInput({ check }: Options, output: Output): Promise<void> {
  const pieces: Uint8Array[] = []
  for await (const piece of output.input) pieces.push(Buffer.from(piece))
  const { text, changed } = formatBytes(Buffer.concat(pieces), standardInput, output)
  if (check && changed) output.exitCode = 1
  output.result(
    { ok: !(check && changed), changed, text: check ? undefined : text },
    check ? listed(changed ? [standardInput] : []) : text,
  )
}

async function formatFiles(files: readonly string[], { check }: Options, output: Output): Promise<void> {
  const changed: string[] = []
  const found: Diagnostic[] = []
  let failed = 0
  const meter = createMeter(output, 'formatting')
  for (const [i, file] of files.entries()) {
    meter(i / files.length)
    try {
      if (await formatFile(file, check === true, output)) changed.push(file)
    } catch (error) {
      // The other files are formatted all the same.
      if (!(error instanceof RnnError)) throw error
      failed++
      for (const d of error.diagnostics) found.push(d)
    }
  }
  output.report(found)
  const ok = found.length === 0 && !(check && changed.length > 0)
  if (!ok) output.exitCode = 1
  if (failed === 0 || failed < files.length) output.note(summary(files.length - failed, changed.length, check === true))
  output.result(
    { ok, files: files.length, changed, diagnostics: diagnosticsJson(found, output.sources) },
    listed(changed),
  )
}

/** Formats one file; tells whether that changes it. */
async function formatFile(file: string, check: boolean, output: Output): Promise<boolean> {
  const { text, changed } = formatBytes(await readGiven(file), file, output)
  if (!changed || check) return changed
  await checkWritable(file)
  await writeBytes(file, Buffer.from(text))
  return true
}

const listed = (files: readonly string[]): string => files.join('\n')

function summary(files: number, changed: number, check: boolean): string {
  if (files === 0) return 'no .rnn files here'
  if (changed === 0) return `${counted(files, 'file')}, nothing to change`
  return `${counted(files, 'file')}, ${changed} ${check ? 'would change: run `rnnc fmt`' : 'formatted'}`
}
