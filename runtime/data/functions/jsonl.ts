// jsonl("file.jsonl"): a table of JSON Lines, an object in each line; its keys are the names of the columns.
import { fail } from '../../../dsl/diagnostics.ts'
import { exactValue, own, repeatedKey } from '../../json.ts'
import { shownJson } from '../shown.ts'
import type { Cells, Table } from '../value.ts'
import { readTable, textOf } from './file.ts'
import type { DataFunction } from './function.ts'

export const jsonl: DataFunction = {
  name: 'jsonl',
  parameters: [{ name: 'path' }],
  example: columns => JSON.stringify(Object.fromEntries(columns.map(name => [name, 1]))),
  apply: ([path], call) => readTable(path, call, parseJsonl),
}

/**
 * Reads the bytes of a JSON Lines file (UTF-8; lines end with CRLF, LF or CR, blank lines are left out). What the cells are is not
 * looked at. RNN405 if it has no rows, RNN410 if a line is no JSON object, or has a key twice.
 */
export function parseJsonl(bytes: Uint8Array, file: string): Table<Cells> {
  const text = textOf(bytes, (reason, help) => malformed(file, reason, help))
  const rows = text.split(/\r\n|\n|\r/).flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line, i + 1, file)]))
  if (rows.length === 0) return fail('RNN405', { what: `\`${file}\`` })
  const lines = rows.map(({ line }) => line)
  const names = new Set<string>()
  for (const { object } of rows) for (const name of Object.keys(object)) names.add(name)
  const column = (name: string): Cells => ({
    kind: 'cells',
    file,
    name,
    cells: rows.map(({ object }) => own(object, name)),
    lines,
    written: row => exactValue(rows[row].text, name, own(rows[row].object, name)),
  })
  return { kind: 'table', file, columns: new Map([...names].map(name => [name, column(name)])) }
}

interface Row {
  readonly line: number
  readonly text: string
  readonly object: object
}

function parseLine(text: string, line: number, file: string): Row {
  const object = parseJson(text, line, file)
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    return malformed(file, `line ${line} is ${Array.isArray(object) ? 'a list' : shownJson(object)}, and no object`)
  }
  const twice = repeatedKey(text, object)
  if (twice !== undefined) return malformed(file, `line ${line} has \`${twice}\` twice`, 'an object has each key once')
  return { line, text, object }
}

function parseJson(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // The engine counts the line that it was given as the first.
    return malformed(file, `line ${line} is no JSON: ${reason.replace(/ \(line 1 column (\d+)\)$/, ', column $1')}`)
  }
}

const malformed = (
  file: string,
  reason: string,
  help = 'each line of JSON Lines is an object, such as {"x": [0.5, 1], "label": "a"}',
): never => fail('RNN410', { file, reason }, { help })
