// Keys of examples, by which answers are told apart: a column of the table that they come from, or the numbers of its rows.
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import type { Labels } from './labelTables.ts'
import { shown } from './shown.ts'
import type { Sources } from './sources.ts'
import { type Elements, rowsOf, type TableColumn } from './value.ts'

/** The name that stands for the numbers of the rows, from 1, where no column has it. */
const rowKey = 'row'

/** A reader that notes the column of keys of each table that it reads. */
export interface KeyReader {
  readonly sources: Sources
  /** The keys of the examples of a value: of each row, or of the last row of a past. RNN403 where no table has the column. */
  readonly keysOf: (value: Elements, count: number) => readonly (string | number)[]
}

interface Candidate {
  readonly file: string
  readonly columns: readonly string[]
  readonly labels: (() => Labels) | undefined
}

/** Wraps a reader so that it keeps a column. */
export function readerOfKeys(sources: Sources, key: string): KeyReader {
  const tables: Candidate[] = []
  return {
    sources: {
      ...sources,
      read: async source => {
        const asked = (column: string) => (column === key ? 'labels' : source.asked(column))
        const content = await sources.read({ ...source, asked })
        if (content.kind === 'table') {
          const column = content.columns.get(key)
          tables.push({ file: content.file, columns: [...content.columns.keys()], labels: labelsIn(column) })
        }
        return content
      },
    },
    keysOf: (value, count) => {
      const labels = tables.map(t => t.labels?.()).find(found => found?.codes.length === rowsOf(value))
      const place = (example: number): number => (value.kind === 'windowed' ? example + value.length - 1 : example)
      if (value.kind === 'streamed') missing(key, tables, 'each answer is of a stream, which has many rows')
      if (labels === undefined && key !== rowKey) missing(key, tables)
      return Array.from({ length: count }, (_, i) =>
        labels === undefined ? place(i) + 1 : labels.texts[labels.codes[place(i)]],
      )
    },
  }
}

/** The cells of a column as texts; undefined for lists and arrays, and for cells that were not kept. */
function labelsIn(column: TableColumn | undefined): (() => Labels) | undefined {
  if (column?.kind === 'column') return column.labels
  return column?.kind === 'cells' ? column.scalars?.labels : undefined
}

function missing(key: string, tables: readonly Candidate[], reason?: string): never {
  const [first] = tables
  const names = tables.flatMap(t => t.columns.map(c => shown(c)))
  const help = reason ?? didYouMean(key, names) ?? `\`${rowKey}\` is the number of the row`
  return fail('RNN403', { file: first?.file ?? 'the data', column: key }, { help })
}
