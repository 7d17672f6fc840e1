// jsonl("file.jsonl"): a table of JSON Lines, an object in each line; its keys are the names of the columns.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Cells, Table } from '../value.ts'
import { tableReader, textOf } from './file.ts'

export const jsonl = tableReader('jsonl', parseJsonl, columns =>
  JSON.stringify(Object.fromEntries(columns.map(name => [name, 1]))),
)

/**
 * Reads the bytes of a JSON Lines file (UTF-8; blank lines are left out). What the cells are is not looked at. RNN405 if it has no
 * rows, RNN410 if a line is no JSON object.
 */
export function parseJsonl(bytes: Uint8Array, file: string): Table<Cells> {
  const text = textOf(bytes, reason => malformed(file, reason))
  const rows = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line, i + 1, file)]))
  if (rows.length === 0) return fail('RNN405', { what: `\`${file}\`` })
  const lines = rows.map(({ line }) => line)
  const names = new Set(rows.flatMap(({ cells }) => [...cells.keys()]))
  const column = (name: string): Cells => ({
    kind: 'cells',
    file,
    name,
    cells: rows.map(({ cells }) => cells.get(name)),
    lines,
  })
  return { kind: 'table', file, columns: new Map([...names].map(name => [name, column(name)])) }
}

interface Row {
  readonly line: number
  readonly cells: ReadonlyMap<string, unknown>
}

function parseLine(text: string, line: number, file: string): Row {
  const row = parseJson(text, line, file)
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) {
    return { line, cells: new Map(Object.entries(row)) }
  }
  return malformed(file, `line ${line} is ${Array.isArray(row) ? 'a list' : JSON.stringify(row)}, and no object`)
}

function parseJson(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return malformed(file, `line ${line} is no JSON: ${reason}`)
  }
}

const malformed = (file: string, reason: string): never =>
  fail(
    'RNN410',
    { file, reason },
    { help: 'each line of JSON Lines is an object, such as {"x": [0.5, 1], "label": "a"}' },
  )
