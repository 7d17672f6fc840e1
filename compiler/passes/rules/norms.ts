// Replaces roots of sums of squares by norms, whose squares neither overflow nor underflow.
import { constantLike } from '../../ir/builder.ts'
import { asNumber } from '../../ir/dim.ts'
import type { Eqn, Value } from '../../ir/graph.ts'
import { fromEnd } from '../../ir/ops/attributes.ts'
import { ops } from '../../ir/ops/index.ts'
import type { OpName } from '../../ir/ops/schemas.ts'
import { lookThrough, movedOperands, type View } from '../../ir/view.ts'
import type { Rule, Site } from '../rewrite.ts'

/** The square root of a value, as a value that can be emitted. */
interface Root {
  /** Whether it is known not to be negative. */
  readonly positive: boolean
  readonly make: (site: Site) => Value
}

export const normRules: readonly Rule[] = [
  {
    name: 'root-of-squares',
    contract:
      'sqrt of squares → abs(x), of a sum of them → norm(x), of two → hypot(x, y), through moves, where, means, scales and masks',
    ops: ['sqrt'],
    rewrite: ({ ins: [x] }, site) => {
      // `fold` handles a known number.
      const stays = site.uniform(x) !== undefined || site.producer(x)?.op === 'real'
      const root = stays ? undefined : rootsIn(site)(x)
      return root?.positive === false ? site.builder.emit('abs', [root.make(site)]) : root?.make(site)
    },
  },
]

/** Bounds how many equations in a row are looked through. */
const deepest = 400

/** Finds a root of a value that is known to be a square. */
type RootOf = (value: Value) => Root | undefined

/** Analyses each value, and emits its root, only once, however often it is used. */
function rootsIn(view: View): RootOf {
  const found = new Map<number, Root | undefined>()
  const rootAt =
    (depth: number): RootOf =>
    value => {
      if (depth > deepest) return undefined
      if (!found.has(value.id)) found.set(value.id, once(rootOf(value, view, rootAt(depth + 1))))
      return found.get(value.id)
    }
  return rootAt(0)
}

function once(root: Root | undefined): Root | undefined {
  let made: Value | undefined
  return root && { ...root, make: site => (made ??= root.make(site)) }
}

function rootOf(value: Value, view: View, behind: RootOf): Root | undefined {
  const known = view.uniform(value)
  if (known !== undefined) {
    return known >= 0
      ? { positive: true, make: ({ builder }) => constantLike(builder, Math.sqrt(known), value) }
      : undefined
  }
  const eqn = view.producer(value)
  return eqn && roots[eqn.op]?.(eqn, behind, view)
}

type RootRule = (eqn: Eqn, behind: RootOf, view: View) => Root | undefined

/** Applies the op, or `op` in its place, to the roots of the first `count` operands, if all have one. */
const onRoots =
  (count: number, op?: OpName): RootRule =>
  (eqn, behind) => {
    const found = eqn.ins.slice(0, count).map(behind)
    if (!found.every(r => r !== undefined)) return undefined
    return {
      positive: op !== undefined || found.every(r => r.positive),
      make: site =>
        site.builder.emitLike(op ?? eqn.op, [...found.map(r => r.make(site)), ...eqn.ins.slice(count)], eqn.attrs),
    }
  }

/** The rules by the op that makes the square. */
const roots: Readonly<Record<string, RootRule>> = {
  mul: (eqn, behind, view) => {
    const [x, y] = eqn.ins
    return x.id === y.id ? { positive: false, make: () => x } : onRoots(2)(eqn, behind, view)
  },
  add: onRoots(2, 'hypot'),
  sum: onRoots(1, 'norm'),
  div: ({ ins: [x, y] }, behind, view) => {
    const root = isCount(y, view) ? behind(x) : undefined
    return (
      root && {
        ...root,
        make: site => site.builder.emit('div', [root.make(site), site.builder.emit('sqrt', [y])]),
      }
    )
  },
  where: ({ ins: [test, x, y] }, behind) => {
    const [left, right] = [behind(x), behind(y)]
    if (left === undefined || right === undefined) return undefined
    return {
      positive: left.positive && right.positive,
      make: site => site.builder.emit('where', [test, left.make(site), right.make(site)]),
    }
  },
  ...Object.fromEntries([...ops.values()].flatMap(op => (op.moves ? [[op.name, onRoots(op.moves.operands)]] : []))),
  // Weights and masks of a sum of squares. Their root stays a `sqrt`, on which the rule does not fire again.
  real: ({ ins: [x], outs: [out] }, _, view) =>
    isNotNegative(x, view) ? { positive: true, make: ({ builder }) => builder.emit('sqrt', [out]) } : undefined,
  bmm: ({ ins, attrs, outs: [out] }, _, view) => {
    const [left, right] = ins.map(v => lookThrough(v, view.producer, e => e.op === 'reshape'))
    const [rows, columns] = [attrs.ta === true ? -1 : -2, attrs.tb === true ? -2 : -1]
    // The product of a row with itself: both operands must be the same elements, transposed or not.
    if (left.id !== right.id || !isOne(ins[0], rows) || !isOne(ins[1], columns)) return undefined
    const axis = attrs.ta === true ? -2 : -1
    return {
      positive: true,
      make: ({ builder }) =>
        builder.emit('reshape', [builder.emit('norm', [ins[0]], { axes: [axis] })], { shape: out.shape }),
    }
  },
}

const isOne = (v: Value, axis: number): boolean => asNumber(v.shape[fromEnd(axis, v.shape.length)]) === 1

/** Tells whether a value is known not to be negative: a bool, a size, an index, a known number, or these moved. */
function isNotNegative(value: Value, view: View, depth = 0): boolean {
  const known = view.uniform(value)
  if (known !== undefined) return known >= 0
  if (value.dtype === 'bool') return true
  const eqn = depth > 10 ? undefined : view.producer(value)
  if (eqn === undefined) return false
  if (eqn.op === 'size' || eqn.op === 'iota') return true
  const moved = movedOperands(eqn.op)
  return moved > 0 && eqn.ins.slice(0, moved).every(v => isNotNegative(v, view, depth + 1))
}

/** Tells whether a value is a known positive number, a size, or a maximum with a positive number. */
function isCount(value: Value, view: View): boolean {
  const known = view.uniform(value)
  if (known !== undefined) return known > 0
  const eqn = view.producer(value)
  switch (eqn?.op) {
    case 'size':
      return true
    case 'real':
    case 'broadcast':
    case 'reshape':
      return isCount(eqn.ins[0], view)
    case 'max':
      return eqn.ins.some(v => (view.uniform(v) ?? 0) > 0)
    default:
      return false
  }
}
