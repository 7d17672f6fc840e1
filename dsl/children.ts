// Lists the parts of expressions and types, for code that walks syntax trees.
import type { Arg, Expr, Slice, Statement, TypeExpr } from './ast.ts'

/** The expressions directly inside another, in the order of the text. */
export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'number':
    case 'string':
    case 'bool':
    case 'name':
    case 'primed':
      return []
    case 'list':
      return e.items
    case 'unary':
      return [e.value]
    case 'binary':
      return [e.left, e.right]
    case 'pipe':
      return [e.value, e.callee]
    case 'call':
      return [e.callee, ...e.args.flatMap(inArg)]
    case 'member':
      return [e.value]
    case 'index':
      return [e.value, ...e.slices.flatMap(inSlice)]
  }
}

/** An expression and everything inside it, or inside those that `enter` allows, outermost first. */
export function* allExprs(e: Expr, enter: (e: Expr) => boolean = () => true): Generator<Expr> {
  // Keeps a list in place of recursion: a chain of operators is longer than the stack is deep.
  const pending = [e]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next
    if (!enter(next)) continue
    for (const child of children(next).toReversed()) pending.push(child)
  }
}

/**
 * Links of a chain that its text does not nest: `a + b + c`, `x |> f |> g`, `f(a).b[c]`. From its first link, which begins the text, to the
 * whole; each but the first begins with the one before.
 */
export function chain(e: Expr, begins: (e: Expr) => Expr | undefined = beginning): readonly [Expr, ...Expr[]] {
  const links: [Expr, ...Expr[]] = [e]
  for (let inside = begins(e); inside !== undefined; inside = begins(inside)) links.push(inside)
  links.reverse()
  return links
}

/** Beginning of an expression: its left operand, its callee, or the value whose member or element it takes. */
export function beginning(e: Expr): Expr | undefined {
  switch (e.kind) {
    case 'binary':
      return e.left
    case 'call':
      return e.callee
    case 'pipe':
    case 'member':
    case 'index':
      return e.value
    default:
      return undefined
  }
}

/** The dims of a type and the lengths of its axes, in the order of the text. */
export const sizesIn = ({ item, axes }: TypeExpr): readonly Expr[] => [
  ...(item.kind === 'tensor' ? item.dims : item.kind === 'coded' ? [item.size] : []),
  ...axes.flatMap(a => a.length ?? []),
]

/** The sizes in the type of a statement. */
export const sizesOf = (s: Statement): readonly Expr[] => ('type' in s && s.type !== undefined ? sizesIn(s.type) : [])

/** The value that a statement gives, or the initial one of a declaration. */
export const valueIn = (s: Statement): Expr | undefined => ('names' in s ? s.init : s.value)

const inArg = (a: Arg): readonly Expr[] => (a.kind === 'over' ? [] : [a.value])

const inSlice = (s: Slice): readonly Expr[] =>
  (s.kind === 'at' ? [s.index] : [s.start, s.stop]).filter(x => x !== undefined)
