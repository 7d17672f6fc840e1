// How many axes an equation of a data block feeds: lists in lists are axes so deep, and items below.
import type { Port } from '../../compiler/check/signature.ts'
import type { Data, Expr } from '../../dsl/ast.ts'
import { valuesIn } from './valuesIn.ts'

/**
 * For each equation the number of axes of the inputs and targets that it feeds, by itself or through other equations. Nothing for
 * one that feeds none, or several of which the numbers differ.
 */
export function axesFed(data: Data, ports: readonly Port[]): ReadonlyMap<string, number> {
  const equations = new Map(data.body.map(equation => [equation.name.text, equation.value]))
  const fed = new Map<string, Set<number>>()
  const visit = (name: string, axes: number): void => {
    const value = equations.get(name)
    const counts = fed.get(name) ?? new Set()
    if (value === undefined || counts.has(axes)) return
    fed.set(name, counts.add(axes))
    for (const used of namesIn(value)) visit(used, axes)
  }
  for (const { name, axes } of ports) visit(name, axes.length)
  const alone = [...fed].filter(([, counts]) => counts.size === 1)
  return new Map(alone.flatMap(([name, counts]) => [...counts].map(axes => [name, axes] as const)))
}

const namesIn = (value: Expr): string[] => valuesIn(value).flatMap(e => (e.kind === 'name' ? [e.name] : []))
