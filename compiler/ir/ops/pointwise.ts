// Pointwise ops: one formula each over the scalar algebra, and partial derivatives as formulas over the same algebra.
import type { Algebra } from '../algebra.ts'
import { numbers, types } from '../algebra.ts'
import { graphAlgebra } from '../builder.ts'
import { constant, multiply, product, sameShape } from '../dim.ts'
import type { Value } from '../graph.ts'
import { check } from './attributes.ts'
import { defineOp, type Moves, type Op, unchanged } from './define.ts'
import type { PlainOp, Schema } from './schemas.ts'

type Formula = <S>(a: Algebra<S>, args: readonly S[]) => S

interface Pointwise {
  readonly arity: number
  readonly formula: Formula
  /** ∂result/∂operand i, from the operands and the result `y`. Absent, or `undefined` at i, where no gradient flows. */
  readonly partials?: readonly (undefined | (<S>(a: Algebra<S>, args: readonly S[], y: S) => S))[]
  /** The cotangent of operand i where it is simpler than cotangent · partial: `where` selects, so that 0 · ∞ cannot arise. */
  readonly cotangents?: readonly (undefined | (<S>(a: Algebra<S>, args: readonly S[], d: S) => S))[]
  /** The branch taken, for a formula with several. */
  readonly branch?: Formula
  /** True where the op has no slope although it is analytic nearby, as a root at 0. */
  readonly edge?: Formula
  readonly flops?: number
  readonly keepsFinite?: boolean
  readonly moves?: Moves<Schema>
  readonly commutes?: Op['commutes']
}

function pointwise(name: PlainOp, p: Pointwise): Op {
  const { branch, edge } = p
  return defineOp({
    name,
    leading: { operands: 'all', rows: unchanged },
    infer: ins => {
      check(ins.length === p.arity, `${name} takes ${p.arity} operands, not ${ins.length}`)
      check(
        ins.every(t => sameShape(t.shape, ins[0].shape)),
        `${name}: operands of different shapes`,
      )
      return [
        {
          dtype: p.formula(
            types,
            ins.map(t => t.dtype),
          ),
          shape: ins[0].shape,
        },
      ]
    },
    evaluate: ({ ins, shapes }) => {
      const data = new Float64Array(ins[0].data.length)
      for (let i = 0; i < data.length; i++)
        data[i] = p.formula(
          numbers,
          ins.map(x => x.data[i]),
        )
      return [{ shape: shapes[0], data }]
    },
    vjp:
      (p.partials ?? p.cotangents) &&
      (({ builder, ins, outs, cotangents: [d], wanted }) => {
        if (d === undefined) return []
        const algebra = graphAlgebra(builder, outs[0])
        return ins.map((_, i): Value | undefined => {
          if (!wanted(i)) return undefined
          const direct = p.cotangents?.[i]
          if (direct !== undefined) return direct(algebra, ins, d)
          const partial = p.partials?.[i]
          return partial && algebra.strong_mul(d, partial(algebra, ins, outs[0]))
        })
      }),
    lower: ({ plan, eqn }) => plan.pointwise(eqn, name),
    flops: (_, outs) => multiply(constant(p.flops ?? 1), product(outs[0].shape)),
    formula: p.formula,
    ...(p.keepsFinite && { keepsFinite: true }),
    ...(p.moves && { moves: p.moves }),
    ...(p.commutes && { commutes: p.commutes }),
    branch: branch && (({ builder, ins }) => branch(graphAlgebra(builder, ins[0]), ins)),
    edge: edge && (({ builder, ins }) => edge(graphAlgebra(builder, ins[0]), ins)),
  })
}

/** A comparison: its result is its branch. */
const decision = (name: PlainOp, formula: Formula, commutes?: true): Op =>
  pointwise(name, { arity: 2, formula, branch: formula, ...(commutes && { commutes }) })

/** Scales the upper 23 bits of a hash into [0, 1), exact in f32. */
const unitScale = 2 ** -23

