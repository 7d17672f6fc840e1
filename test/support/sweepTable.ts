// Reads the table of errors of each backend's functions in spec/numerics.md. `-u` rewrites a column.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Arithmetic, errorsOf, type Sweep, swept, type Worst } from './sweep.ts'
import { update } from './update.ts'

const file = new URL('../../spec/numerics.md', import.meta.url)

/** The columns with numbers, in order. */
export const columns = ['interpreter', 'js f64', 'js f32', 'wasm f64', 'wasm f32', 'gpu'] as const
export type Column = (typeof columns)[number]

const head = `| x ↦ | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}\n`

/** One decimal, rounded up. */
const shown = (error: number): string => (Math.ceil(error * 10 - 1e-9) / 10).toFixed(1)

/** The cells of each function by its text. */
function rows(text: string): Map<string, string[]> {
  const start = text.indexOf(head) + head.length
  const lines = text.slice(start, text.indexOf('\n\n', start)).split('\n')
  return new Map(
    lines.map(line => {
      const [name, ...cells] = line
        .slice(1, -1)
        .split(' | ')
        .map(cell => cell.trim())
      return [name.replaceAll('`', ''), cells]
    }),
  )
}

/** Asserts that the sweeps of all functions are within the numbers of a column, and that these are not far above them. */
export function checkColumn(column: Column, sweeps: readonly Sweep[], arithmetic: Arithmetic): void {
  const measured = sweeps.map(s => ({ text: s.of.text, errors: errorsOf(s, arithmetic) }))
  if (update) write(column, measured)
  const known = rows(readFileSync(file, 'utf8'))
  assert.deepEqual(
    [...known.keys()],
    swept.map(s => s.text),
    'the rows of the table are the functions swept',
  )
  for (const { text, errors } of measured) {
    const stated = known.get(text)?.[columns.indexOf(column)].split(' / ').map(Number) ?? []
    errors.forEach(({ error, at }, i) => {
      const what = `the ${i === 0 ? 'value' : 'slope'} of ${text} at ${at}: ${error} units in the last place`
      assert.ok(error <= stated[i], `${what}, not ${stated[i]}`)
      assert.ok(stated[i] <= 2 * error + 0.2, `${what}, far less than ${stated[i]}`)
    })
  }
}

function write(column: Column, measured: readonly { text: string; errors: readonly Worst[] }[]): void {
  const text = readFileSync(file, 'utf8')
  const before = rows(text)
  const start = text.indexOf(head) + head.length
  const lines = measured.map(({ text: name, errors }) => {
    const cells = before.get(name) ?? columns.map(() => '?')
    const own = errors.map(({ error }) => shown(error)).join(' / ')
    return `| \`${name}\` | ${columns.map((c, i) => (c === column ? own : cells[i])).join(' | ')} |`
  })
  writeFileSync(file, text.slice(0, start) + lines.join('\n') + text.slice(text.indexOf('\n\n', start)))
}
