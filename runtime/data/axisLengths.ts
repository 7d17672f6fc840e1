// Counts the axes that an equation of a data block feeds: that many outer levels of nested lists are axes, the levels below items.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Data, Expr } from '../../dsl/ast.ts'
import { dataFunctions } from './functions/index.ts'
import { valuesWithin } from './valuesIn.ts'

/**
 * Gives for each equation the number of axes of the inputs and targets that it feeds, by itself or through other equations. No entry
 * for one that feeds none, or several with different numbers.
 */
export function axesFed(data: Data, ports: readonly Port[]): ReadonlyMap<string, number> {
  const equations = new Map(data.body.map(equation => [equation.name.text, equation.value]))
  const fed = new Map<string, Set<number>>()
  // Uses a list instead of recursion: a chain of equations may be longer than the stack is deep.
  const toVisit = ports.map(({ name, axes }) => [name, axes.length] as const)
  for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
    const [name, axes] = next
    const value = equations.get(name)
    const counts = fed.get(name) ?? new Set()
    if (value === undefined || counts.has(axes)) continue
    fed.set(name, counts.add(axes))
    for (const use of usesIn(value, axes)) toVisit.push(use)
  }
  const alone = [...fed].filter(([, counts]) => counts.size === 1)
  return new Map(alone.flatMap(([name, counts]) => [...counts].map(axes => [name, axes] as const)))
}

/** Lists the names in an expression, with the number of axes that each feeds; windows make an axis of rows. */
function usesIn(value: Expr, axes: number): readonly (readonly [name: string, axes: number])[] {
  const uses: [string, number][] = []
  const toVisit: [Expr, number][] = [[value, axes]]
  for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
    const [expr, fed] = next
    if (expr.kind === 'name') uses.push([expr.name, fed])
    const within = takesRows(expr) ? 0 : fed
    for (const inner of valuesWithin(expr)) toVisit.push([inner, within])
  }
  return uses
}

/** Tells whether an expression calls a function that makes an axis. */
function takesRows(expr: Expr): boolean {
  if (expr.kind !== 'call' && expr.kind !== 'pipe') return false
  const callee = expr.kind === 'pipe' && expr.callee.kind === 'call' ? expr.callee.callee : expr.callee
  return callee.kind === 'name' && dataFunctions.get(callee.name)?.takesRows === true
}