export const pointwiseOps: readonly Op[] = [
  pointwise('add', {
    arity: 2,
    commutes: true,
    formula: (a, [x, y]) => a.add(x, y),
    cotangents: [(_, _args, d) => d, (_, _args, d) => d],
  }),
  pointwise('sub', {
    arity: 2,
    formula: (a, [x, y]) => a.sub(x, y),
    cotangents: [(_, _args, d) => d, (a, _args, d) => a.neg(d)],
  }),
  pointwise('mul', {
    arity: 2,
    commutes: true,
    formula: (a, [x, y]) => a.mul(x, y),
    partials: [(_, [, y]) => y, (_, [x]) => x],
  }),
  pointwise('div', {
    arity: 2,
    formula: (a, [x, y]) => a.div(x, y),
    cotangents: [
      (a, [, y], d) => a.strong_div(d, y),
      (a, [x, y], d) => a.neg(a.strong_div(a.strong_mul(d, a.div(x, y)), y)),
    ],
  }),
  /** Products and quotients of the chain rule, with a strong zero. They differentiate as `mul` and `div` do. */
  pointwise('strong_mul', {
    arity: 2,
    formula: (a, [x, y]) => a.strong_mul(x, y),
    cotangents: [
      (a, [, y], d) => a.strong_mul(d, y),
      (a, [x], d) => a.where(a.eq(x, a.constant(0)), a.constant(0), a.strong_mul(d, x)),
    ],
  }),
  pointwise('strong_div', {
    arity: 2,
    formula: (a, [x, y]) => a.strong_div(x, y),
    cotangents: [
      (a, [, y], d) => a.strong_div(d, y),
      (a, [x, y], d) =>
        a.where(a.eq(x, a.constant(0)), a.constant(0), a.neg(a.strong_div(a.strong_mul(d, a.div(x, y)), y))),
    ],
  }),
  pointwise('neg', {
    arity: 1,
    keepsFinite: true,
    formula: (a, [x]) => a.neg(x),
    cotangents: [(a, _args, d) => a.neg(d)],
  }),
  pointwise('exp', { arity: 1, formula: (a, [x]) => a.exp(x), partials: [(_, _args, y) => y] }),
  pointwise('log', { arity: 1, formula: (a, [x]) => a.log(x), cotangents: [(a, [x], d) => a.strong_div(d, x)] }),
  pointwise('log1p', {
    arity: 1,
    formula: (a, [x]) => a.log1p(x),
    cotangents: [(a, [x], d) => a.strong_div(d, a.add(a.constant(1), x))],
  }),
  /** e^x - 1. The slope is not computed as y + 1, which is 0 as soon as y rounds to -1. */
  pointwise('expm1', { arity: 1, formula: (a, [x]) => a.expm1(x), partials: [(a, [x]) => a.exp(x)] }),
  /** The slope is (1 - y)(1 + y), as exact as y is, and 0 where y rounds to 1. */
  pointwise('tanh', {
    keepsFinite: true,
    arity: 1,
    formula: (a, [x]) => a.tanh(x),
    partials: [(a, _args, y) => a.mul(a.sub(a.constant(1), y), a.add(a.constant(1), y))],
  }),
  /** 1 / (1 + e^-x): e^-x may overflow to infinity, which gives the right 0. */
  pointwise('sigmoid', {
    keepsFinite: true,
    arity: 1,
    formula: (a, [x]) => a.div(a.constant(1), a.add(a.constant(1), a.exp(a.neg(x)))),
    partials: [(a, _args, y) => a.mul(y, a.sub(a.constant(1), y))],
    flops: 4,
  }),
  /** log(sigmoid(x)) = min(x, 0) - log1p(e^-|x|), which neither overflows nor cancels. Both branches have one derivative at 0. */
  pointwise('log_sigmoid', {
    arity: 1,
    formula: (a, [x]) => {
      const negative = a.lt(x, a.constant(0))
      return a.sub(a.where(negative, x, a.constant(0)), a.log1p(a.exp(a.where(negative, x, a.neg(x)))))
    },
    partials: [(a, [x]) => a.div(a.constant(1), a.add(a.constant(1), a.exp(x)))],
    flops: 6,
  }),
  /** The derivative at 0 is 0. */
  pointwise('sqrt', {
    arity: 1,
    formula: (a, [x]) => a.sqrt(x),
    partials: [(a, _args, y) => a.where(a.lt(a.constant(0), y), a.div(a.constant(0.5), y), a.constant(0))],
    edge: (a, [x]) => a.eq(x, a.constant(0)),
  }),
  /** √(x² + y²), of operands divided by the larger, so that no square overflows. The derivative at 0 is 0. */
  pointwise('hypot', {
    arity: 2,
    commutes: true,
    formula: (a, [x, y]) => {
      const size = <S>(b: Algebra<S>, v: S): S => b.max(v, b.neg(v))
      const peak = a.stop_gradient(a.max(size(a, x), size(a, y)))
      const special = a.or(a.eq(peak, a.constant(0)), a.eq(peak, a.constant(Number.POSITIVE_INFINITY)))
      const scale = a.where(special, a.constant(1), peak)
      const [u, v] = [a.div(x, scale), a.div(y, scale)]
      return a.mul(scale, a.sqrt(a.add(a.mul(u, u), a.mul(v, v))))
    },
    partials: [0, 1].map(i => (a, args, h) => a.div(args[i], a.where(a.eq(h, a.constant(0)), a.constant(1), h))),
    edge: (a, [x, y]) => a.and(a.eq(x, a.constant(0)), a.eq(y, a.constant(0))),
    flops: 8,
  }),
  pointwise('sin', { arity: 1, formula: (a, [x]) => a.sin(x), partials: [(a, [x]) => a.cos(x)] }),
  pointwise('cos', { arity: 1, formula: (a, [x]) => a.cos(x), partials: [(a, [x]) => a.neg(a.sin(x))] }),
  /** |x|; the derivative at 0 is 0, as that of the formula is: at a tie `max` follows its first operand. */
  pointwise('abs', {
    keepsFinite: true,
    arity: 1,
    formula: (a, [x]) => a.max(a.constant(0), a.max(x, a.neg(x))),
    cotangents: [
      (a, [x], d) => a.where(a.lt(a.constant(0), x), d, a.where(a.lt(x, a.constant(0)), a.neg(d), a.constant(0))),
    ],
    branch: (a, [x]) => a.lt(a.constant(0), x),
  }),
  /** max(x, 0); the derivative at 0 is 0. */
  pointwise('relu', {
    keepsFinite: true,
    arity: 1,
    formula: (a, [x]) => a.max(a.constant(0), x),
    cotangents: [(a, [x], d) => a.where(a.lt(a.constant(0), x), d, a.constant(0))],
    branch: (a, [x]) => a.lt(a.constant(0), x),
  }),
  pointwise('floor', { arity: 1, formula: (a, [x]) => a.floor(x), branch: (a, [x]) => a.floor(x) }),
  /** x^y. Towards y no gradient flows where x <= 0, as its logarithm is not real there. */
  pointwise('pow', {
    arity: 2,
    formula: (a, [x, y]) => a.pow(x, y),
    partials: [
      (a, [x, y]) => {
        const slope = a.mul(y, a.pow(x, a.sub(y, a.constant(1))))
        return a.where(a.eq(y, a.constant(0)), a.constant(0), slope)
      },
      (a, [x], y) => a.where(a.lt(a.constant(0), x), a.mul(y, a.log(x)), a.constant(0)),
    ],
    // A whole exponent has no edge at x = 0.
    edge: (a, [x, y]) => a.and(a.eq(x, a.constant(0)), a.not(a.eq(y, a.floor(y)))),
  }),
  /** The remainder with the divisor's sign. */
  pointwise('mod', {
    arity: 2,
    formula: (a, [x, y]) => a.sub(x, a.mul(y, a.floor(a.div(x, y)))),
    cotangents: [(_, _args, d) => d],
    partials: [undefined, (a, [x, y]) => a.neg(a.floor(a.div(x, y)))],
    branch: (a, [x, y]) => a.floor(a.div(x, y)),
    flops: 4,
  }),
  /** At a tie the first operand gets the gradient. */
  pointwise('max', {
    keepsFinite: true,
    arity: 2,
    commutes: 'but for ties',
    formula: (a, [x, y]) => a.max(x, y),
    cotangents: [
      (a, [x, y], d) => a.where(a.le(y, x), d, a.constant(0)),
      (a, [x, y], d) => a.where(a.lt(x, y), d, a.constant(0)),
    ],
    branch: (a, [x, y]) => a.le(y, x),
  }),
  pointwise('min', {
    keepsFinite: true,
    arity: 2,
    commutes: 'but for ties',
    formula: (a, [x, y]) => a.min(x, y),
    cotangents: [
      (a, [x, y], d) => a.where(a.le(x, y), d, a.constant(0)),
      (a, [x, y], d) => a.where(a.lt(y, x), d, a.constant(0)),
    ],
    branch: (a, [x, y]) => a.le(x, y),
  }),
  decision('lt', (a, [x, y]) => a.lt(x, y)),
  decision('le', (a, [x, y]) => a.le(x, y)),
  decision('eq', (a, [x, y]) => a.eq(x, y), true),
  pointwise('and', { arity: 2, commutes: true, formula: (a, [x, y]) => a.and(x, y) }),
  pointwise('or', { arity: 2, commutes: true, formula: (a, [x, y]) => a.or(x, y) }),
  pointwise('not', { arity: 1, formula: (a, [x]) => a.not(x) }),
  pointwise('where', {
    keepsFinite: true,
    arity: 3,
    formula: (a, [test, x, y]) => a.where(test, x, y),
    cotangents: [
      undefined,
      (a, [test], d) => a.where(test, d, a.constant(0)),
      (a, [test], d) => a.where(test, a.constant(0), d),
    ],
  }),
  /** An int or a bool as a real; a real as itself. */
  pointwise('real', {
    keepsFinite: true,
    arity: 1,
    formula: (a, [x]) => a.real(x),
    cotangents: [(_, _args, d) => d],
    flops: 0,
  }),
  /** The remainder of ints. */
  pointwise('remainder', { arity: 2, formula: (a, [x, y]) => a.remainder(x, y) }),
  pointwise('imul', { arity: 2, commutes: true, formula: (a, [x, y]) => a.imul(x, y) }),
  pointwise('xor', { arity: 2, commutes: true, formula: (a, [x, y]) => a.xor(x, y) }),
  pointwise('shr', { arity: 2, formula: (a, [x, y]) => a.shr(x, y) }),
  /** Mixes the int x into the hash h: murmur3's finalizer (Appleby 2011) of h · 31 + (x xor a constant). */
  pointwise('mix', {
    arity: 2,
    formula: (a, [h, x]) => {
      const stir = <S>(b: Algebra<S>, v: S, by: number, multiplier: number): S =>
        b.imul(b.xor(v, b.shr(v, b.integer(by))), b.integer(multiplier))
      const start = a.add(a.imul(h, a.integer(31)), a.xor(x, a.integer(0x2545f491)))
      const stirred = stir(a, stir(a, start, 16, 0x85ebca6b), 13, 0xc2b2ae35)
      return a.xor(stirred, a.shr(stirred, a.integer(16)))
    },
    flops: 10,
  }),
  /** A hash as a real in [0, 1), a multiple of 2^-23. */
  pointwise('unit', {
    arity: 1,
    formula: (a, [h]) => a.mul(a.real(a.shr(h, a.integer(9))), a.constant(unitScale)),
    flops: 2,
  }),
  /** The value itself; no gradient flows back through it. */
  pointwise('stop_gradient', {
    keepsFinite: true,
    moves: { operands: 1, axisAfter: axis => axis },
    arity: 1,
    formula: (a, [x]) => a.stop_gradient(x),
    flops: 0,
  }),
]
