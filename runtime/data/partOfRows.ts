// Takes some of the examples of a part.
import { Examples, type Part } from './example.ts'
import type { Rows } from './rows.ts'

/** Gives a part of these examples; nothing is copied. */
export const partOfRows = (part: Part, rows: Rows): Part => ({
  count: rows.length,
  ports: Object.fromEntries(
    Object.entries(part.ports).map(([name, all]) => [name, new Examples(rows.length, i => all.at(rows.at(i)))]),
  ),
})
