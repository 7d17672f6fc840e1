// Updates bench/RESULTS.md: a full run replaces the part between two marks; the text around it is written by hand.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

const file = new URL('RESULTS.md', import.meta.url)
const first = '<!-- written by npm run bench -- --write -->'
const last = '<!-- end of what is written -->'

/** Replaces the text between the marks. */
export function writeResults(text: string): void {
  const before = readFileSync(file, 'utf8')
  const [from, to] = [before.indexOf(first), before.indexOf(last)]
  if (from < 0 || to < from) throw new Error(`RESULTS.md has lost its marks: ${first} and ${last}`)
  writeFileSync(file, `${before.slice(0, from)}${first}\n\n${text}\n\n${before.slice(to)}`)
}

/** Describes the machine of the run. */
export function machine(): string {
  const [{ model }] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const day = new Date().toISOString().slice(0, 10)
  return `${day}; ${model.trim()}, ${cpus().length} cores, ${memory} GiB; ${process.platform} ${release()}; Node ${process.versions.node} (V8 ${process.versions.v8})`
}
