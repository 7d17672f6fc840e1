// Makes expressions of the loop language, each with its type; whole numbers that are known are computed at once.
import type { Expr, Literal, Local, Part, Statement } from './code.ts'
import { type Operation, resultOf } from './operations.ts'
import type { Type } from './types.ts'

export const local = (name: string, type: Type): Local => ({ name, type })

export const constant = (type: Type, value: Literal): Expr => ({ kind: 'constant', type, value })

/** A whole number. */
export const int = (value: number): Expr => constant('i32', value | 0)

export const read = (of: Local): Expr => ({ kind: 'local', type: of.type, local: of })

/** The whole number that an expression is known to be. */
export const known = (e: Expr): number | undefined =>
  e.kind === 'constant' && e.type === 'i32' && typeof e.value === 'number' ? e.value : undefined

/** Applies an operation; throws a plain Error for types that it does not take. */
export function apply(op: Operation, args: readonly Expr[], lanes?: readonly number[]): Expr {
  const folded = fold(op, args)
  if (folded !== undefined) return folded
  return {
    kind: 'apply',
    op,
    args,
    type: resultOf(
      op,
      args.map(a => a.type),
    ),
    ...(lanes && { lanes }),
  }
}

/** Sums, products and shifts of whole numbers. */
function fold(op: Operation, args: readonly Expr[]): Expr | undefined {
  const [x, y] = args.map(known)
  if (args.length !== 2 || args[0].type !== 'i32') return undefined
  if (x !== undefined && y !== undefined) {
    if (op === 'add') return int(x + y)
    if (op === 'sub') return int(x - y)
    if (op === 'mul') return int(Math.imul(x, y))
    if (op === 'shl') return int(x << y)
  }
  if ((op === 'add' && x === 0) || (op === 'mul' && x === 1)) return args[1]
  if (((op === 'add' || op === 'sub' || op === 'shl') && y === 0) || (op === 'mul' && y === 1)) return args[0]
  if (op === 'mul' && (x === 0 || y === 0)) return int(0)
  return undefined
}

export const add = (a: Expr, b: Expr): Expr => apply('add', [a, b])
export const sub = (a: Expr, b: Expr): Expr => apply('sub', [a, b])
export const mul = (a: Expr, b: Expr): Expr => apply('mul', [a, b])
export const div = (a: Expr, b: Expr): Expr => apply('div', [a, b])
export const madd = (a: Expr, b: Expr, c: Expr): Expr => apply('madd', [a, b, c])
export const splat = (a: Expr): Expr => apply('splat', [a])
export const lane = (a: Expr, at: number): Expr => apply('lane', [a], [at])
export const select = (yes: Expr, no: Expr, test: Expr): Expr => apply('select', [yes, no, test])

export const load = (type: Type, address: Expr, offset = 0, part?: Part): Expr => ({
  kind: 'load',
  type,
  address,
  offset,
  ...(part && { part }),
})

export const call = (type: Type, callee: string, args: readonly Expr[]): Expr => ({ kind: 'call', type, callee, args })

export const store = (address: Expr, value: Expr, offset = 0, part?: 'pair'): Statement => ({
  kind: 'store',
  address,
  offset,
  value,
  ...(part && { part }),
})

export const bind = (to: Local, value: Expr): Statement => ({ kind: 'let', local: to, value })

export const set = (to: Local, value: Expr): Statement => ({ kind: 'set', local: to, value })

export const perform = (callee: string, args: readonly Expr[]): Statement => ({ kind: 'call', callee, args })

export const barrier = (record: Expr, sleeps: Expr): Statement => ({ kind: 'barrier', record, sleeps })

export const when = (test: Expr, yes: readonly Statement[], no: readonly Statement[] = []): Statement => ({
  kind: 'if',
  test,
  yes,
  no,
})

export const loop = (index: Local, from: Expr, to: Expr, body: readonly Statement[], step = 1): Statement => ({
  kind: 'for',
  index,
  from,
  to,
  step,
  body,
})
