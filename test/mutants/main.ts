// npm run mutants: breaks every derivative rule and every pass in turn, and asks the fuzzer to notice.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { equivalent } from './equivalent.ts'
import { runMutants } from './run.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    // Another seed may leave alive one or two mutants of rules that one program in hundreds reaches.
    seed: { type: 'string', default: '2' },
    drawn: { type: 'string', default: '200' },
    seconds: { type: 'string', default: 'Infinity' },
    /** File that holds the results so far. */
    log: { type: 'string' },
  },
})
const started = performance.now()
const seconds = (): number => (performance.now() - started) / 1000
const count = Number(values.drawn)
const { only } = values

const fates = runMutants({
  seed: Number(values.seed),
  drawn: count,
  ...(only !== undefined && { only: (name: string) => name.includes(only) }),
  except: name => name in equivalent,
  until: () => seconds() > Number(values.seconds),
  onProgress: (done, all) => {
    const alive = all.filter(f => f.killer === undefined).length
    const left = (seconds() / done) * (1 - done)
    process.stderr.write(
      `${(100 * done).toFixed(0)} %, ${all.length} mutants, ${alive} alive, ${left.toFixed(0)} s left\n`,
    )
    if (values.log !== undefined) writeFileSync(values.log, all.map(f => `${JSON.stringify(f)}\n`).join(''))
  },
})
const names = new Set(fates.map(f => f.name))
const survived = fates.filter(f => f.killer === undefined && !(f.name in equivalent))
const wrong = Object.keys(equivalent).filter(name => {
  const fate = fates.find(f => f.name === name)
  return only === undefined && (!names.has(name) || fate?.killer !== undefined)
})
const called = fates.filter(f => f.killer === undefined && f.name in equivalent).length
const killed = fates.filter(f => f.killer !== undefined).length
const report = { mutants: fates.length, killed, equivalent: called, survived: survived.map(f => f.name) }
if (values.json) console.log(JSON.stringify(report))
else {
  const by = Map.groupBy(fates, f => f.killer ?? 'nothing')
  console.log(`${report.mutants} mutants, ${killed} killed, ${called} equivalent, ${survived.length} survived`)
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
