// npm run bench: compares this compiler with others and with the machine's limits, all in one run.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { didYouMean } from '../dsl/suggest.ts'
import { type Checks, checksText } from './checksText.ts'
import { type Profile, profileText } from './profileText.ts'
import { digits, type Limits, limitsText, type Row, rowOf, tables } from './report.ts'
import { machine, writeResults } from './results.ts'
import { limit, type Outcome, runSystem } from './runSystem.ts'
import { installed, pythonVariable, type System, systems } from './systems.ts'
import { goalsText } from './targets.ts'
import { type Turns, turnsText } from './turns.ts'
import { type Workload, workloads } from './workloads.ts'

interface Options {
  readonly only?: readonly string[]
  readonly systems?: readonly string[]
  readonly json?: true
  readonly write?: true
  readonly quick?: true
  readonly install: boolean
  readonly checks?: boolean
  readonly profile?: true
}

/** A mistake on the command line. */
class UsageError extends Error {}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const program = new Command('npm run bench --')
  .description(
    "Times this compiler's targets and their peers on the workloads W1 to W6: float32, one thread, one process a system, the median of at\n" +
      'least 10 steps after warm-up. A case is stopped after 60 s and shown as “> x”: a step takes at least x ms.',
  )
  .option(
    '--only <workloads>',
    'some of the workloads, with commas between',
    list(
      workloads.map(w => w.id),
      'workload',
    ),
  )
  .option(
    '--systems <systems>',
    'some of the systems, with commas between',
    list(
      systems.map(s => s.name),
      'system',
    ),
  )
  .option('--json', 'write one JSON object to stdout, everything else to stderr')
  .option('--write', 'put the tables into bench/RESULTS.md')
  .option('--quick', 'warm up and time for 0.1 s a case, not 1.5 s: to see that it works')
  .option('--profile', 'show in which kernels the targets spend their time')
  .option('--checks', "of a part, show as well how the targets' cost and memory grow, and what compiling costs")
  .option('--no-checks', "leave out, of a full run, how the targets' cost and memory grow, and where their time goes")
  .option('--no-install', "do not install the bench's packages")
  .helpOption('--help', 'show this help')
  .exitOverride()
  .addHelpText(
    'after',
    `
Workloads: ${workloads.map(w => w.id).join(' ')}
Systems:   ${systems.map(s => s.name).join(' ')}

PyTorch and JAX run in the python3 on the PATH, or in the one that ${pythonVariable} names.

--json: {"limits": {"js", "wasm", "vector": {"js", "wasm"}}, "rows": [{"system", "workload", "ms", "gflops", "share"}], "checks", "turns", "profiles"}.
Limits in GFLOP/s, those of a matrix-vector product in ms; null for what was not measured. A row may have "atLeast", in ms, for a case
that was stopped, a "note" on what is different about it, and on a GPU the "counts" of a step: {"kernels", "submits", "bytesRead"}.
"checks", "turns" and "profiles" are there where they were measured.

Examples:
  $ npm run bench
  $ npm run bench -- --only W3-lstm --systems js,brain.js
  $ ${pythonVariable}=~/venv/bin/python npm run bench -- --systems js,pytorch,jax --only W1,W2
  $ npm run bench -- --only W2 --systems js --profile
  $ npm run bench -- --only W5-t2 --systems js --checks
  $ npm run -s bench -- --json > run.json`,
  )

/** Makes a parser of names separated by commas. */
function list(known: readonly string[], what: string): (value: string) => readonly string[] {
  return value =>
    value.split(',').map(part => {
      const name = part.trim()
      if (known.includes(name)) return name
      throw new UsageError(`no ${what} is called \`${name}\`: ${didYouMean(name, known) ?? known.join(', ')}`)
    })
}

/** Runs npm ci in bench/, unless it was done before. */
function install(): void {
  note("installing the bench's packages (npm ci in bench/)…")
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new UsageError('npm ci in bench/ failed; --no-install runs without the peers')
}

/** Runs a script of the bench in a separate process, and gives the last line that it prints. */
function runScript(
  name: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): string {
  const script = fileURLToPath(new URL(name, import.meta.url))
  return execFileSync(process.execPath, [...flags, script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  }).trim()
}

