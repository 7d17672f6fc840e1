// jsonl("file.jsonl"): a table of JSON Lines, an object in each line; its keys are the names of the columns.

import { fail } from '../../../dsl/diagnostics.ts'
import { messageOf } from '../../../dsl/messageOf.ts'
import { exactValue, own, repeatedKey } from '../../json.ts'
import { once } from '../../once.ts'
import type { Asked } from '../asked.ts'
import { CellsBuilder } from '../cells.ts'
import { holdsNul, saveAsUtf8 } from '../notText.ts'
import { LinesBuilder } from '../rowPlaces.ts'
import { shown, shownJson } from '../shown.ts'
import { type Cells, type Table, tableOf } from '../value.ts'
import { readTable, type TextFormat, tableIn, textFile } from './file.ts'
import type { DataFunction } from './function.ts'

export const jsonl: DataFunction = {
  name: 'jsonl',
  parameters: [{ name: 'path' }],
  example: (path, columns) => {
    const row = JSON.stringify(Object.fromEntries(columns.map(name => [name, 1])))
    return parseJsonl(new TextEncoder().encode(row), path)
  },
  apply: ([path], call) => readTable(path, call, textFile(jsonlTable)),
}

/**
 * Reads the bytes of a JSON Lines file (UTF-8; lines end with CRLF, LF or CR, blank lines are left out). RNN405 if it has no rows,
 * RNN410 if a line is not a JSON object, or has a key twice.
 */
export const parseJsonl = (bytes: Uint8Array, file: string, asked?: (column: string) => Asked): Table<Cells> =>
  tableIn(bytes, file, jsonlTable, asked)

/** Cells of a key that nothing asks for. */
const unread = ({ file, name, places }: Pick<Cells, 'file' | 'name' | 'places'>): Cells => ({
  kind: 'cells',
  file,
  name,
  places,
})

const jsonlTable: TextFormat<Table<Cells>> = (file, asked) => {
  const lines = new LinesBuilder()
  const names = new Set<string>()
  /** Builders of the keys that something asks for, by name. */
  const builders = new Map<string, CellsBuilder>()
  /** Adds the values of a row to the builder of each key that is kept. */
  const addRow = (text: string, object: object, line: number): void => {
    for (const name of Object.keys(object)) {
      if (!names.has(name)) begin(name)
    }
    for (const [name, builder] of builders) {
      const value = own(object, name)
      builder.add({ line, value, written: once(() => exactValue(text, name, value)) })
    }
    lines.push(line)
  }
  const begin = (name: string): void => {
    names.add(name)
    const kept = asked(name)
    if (kept === 'nothing') return
    const builder = new CellsBuilder(file, name, kept)
    // Reports the rows before, which have no such key, by the first of them.
    if (firstLine !== undefined) builder.add({ line: firstLine, value: undefined, written: () => undefined })
    builders.set(name, builder)
  }
  let firstLine: number | undefined
  let line = 0
  return {
    add: text => {
      const pieces = text.split(/\r\n|\n|\r/)
      // Drops the empty text after the last end of a line.
      if (/[\r\n]$/.test(text)) pieces.pop()
      for (const piece of pieces) {
        line++
        if (piece.trim() === '') continue
        addRow(piece, parseLine(piece, line, file), line)
        firstLine ??= line
      }
    },
    end: () => {
      if (lines.count === 0) return fail('RNN405', { what: `\`${file}\`` })
      const places = lines.take()
      const column = (name: string): Cells => builders.get(name)?.take(places) ?? unread({ file, name, places })
      return tableOf(file, [...names].map(column), unread)
    },
  }
}

function parseLine(text: string, line: number, file: string): object {
  const object = parseJson(text, line, file)
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    return malformed(file, `line ${line} is ${Array.isArray(object) ? 'a list' : shownJson(object)}, not an object`)
  }
  const twice = repeatedKey(text, object)
  if (twice !== undefined)
    return malformed(file, `line ${line} has \`${twice}\` twice`, 'an object can have each key only once')
  return object
}

function parseJson(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (text.includes('\0')) return malformed(file, `line ${line} ${holdsNul}`, saveAsUtf8)
    const reason = messageOf(error)
    // The engine counts the line that it was given as line 1.
    const inLine = reason.replace(/ \(line 1 column (\d+)\)$/, ', column $1')
    return malformed(file, `line ${line} is no JSON: ${shown(inLine, 120)}`)
  }
}

const malformed = (
  file: string,
  reason: string,
  help = 'each line must be a JSON object, such as {"x": [0.5, 1], "label": "a"}',
): never => fail('RNN410', { file, reason }, { help })
