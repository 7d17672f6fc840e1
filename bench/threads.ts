// npm run bench:threads: how much sooner several threads end a step than one. Both run by turns, so that other work of the machine slows
// them alike: what counts is the median of the quotients.
import { loadavg } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { openWasm } from '../runtime/node/index.ts'
import { type Timed, type Turns, turnsText } from './turns.ts'
import { rnncCase } from './workers/rnnc.ts'
import { type Case, median } from './workers/serve.ts'
import { type Workload, workloads } from './workloads.ts'

interface Options {
  readonly only: readonly Workload[]
  readonly threads: number
  readonly pairs: number
  readonly exact?: true
  readonly json?: true
}

/** The shortest time that is measured, in ms: shorter steps are timed several at once. */
const grain = 50

/** For how long each warms up, in ms. */
const warmUp = 3000

const program = new Command('npm run bench:threads --')
  .description('Times wasm-relaxed on several threads against itself on one, by turns.')
  .option('--only <workloads>', 'some of the workloads, with commas between', chosen, chosen('W1,W2,W3-lstm,W3-gru,W4'))
  .option('--threads <n>', 'how many threads', count, 2)
  .option('--pairs <n>', 'how many times each is timed', count, 21)
  .option('--exact', 'time wasm and not wasm-relaxed')
  .option('--json', 'write one JSON object to stdout')
  .helpOption('--help', 'show this help')
  .addHelpText('after', '\nExample:\n  $ npm run bench:threads -- --only W3-lstm,W4')

function chosen(names: string): readonly Workload[] {
  return names.split(',').map(name => {
    const found = workloads.find(w => w.id === name)
    if (found === undefined) throw new InvalidArgumentError(`there is no workload ${name}`)
    return found
  })
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a whole number of at least 1 is expected')
  return Number(text)
}

/** Times one after the other, again and again. */
function compare(id: string, one: Case, several: Case, pairs: number): Timed {
  const steps = [one, several].map(warmed)
  const found = Array.from({ length: pairs }, () => [one, several].map((c, i) => timeOf(c, steps[i])))
  const [a, b] = [0, 1].map(i => median(found.map(pair => pair[i])))
  return { workload: id, one: a, several: b, times: median(found.map(([x, y]) => x / y)) }
}

/** Warms up, and gives the steps to time at once. */
function warmed(one: Case): number {
  const start = performance.now()
  let last = 0
  do last = timeOf(one, 1)
  while (performance.now() - start < warmUp)
  return Math.max(1, Math.ceil(grain / last))
}

function timeOf({ step }: Case, steps: number): number {
  const start = performance.now()
  for (let i = 0; i < steps; i++) step()
  return (performance.now() - start) / steps
}

async function run({ only, threads, pairs, exact, json }: Options): Promise<void> {
  const relaxed = exact === undefined
  const [one, several] = [await openWasm({ threads: 1, relaxed }), await openWasm({ threads, relaxed })]
  const load = loadavg()[0]
  const found = only.map(w => compare(w.id, rnncCase(one, w), rnncCase(several, w), pairs))
  const turns: Turns = { target: several.name, threads: several.threads, loads: [load, loadavg()[0]], found }
  console.log(json ? JSON.stringify(turns) : turnsText(turns))
}

program.action(run)
await program.parseAsync()
