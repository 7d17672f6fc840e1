// Writes predictions as text: a table for people, and CSV.
import { fail } from '../dsl/diagnostics.ts'
import { csvCell } from '../runtime/data/csvText.ts'
import type { Answer } from '../runtime/decodeAnswers.ts'
import { table } from './output.ts'

type Row = Readonly<Record<string, Answer>>

/** Writes a line for each example after the line of names, with its number; figures are rounded, and long lists cut. */
export function tableOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const lines = rows.map((row, i) => [String(i + 1), ...names.map(name => shown(row[name]))])
  const right = names.flatMap((name, i) => (typeof rows[0][name] === 'number' ? [i + 1] : []))
  return table([['#', ...names], ...lines], [0, ...right])
}

/** Greatest number of list elements that a line shows. */
const most = 8

function shown(answer: Answer): string {
  if (typeof answer === 'number') return String(Number(answer.toPrecision(6)))
  if (typeof answer === 'string') return answer.replace(/\s+/g, ' ')
  const parts = answer.slice(0, most).map(shown)
  return `[${[...parts, ...(answer.length > most ? [`… ${answer.length} in all`] : [])].join(', ')}]`
}

/**
 * Writes CSV (RFC 4180): a column for each number where every example has as many, else a list in a cell. A line for each example after
 * the line of names: `next`, `next[0]`, `p[3][1]`.
 */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.flatMap(name =>
    columnsOf(
      name,
      rows.map(row => row[name]),
    ),
  )
  const head = columns.map(c => csvCell(c.name))
  const lines = [head, ...rows.map((_, i) => columns.map(c => csvCell(c.cells[i], c.name)))]
  return lines.map(line => `${line.join(',')}\n`).join('')
}

/** Puts the key of each answer before it, under the name of its column. RNN509 for an output of that name. */
export function withKeys(rows: readonly Row[], name: string, keys: readonly (string | number)[]): Row[] {
  if (rows[0] !== undefined && Object.hasOwn(rows[0], name)) {
    const found = `\`${name}\`, which is the name of an answer`
    fail('RNN509', { what: '--key', expected: 'a column with another name than the answers', found })
  }
  return rows.map((row, i) => ({ [name]: keys[i], ...row }))
}

/** Replaces numbers that are not finite, which JSON does not have, by the texts that `Number` reads, as in CSV. */
export const jsonOf = (rows: readonly Row[]): Row[] =>
  rows.map(row => Object.fromEntries(Object.entries(row).map(([name, answer]) => [name, inJson(answer)])))

const inJson = (answer: Answer): Answer => {
  if (typeof answer === 'number') return Number.isFinite(answer) ? answer : String(answer)
  return typeof answer === 'string' ? answer : answer.map(inJson)
}

interface Column {
  readonly name: string
  readonly cells: readonly string[]
}

function columnsOf(name: string, answers: readonly Answer[]): Column[] {
  const flat = answers.map(answer => [...places(answer)])
  const [first] = flat
  const alike = flat.every(f => f.length === first.length && f.every(([place], i) => place === first[i][0]))
  if (!alike) return [{ name, cells: answers.map(a => JSON.stringify(a)) }]
  return first.map(([place], i) => ({ name: name + place, cells: flat.map(f => String(f[i][1])) }))
}

/** Yields each number or label with its place: `[3][1]`, and an empty text for a single one. */
function* places(answer: Answer, place = ''): Generator<[string, number | string]> {
  if (typeof answer === 'number' || typeof answer === 'string') yield [place, answer]
  else for (const [i, part] of answer.entries()) yield* places(part, `${place}[${i}]`)
}