/** Merges two measurements of the limits: the better value of each counts. */
function better(a: Limits, b: Limits): Limits {
  const best = (x: number | null, y: number | null, choose: (...values: number[]) => number): number | null =>
    x === null || y === null ? (x ?? y) : choose(x, y)
  return {
    js: best(a.js, b.js, Math.max),
    wasm: best(a.wasm, b.wasm, Math.max),
    vector: { js: best(a.vector.js, b.vector.js, Math.min), wasm: best(a.vector.wasm, b.vector.wasm, Math.min) },
  }
}

interface Timed {
  readonly system: System
  readonly workload: Workload
  readonly outcome: Outcome
}

/** Times each system on the workloads, one after the other. */
async function timed(
  chosen: readonly System[],
  cases: readonly Workload[],
  env: Readonly<Record<string, string>>,
): Promise<readonly Timed[]> {
  const outcomes: Timed[] = []
  for (const system of chosen) {
    const start = system.start()
    note(`${system.name}: ${typeof start === 'string' ? `absent: ${start}` : system.about}`)
    if (typeof start === 'string') {
      for (const workload of cases) outcomes.push({ system, workload, outcome: { kind: 'none', reason: start } })
      continue
    }
    const withEnv = { ...start, env: { ...start.env, ...env } }
    await runSystem(withEnv, cases, (workload, outcome) => {
      note(`  ${workload.id.padEnd(10)} ${said(outcome)}`)
      outcomes.push({ system, workload, outcome })
    })
  }
  return outcomes
}

async function run(options: Options): Promise<void> {
  const chosen = systems.filter(s => options.systems?.includes(s.name) ?? true)
  const cases = workloads.filter(w => options.only?.includes(w.id) ?? true)
  const env: Readonly<Record<string, string>> = options.quick ? { BENCH_QUICK: '1' } : {}
  const full = options.only === undefined && options.systems === undefined
  if (options.write && (!full || options.quick))
    throw new UsageError('RESULTS.md holds full runs: leave out --only, --systems and --quick')
  if (options.install && !installed()) install()

  const began = performance.now()
  note('limits…')
  const measured = (): Limits => JSON.parse(runScript('limits/main.ts', [], env))
  const early = measured()
  const outcomes = await timed(chosen, cases, env)
  const own = chosen.filter(s => s.own && typeof s.start() !== 'string')
  const checked = options.checks ?? full
  if (checked) note('how cost and memory grow…')
  const checks: Checks[] = checked ? own.map(s => JSON.parse(checksOf(s, env))) : []
  const turns = full && checked ? timedByTurns(options, env) : undefined
  const profiles: Profile[] = []
  if (options.profile ?? (full && checked)) {
    note('profiles…')
    for (const { name } of own)
      for (const { id } of cases)
        profiles.push(JSON.parse(runScript('workers/profile.ts', [], { ...env, TARGET: name }, [id])))
  }
  // Measures again, as other load on the machine may have lowered the first limits.
  note('limits…')
  const limits = better(early, measured())
  const rows: Row[] = outcomes.map(o => rowOf(o.system, o.workload, o.outcome, limits))

  const goals = goalsText({ limits, rows, checks, turns })
  const text = [
    `${machine()}; measured in ${digits((performance.now() - began) / 60_000)} min`,
    limitsText(limits),
    tables(rows, cases, chosen),
    ...(goals === undefined ? [] : ['### Targets', goals]),
    ...(turns === undefined ? [] : [turnsText(turns)]),
    ...checks.map(checksText),
    ...profiles.map(profileText),
  ].join('\n\n')
  if (options.write) writeResults(text)
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ limits, rows, ...(checks.length > 0 && { checks }), ...(turns && { turns }), ...(profiles.length > 0 && { profiles }) })}\n`,
    )
  else process.stdout.write(`${text}\n`)
}

function timedByTurns({ quick }: Options, env: Readonly<Record<string, string>>): Turns {
  note('two threads beside one…')
  return JSON.parse(
    runScript('threads.ts', [], env, ['--json', '--only', 'W3-lstm,W4', ...(quick ? ['--pairs', '3'] : [])]),
  )
}

const checksOf = (system: System, env: Readonly<Record<string, string>>): string =>
  runScript('workers/checks.ts', ['--expose-gc'], { ...env, TARGET: system.name })

function said(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'measured':
      return `${digits(outcome.ms)} ms`
    case 'stopped':
      return `> ${digits(outcome.atLeast)} ms (stopped after ${limit / 1000} s)`
    case 'none':
      return `none: ${outcome.reason}`
  }
}

try {
  program.parse()
  await run(program.opts<Options>())
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else if (error instanceof UsageError) {
    note(`error: ${error.message}`)
    process.exitCode = 1
  } else throw error
}
