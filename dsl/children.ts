// The parts of an expression, for whoever walks one.
import type { Arg, Expr, Slice } from './ast.ts'

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

/** An expression and everything inside it, outermost first. */
export function* allExprs(e: Expr): Generator<Expr> {
  yield e
  for (const child of children(e)) yield* allExprs(child)
}

const inArg = (a: Arg): readonly Expr[] => (a.kind === 'over' ? [] : [a.value])

const inSlice = (s: Slice): readonly Expr[] =>
  (s.kind === 'at' ? [s.index] : [s.start, s.stop]).filter(x => x !== undefined)
