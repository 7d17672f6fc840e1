// Lists, from the text alone, the names, next values of states and axes that expressions and types of a unit read.
import type { Declaration, Equation, Expr, TypeExpr } from '../../../dsl/ast.ts'
import { allExprs, sizesIn } from '../../../dsl/children.ts'

/** Keys of reads: `h` of a name, `h'` of a next state, `over T` of an axis, `f()` of a call of f. */
export const primedRead = (name: string): string => `${name}'`
const axisRead = (name: string): string => `over ${name}`
export const appliedRead = (name: string): string => `${name}()`

/** Lists the reads of an expression. */
export const readsOf = (expr: Expr): string[] => [...allExprs(expr)].flatMap(readsHere)

function readsHere(e: Expr): string[] {
  if (e.kind === 'name') return [e.name]
  if (e.kind === 'primed') return [primedRead(e.name)]
  if (e.kind !== 'call' && e.kind !== 'pipe') return []
  const axes = e.kind === 'call' ? e.args.flatMap(arg => (arg.kind === 'over' ? [axisRead(arg.axis.text)] : [])) : []
  return e.callee.kind === 'name' ? [...axes, appliedRead(e.callee.name)] : axes
}

/** Lists the names in the dims of a type and in the lengths of its axes. */
export const dimReads = (type: TypeExpr): string[] => sizesIn(type).flatMap(readsOf)

/** Lists the axes of a type. */
export const axisReads = (type: TypeExpr): string[] => type.axes.map(a => axisRead(a.name.text))

const typeReads = (type: TypeExpr): string[] => [...dimReads(type), ...axisReads(type)]

/** Lists the reads in the type and the initial value of a declaration. */
export const declarationReads = ({ type, init }: Declaration): string[] => [
  ...typeReads(type),
  ...(init === undefined ? [] : readsOf(init)),
]

/** Lists the reads in the value and the type of an equation. */
export const equationReads = ({ type, value }: Equation): string[] => [
  ...readsOf(value),
  ...(type === undefined ? [] : typeReads(type)),
]
