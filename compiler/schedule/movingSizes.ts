// Sizes that hold the index of a loop: the code computes them, from the index and from sizes that are known before.
import { add, apply, constant, int, mul, select, sub } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import { type Atom, type Dim, constant as dimOf, ofAtom, product, termsOf } from '../ir/dim.ts'

export interface Known {
  /** The names of the indices of all loops. */
  readonly indices: ReadonlySet<string>
  readonly index: (name: string) => Expr
  /** A size without indices. */
  readonly size: (dim: Dim) => Expr
}

/** A sum of products of known sizes and of indices. */
export function movingSize(dim: Dim, { indices, index, size }: Known): Expr {
  const moves = ({ name }: Atom): boolean => indices.has(name)
  return termsOf(dim)
    .map(({ coefficient, atoms }) => {
      const fixed = product([dimOf(coefficient), ...atoms.filter(a => !moves(a)).map(ofAtom)])
      return atoms
        .filter(moves)
        .map(a => atomValue(a, index(a.name)))
        .reduce(mul, size(fixed))
    })
    .reduce(add)
}

/** What an atom is for an index, as `evaluate` of dims has it. */
function atomValue({ minus, window }: Atom, index: Expr): Expr {
  const rest = sub(index, int(minus))
  const length = minus === 0 ? index : select(rest, int(0), apply('lt', [int(0), rest]))
  if (window === undefined) return length
  const whole = apply('toF64', [length])
  const root = apply('max', [constant('f64', 1), up(apply('sqrt', [whole]))])
  if (window === 'root') return apply('toI32', [root])
  const by = window === 'roots' ? root : constant('f64', window)
  return apply('toI32', [apply('floor', [apply('div', [whole, by])])])
}

/** The least whole number that is not below x. */
const up = (x: Expr): Expr => apply('neg', [apply('floor', [apply('neg', [x])])])
