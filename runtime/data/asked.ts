// What a data block asks of the columns of its tables: nothing else of them is kept.
import type { Data } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'
import { behind, columnsIn } from './columnsIn.ts'

/** Labels can be read as numbers too; numbers are no longer texts. */
export type Asked = 'nothing' | 'numbers' | 'labels'

/** The columns that a data block names a single time. */
export function namedOnce({ body }: Data): ReadonlySet<string> {
  const names = body.flatMap(columnsIn)
  const again = new Set(names.filter((name, i) => names.indexOf(name) < i))
  return new Set(names.filter(name => !again.has(name)))
}

/** For the name of a column. Labels are asked for in equations that call `classes`, and in those behind them. */
export function askedOf({ body }: Data): (column: string) => Asked {
  const labelling = body.filter(({ value }) =>
    [...allExprs(value)].some(e => e.kind === 'name' && e.name === 'classes'),
  )
  const used = new Set(body.flatMap(columnsIn))
  const labels = new Set(
    behind(
      body,
      labelling.map(({ name }) => name.text),
    ).flatMap(columnsIn),
  )
  return column => (labels.has(column) ? 'labels' : used.has(column) ? 'numbers' : 'nothing')
}
