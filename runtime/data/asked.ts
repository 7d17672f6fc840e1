// Finds the columns that a data block uses, as numbers or as labels: nothing else of its tables is kept.
import type { Data } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'
import { behind, columnsIn } from './columnsIn.ts'
import { dataFunctions } from './functions/index.ts'
import { namesIn } from './valuesIn.ts'

/** Labels keep the texts, which can be read as numbers too; numbers keep no texts. */
export type Asked = 'nothing' | 'numbers' | 'labels'

/** Finds the columns that a data block names a single time. */
export function namedOnce({ body }: Data): ReadonlySet<string> {
  return singles(body.flatMap(columnsIn))
}

/** Finds the equations whose values are used up by the only one that names them: nothing else reads them, as a port or a type would. */
export function usedUp({ body }: Data, fed: ReadonlySet<string>): ReadonlySet<string> {
  const once = singles(body.flatMap(({ value }) => namesIn(value)))
  const names = body.filter(({ name, type }) => type === undefined && once.has(name.text) && !fed.has(name.text))
  return new Set(names.map(({ name }) => name.text))
}

function singles(names: readonly string[]): ReadonlySet<string> {
  const again = new Set(names.filter((name, i) => names.indexOf(name) < i))
  return new Set(names.filter(name => !again.has(name)))
}

/** Finds the equations of which others ask for the rounding of their numbers: those that one reads with such a function. */
export function roundingAsked({ body }: Data): ReadonlySet<string> {
  const asking = body.filter(({ value }) =>
    [...allExprs(value)].some(e => e.kind === 'name' && dataFunctions.get(e.name)?.readsRounding),
  )
  const read = behind(
    body,
    asking.flatMap(({ value }) => namesIn(value)),
  )
  return new Set(read.map(({ name }) => name.text))
}

/** Tells by the name of a column how it is used: as labels in equations that call a function of texts, and in those that they read. */
export function askedOf({ body }: Data): (column: string) => Asked {
  const asking = body.filter(({ value }) =>
    [...allExprs(value)].some(e => e.kind === 'name' && dataFunctions.get(e.name)?.readsTexts),
  )
  const used = new Set(body.flatMap(columnsIn))
  const labels = new Set(
    behind(
      body,
      asking.map(({ name }) => name.text),
    ).flatMap(columnsIn),
  )
  return column => (labels.has(column) ? 'labels' : used.has(column) ? 'numbers' : 'nothing')
}
