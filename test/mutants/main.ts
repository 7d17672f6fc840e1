// npm run mutants: breaks every derivative rule and every pass in turn, and asks the fuzzer to notice.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { equivalent } from './equivalent.ts'
import type { Fate } from './run.ts'
import type { Message, Task } from './worker.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** A part of the name. */
    only: { type: 'string' },
    // Another seed may leave alive one or two mutants of rules that one program in hundreds reaches.
    seed: { type: 'string', default: '2' },
    drawn: { type: 'string', default: '200' },
    seconds: { type: 'string', default: 'Infinity' },
    /** The mutants are dealt out to so many threads; what becomes of each does not depend on it. */
    threads: { type: 'string', default: String(availableParallelism()) },
    /** File that holds the results so far. */
    log: { type: 'string' },
  },
})
const started = performance.now()
const seconds = (): number => (performance.now() - started) / 1000
const count = Number(values.drawn)
const threads = Math.max(1, Number(values.threads))
const { only } = values

/** What each thread last told. */
const told: Message[] = Array.from({ length: threads }, () => ({ done: 0, fates: [] }))
const fatesSoFar = (): readonly Fate[] => told.flatMap(t => t.fates)

function report(): void {
  const fates = fatesSoFar()
  const done = Math.min(...told.map(t => t.done))
  const alive = fates.filter(f => f.killer === undefined).length
  process.stderr.write(
    `${(100 * done).toFixed(0)} %, ${fates.length} mutants, ${alive} alive, ${seconds().toFixed(0)} s\n`,
  )
  if (values.log !== undefined) writeFileSync(values.log, fates.map(f => `${JSON.stringify(f)}\n`).join(''))
}

const run = (thread: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const task: Task = {
      seed: Number(values.seed),
      drawn: count,
      seconds: Number(values.seconds),
      thread,
      threads,
      ...(only !== undefined && { only }),
    }
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: task })
    worker.on('message', (message: Message) => {
      told[thread] = message
      report()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })

await Promise.all(told.map((_, thread) => run(thread)))
const fates = fatesSoFar()
const names = new Set(fates.map(f => f.name))
const survived = fates.filter(f => f.killer === undefined && !(f.name in equivalent))
const wrong = Object.keys(equivalent).filter(name => {
  const fate = fates.find(f => f.name === name)
  return only === undefined && (!names.has(name) || fate?.killer !== undefined)
})
const called = fates.filter(f => f.killer === undefined && f.name in equivalent).length
const killed = fates.filter(f => f.killer !== undefined).length
const result = { mutants: fates.length, killed, equivalent: called, survived: survived.map(f => f.name) }
if (values.json) console.log(JSON.stringify(result))
else {
  const by = Map.groupBy(fates, f => f.killer ?? 'nothing')
  console.log(`${result.mutants} mutants, ${killed} killed, ${called} equivalent, ${survived.length} survived`)
  for (const [killer, all] of by) console.log(`  by ${killer}: ${all.length}`)
  const longest = fates.reduce((most, f) => (f.killer === undefined ? most : Math.max(most, f.programs)), 0)
  const own = fates.filter(f => f.own && f.killer !== undefined).length
  console.log(`  ${killed - own} by the ${count} programs drawn for all, ${own} by programs of their own`)
  console.log(`  the longest life was ${longest} programs`)
  for (const f of survived) {
    console.log(
      `survived: ${f.name} (${f.programs} programs, ${f.changed} compiled to something else, ${f.differed} gave something else)`,
    )
  }
}
for (const name of wrong) console.error(`called equivalent, but unknown or killed: ${name}`)
const few = only === undefined && (fates.length < 120 || called > fates.length / 20)
if (survived.length > 0 || wrong.length > 0 || few) process.exitCode = 1
