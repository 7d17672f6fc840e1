// Counts the axes that an equation of a data block feeds: that many outer levels of nested lists are axes, the levels below items.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Data } from '../../dsl/ast.ts'
import { namesIn } from './valuesIn.ts'

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
    for (const used of namesIn(value)) toVisit.push([used, axes])
  }
  const alone = [...fed].filter(([, counts]) => counts.size === 1)
  return new Map(alone.flatMap(([name, counts]) => [...counts].map(axes => [name, axes] as const)))
}
