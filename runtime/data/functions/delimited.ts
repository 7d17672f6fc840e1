// Functions that read a table of cells with separators between them, its first line the names of the columns.
import { fail } from '../../../dsl/diagnostics.ts'
import { type ColumnBuilder, columnBuilder, notKept } from '../column.ts'
import { csvReader, type Separator, separatorNames } from '../csvText.ts'
import { ownText } from '../labelTables.ts'
import type { DecimalMark } from '../numberText.ts'
import { LinesBuilder } from '../rowPlaces.ts'
import { shown } from '../shown.ts'
import { type Argument, type Column, describe, type Table, tableOf } from '../value.ts'
import { readTable, type TextFormat, tableIn, textFile } from './file.ts'
import type { DataFunction } from './function.ts'

/** Makes the function of this name; without a separator, the first line shows which it is. */
export const delimitedFunction = (name: string, separator?: Separator): DataFunction => ({
  name,
  parameters: [{ name: 'path' }, { name: 'decimal', default: { kind: 'text', value: '.' } }],
  example: (path, columns) => {
    const names = columns.map(name => `"${name.replaceAll('"', '""')}"`)
    const text = [names, columns.map(() => 1)].map(row => `${row.join(separator)}\n`).join('')
    return tableIn(new TextEncoder().encode(text), path, delimitedTable('.', separator))
  },
  apply: ([path, decimal], call) => {
    const mark = markOf(decimal)
    return readTable(path, call, textFile(delimitedTable(mark, separator)), mark)
  },
})

/** Reads the mark before the decimals. RNN231 for anything else. */
function markOf({ value, span }: Argument): DecimalMark {
  if (value.kind === 'text' && (value.value === '.' || value.value === ',')) return value.value
  return fail('RNN231', { what: '`decimal`', expected: '"." or ","', found: describe(value) }, { span })
}

/** Reads a table as `csvReader` does. RNN405 if it has no rows, RNN410 if it is malformed. */
export const delimitedTable =
  (decimal: DecimalMark, separator?: Separator): TextFormat<Table<Column>> =>
  (file, asked) => {
    const malformed: (reason: string, help?: string) => never = (reason, help) =>
      fail('RNN410', { file, reason }, help === undefined ? {} : { help })
    const lines = new LinesBuilder()
    let names: readonly string[] = []
    let builders: readonly (ColumnBuilder | undefined)[] = []
    let kept: readonly (readonly [place: number, builder: ColumnBuilder])[] = []
    const head = (cells: readonly string[]): boolean[] => {
      names = cells.map(ownText)
      builders = names.map(name => {
        const use = asked(name)
        return use === 'nothing' ? undefined : columnBuilder(use, decimal)
      })
      kept = builders.flatMap((builder, place) => (builder === undefined ? [] : [[place, builder] as const]))
      return builders.map(builder => builder !== undefined)
    }
    const row = (cells: readonly string[], line: number): void => {
      for (const [place, builder] of kept) builder.add(cells[place])
      lines.push(line)
    }
    const reader = csvReader({ head, row }, malformed, separator && { separator })
    return {
      add: reader.add,
      end: () => {
        reader.end()
        if (lines.count === 0) return refuseEmpty(file, names)
        checkNames(names, malformed)
        const places = lines.take()
        const column = (name: string, place: number): Column => {
          return { kind: 'column', file, name, places, ...(builders[place]?.take() ?? notKept) }
        }
        const separators = separator === undefined ? 'a comma, a tab or `;`' : separatorNames[separator]
        return { ...tableOf(file, names.map(column), emptied => ({ ...emptied, ...notKept })), separators }
      },
    }
  }

/** RNN405 for a table without rows; its first line may be a header. */
function refuseEmpty(file: string, names: readonly string[]): never {
  if (names.length === 0) return fail('RNN405', { what: `\`${file}\`` })
  const help = `\`${file}\` has a header, but no rows below it`
  return fail('RNN405', { what: `the table in \`${file}\`` }, { help })
}

function checkNames(names: readonly string[], malformed: (reason: string) => never): void {
  const seen = new Set<string>()
  for (const name of names) {
    // Allows columns without a name, as of programs that write empty cells at the end of every line: no one can ask for them.
    if (name !== '' && seen.has(name)) malformed(`two columns are named \`${shown(name)}\``)
    seen.add(name)
  }
}
