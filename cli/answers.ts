// Predictions as CSV: a column for each number where every example has as many, else a list in a cell.
import type { Answer } from '../runtime/predict.ts'

type Row = Readonly<Record<string, Answer>>

/** RFC 4180, a line for each example after the line of names: `next`, `next[0]`, `p[3][1]`. */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.flatMap(name =>
    columnsOf(
      name,
      rows.map(row => row[name]),
    ),
  )
  const lines = [columns.map(c => c.name), ...rows.map((_, i) => columns.map(c => c.cells[i]))]
  return lines.map(line => `${line.map(cell).join(',')}\n`).join('')
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

/** Each number or label with its place: `[3][1]`, and nothing for a single one. */
function* places(answer: Answer, place = ''): Generator<[string, number | string]> {
  if (typeof answer === 'number' || typeof answer === 'string') yield [place, answer]
  else for (const [i, part] of answer.entries()) yield* places(part, `${place}[${i}]`)
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
