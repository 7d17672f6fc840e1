// rnnc fuzz: runs random programs through every check of the compiler.

import { join } from 'node:path'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { counted } from '../../dsl/counted.ts'
import { type Diagnostic, diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { position } from '../../dsl/position.ts'
import { inLibrary, libraryFiles, shownFile } from '../../dsl/standardLibrary.ts'
import { checkWritable, unusedPath, writeBytes } from '../../runtime/node/index.ts'
import type { FuzzFailure, FuzzReport } from '../../trust/fuzz/fuzz.ts'
import { kinkChoices } from '../../trust/fuzz/generate/kinks.ts'
import type { UnderTest } from '../../trust/fuzz/trial.ts'
import { type AddCommand, chooseBackend, describeUse, flags, immediateNames } from '../command.ts'
import { milliseconds, oneOf, wholeNumber } from '../errors.ts'
import { catchInterrupt } from '../interrupt.ts'
import { openSource } from '../openSource.ts'
import type { JsonValue, Output } from '../output.ts'
import { createMeter } from '../progress.ts'

interface Options {
  readonly runs?: string
  readonly seed?: string
  readonly time?: string
  readonly target?: string
  readonly kinks: string
  readonly save?: string
}

export const fuzz: AddCommand = (program, output) =>
  describeUse(
    program
      .command('fuzz')
      .description(
        'Test the compiler with random programs: gradients against finite differences, backends and passes against the interpreter, and more. The run stops at the first failure and reduces it to a small program.',
      )
      .argument('[case...]', 'saved cases (*.rnn, written by --save) to run instead of random programs'),
    [
      ['--runs <n>', 'number of programs; by default 1000, or unlimited with --time'],
      ['--seed <n>', 'seed of the first program; by default a new one each time'],
      ['--time <time>', 'stop after this time, such as 60s or 2m'],
      ['--target <name>', `backend to test: ${immediateNames}; by default all`],
      ['--kinks <how>', `how often to use operations with kinks, such as relu: ${kinkChoices.join(', ')}`, 'some'],
      ['--save <folder>', 'save failing programs in this folder, to run them again'],
      flags.json,
    ],
    ['rnnc fuzz --runs 20000 --seed 7 --json', 'rnnc fuzz --time 60s --save failures', 'rnnc fuzz failures/*.rnn'],
  ).action(async (cases: readonly string[], options: Options) => {
    const target = options.target
    const tested = target === undefined ? immediateBackends : [chooseBackend(target)]
    if (options.save !== undefined) await checkWritable(join(options.save, 'case.rnn'))
    const report =
      cases.length > 0 ? await replay(cases, { backends: tested }, output) : await search(options, tested, output)
    if (options.save !== undefined) await save(report, options.save, output)
    const { failures, ...counts } = report
    const text = `${counted(report.programs, 'program')}, ${counted(report.checks, 'check')}, ${report.kinks} on kinks: ${failures.length === 0 ? 'no failure' : counted(failures.length, 'failure')} (seed ${report.seed})`
    if (failures.length > 0) {
      for (const f of failures) output.note(`${f.case.source}\n${JSON.stringify({ ...f.case, source: undefined })}`)
      const found = failures.map(describeFailure)
      if (!output.json) throw new RnnError(found)
      output.report(found)
      output.exitCode = 1
    }
    output.result({ ok: failures.length === 0, ...counts, failures: failures.map(failureJson) }, text)
  })

async function search(options: Options, tested: typeof immediateBackends, output: Output): Promise<FuzzReport> {
  const seed = options.seed === undefined ? Date.now() % 2 ** 31 : wholeNumber('--seed', options.seed)
  const interrupt = catchInterrupt(() => output.note('stopping after this program; press Ctrl-C again to stop now'))
  output.note(`seed ${seed}`)
  try {
    const { fuzz } = await import('../../trust/fuzz/fuzz.ts')
    return await fuzz({
      seed,
      ...limits(options),
      kinks: oneOf('kinks', options.kinks, kinkChoices),
      backends: tested,
      onProgress: createMeter(output, 'random programs'),
      signal: interrupt.signal,
    })
  } finally {
    interrupt.release()
  }
}

/** Reads the limits of a search. RNN509 for 0 programs: a run that does nothing has shown nothing. */
function limits({ runs, time }: Options): { readonly runs: number; readonly time?: number } {
  const most = runs === undefined ? undefined : wholeNumber('--runs', runs, 1)
  if (time === undefined) return { runs: most ?? 1000 }
  return { runs: most ?? Number.POSITIVE_INFINITY, time: milliseconds('--time', time) }
}

/** Runs saved cases. RNN406 and RNN410 for files that are not cases. */
async function replay(paths: readonly string[], under: UnderTest, output: Output): Promise<FuzzReport> {
  const { allAtOnce } = await import('../../trust/fuzz/checks/index.ts')
  const { explained, runCase } = await import('../../trust/fuzz/fuzz.ts')
  const { readRegression } = await import('../../trust/fuzz/regression.ts')
  const { checkCase } = await import('../../trust/fuzz/checkCase.ts')
  const failures: FuzzFailure[] = []
  let [checks, kinks] = [0, 0]
  for (const path of paths) {
    const { text, file } = await openSource(path, output)
    const fuzzCase = readRegression(text, file)
    checkCase(fuzzCase, file)
    const { check, outcome } = runCase(fuzzCase, under, allAtOnce)
    checks += outcome.checks
    kinks += outcome.kinks ?? 0
    if (outcome.failure !== undefined) failures.push(explained(check, fuzzCase, outcome.failure))
  }
  return { seed: 0, programs: paths.length, checks, kinks, failures }
}

async function save({ seed, failures }: FuzzReport, folder: string, output: Output): Promise<void> {
  const { printRegression } = await import('../../trust/fuzz/regression.ts')
  for (const [i, f] of failures.entries()) {
    // Avoids the name of a case that is run again, which may be just this.
    const path = await unusedPath(join(folder, `${f.check.replaceAll(' ', '-')}-${seed}-${i + 1}.rnn`))
    await writeBytes(path, new TextEncoder().encode(printRegression(f.case, [`${f.check}: ${f.message}`])))
    output.note(`saved ${path}`)
  }
}

/** Finds the line of the program, or of the library, at fault. */
function lineOf({ case: { source }, cause }: FuzzFailure): string | undefined {
  const span = cause?.span
  if (span === undefined) return undefined
  const text = inLibrary(span) ? libraryFiles.get(span.file) : source
  return `${inLibrary(span) ? `${shownFile(span.file)} ` : ''}line ${position(text ?? '', span.start).line}`
}

/** Describes a failure, and where it arises. */
export function describeFailure(failure: FuzzFailure): Diagnostic {
  const { check, message, cause } = failure
  const where =
    cause === undefined
      ? ''
      : `; it goes wrong ${lineOf(failure) === undefined ? '' : `on ${lineOf(failure)} `}${cause.value === '' ? '' : `at \`${cause.value}\``}${cause.steps.length === 0 ? '' : `, step ${cause.steps.join(', ')}`}, by the rule of \`${cause.ops.join('` or `')}\``
  return diagnostic('RNN510', { check, message: `${message}${where}` })
}

const failureJson = (failure: FuzzFailure): JsonValue => {
  const {
    check,
    message,
    cause,
    case: { source, ...rest },
  } = failure
  return {
    check,
    message,
    source,
    sizes: { ...rest.sizes },
    lengths: Object.fromEntries(Object.entries(rest.lengths).map(([axis, l]) => [axis, [...l]])),
    data: rest.data,
    ...(cause && { cause: { ops: cause.ops, value: cause.value, steps: cause.steps, line: lineOf(failure) } }),
  }
}
