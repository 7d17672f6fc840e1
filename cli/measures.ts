// Writes losses and metrics for people, one a line; a metric of several values as a table.
import type { CompiledModel } from '../compiler/index.ts'
import { type Fitted, textsOf } from '../runtime/data/fitted.ts'
import { shown } from '../runtime/data/shown.ts'
import type { Measure, Report } from '../runtime/session.ts'
import { figure, table } from './output.ts'

const unitsText = (value: Measure | undefined): string =>
  typeof value === 'number' ? `(${figure(value)} in the units of the data)` : ''

/** Writes a report, beside each number what it is in the units of the data. The rows and columns of a table of as many values as a target has labels are named by these. */
export function measuresText(
  { signature }: CompiledModel,
  fitted: Fitted | undefined,
  report: Report,
  inUnits: Report = {},
): string {
  const labels = signature.targets.flatMap(({ name }) => {
    const encoding = fitted?.ports[name]
    return encoding === undefined ? [] : [textsOf(encoding).map(text => shown(text))]
  })
  const namesOf = (count: number): readonly string[] =>
    labels.find(texts => texts.length === count) ?? Array.from({ length: count }, (_, i) => String(i))
  const numbers = Object.entries(report).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, figure(value), unitsText(inUnits[name])]] : [],
  )
  const tables = Object.entries(report).flatMap(([name, value]) =>
    typeof value === 'number' ? [] : [tableOf(name, value, namesOf)],
  )
  return [...(numbers.length > 0 ? [table(numbers)] : []), ...tables].join('\n\n')
}

/** Writes a matrix with its rows and columns named, a list as one column, and deeper lists as JSON. */
function tableOf(name: string, values: readonly Measure[], namesOf: (count: number) => readonly string[]): string {
  const rows = values.map(value => (typeof value === 'number' ? [value] : value))
  const names = namesOf(rows.length)
  const width = rows[0]?.length ?? 0
  const isMatrix = typeof values[0] === 'object'
  const head = isMatrix ? namesOf(width) : ['']
  const lines = rows.map((row, i) => [
    names[i],
    ...row.map(value => (typeof value === 'number' ? figure(value) : JSON.stringify(value))),
  ])
  return table(
    [[name, ...head], ...lines],
    Array.from({ length: width }, (_, i) => i + 1),
  )
}
