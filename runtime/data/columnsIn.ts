// Finds the columns that equations name, and the equations that others read.
import type { Equation, Expr } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'

/** Lists columns in an equation: `t.name`, `t["a name"]`. Members of windows are among them, which does no harm. */
export const columnsIn = ({ value }: Equation): string[] => [...allExprs(value)].flatMap(columnIn)

function columnIn(e: Expr): string[] {
  if (e.kind === 'member') return [e.name.text]
  if (e.kind !== 'index') return []
  return e.slices.flatMap(s => (s.kind === 'at' && s.index.kind === 'string' ? [s.index.value] : []))
}

/** Finds the equations of these names, and those that they read, in the order of the text. */
export function behind(body: readonly Equation[], names: readonly string[]): readonly Equation[] {
  const named = new Map(body.map(e => [e.name.text, e]))
  const found = new Set<Equation>()
  const left = [...names]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const equation = named.get(name)
    if (equation === undefined || found.has(equation)) continue
    found.add(equation)
    for (const e of allExprs(equation.value)) if (e.kind === 'name') left.push(e.name)
  }
  return body.filter(e => found.has(e))
}
