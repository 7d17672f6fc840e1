// Identities of pointwise ops. `x * 0` is not 0: x may be infinite.
import { numbers } from '../../ir/algebra.ts'
import { type Builder, constantLike, opOf } from '../../ir/builder.ts'
import type { Eqn, Value } from '../../ir/graph.ts'
import type { Rule, Site } from '../rewrite.ts'

/** Tells whether a product of two such numbers neither overflows nor underflows, in f32 too. */
const moderate = (value: number): boolean => Math.abs(value) > 1e-15 && Math.abs(value) < 1e15

const square = (b: Builder, x: Value): Value => b.emit('mul', [x, x])

/** Exponents for which other ops are cheaper than `pow` and as exact. */
const powers: ReadonlyMap<number, (b: Builder, x: Value) => Value> = new Map([
  [0, (b, x) => constantLike(b, 1, { dtype: 'real', shape: x.shape })],
  [1, (_, x) => x],
  [2, square],
  [3, (b, x) => b.emit('mul', [b.emit('mul', [x, x]), x])],
  [0.5, (b, x) => b.emit('sqrt', [x])],
  [-1, (b, x) => b.emit('div', [constantLike(b, 1, x), x])],
  [-2, (b, x) => square(b, b.emit('div', [constantLike(b, 1, x), x]))],
  [-0.5, (b, x) => b.emit('div', [constantLike(b, 1, x), b.emit('sqrt', [x])])],
])

export const arithmeticRules: readonly Rule[] = [
  {
    name: 'fold',
    contract: 'a pointwise op on known numbers becomes the number, if that is finite',
    rewrite: (eqn, site) => {
      const { formula } = opOf(site.context, eqn.op)
      if (formula === undefined) return undefined
      const args = eqn.ins.map(site.uniform).filter(n => n !== undefined)
      if (args.length < eqn.ins.length) return undefined
      const value = formula(numbers, args)
      return Number.isFinite(value) ? constantLike(site.builder, value, eqn.outs[0]) : undefined
    },
  },
  {
    name: 'add-zero',
    contract: 'x + 0, 0 + x → x',
    ops: ['add'],
    rewrite: (eqn, site) => {
      const [x, y] = eqn.ins
      if (site.uniform(y) === 0) return x
      return site.uniform(x) === 0 ? y : undefined
    },
  },
  {
    name: 'sub-zero',
    contract: 'x - 0 → x; 0 - x → -x',
    ops: ['sub'],
    rewrite: (eqn, site) => {
      const [x, y] = eqn.ins
      if (site.uniform(y) === 0) return x
      return site.uniform(x) === 0 ? site.builder.emit('neg', [y]) : undefined
    },
  },
  {
    name: 'mul-one',
    contract: 'x * 1, 1 * x → x; x * -1, -1 * x → -x',
    ops: ['mul'],
    rewrite: (eqn, site) => {
      const factor = (x: Value, by: number | undefined): Value | undefined => {
        if (by === 1) return x
        return by === -1 ? site.builder.emit('neg', [x]) : undefined
      }
      const [x, y] = eqn.ins
      return factor(x, site.uniform(y)) ?? factor(y, site.uniform(x))
    },
  },
  {
    name: 'div-one',
    contract: 'x / 1 → x; x / -1 → -x',
    ops: ['div'],
    rewrite: (eqn, site) => {
      const by = site.uniform(eqn.ins[1])
      if (by === 1) return eqn.ins[0]
      return by === -1 ? site.builder.emit('neg', [eqn.ins[0]]) : undefined
    },
  },
  {
    name: 'scale-twice',
    contract: '(x * a) * b → x * (a b), for moderate numbers a and b',
    ops: ['mul'],
    rewrite: (eqn, site) => {
      const scaled = scaledBy(eqn, site)
      const inner = scaled && site.producer(scaled.x)
      const before = inner?.op === 'mul' ? scaledBy(inner, site) : undefined
      if (scaled === undefined || before === undefined || !moderate(scaled.by) || !moderate(before.by)) return undefined
      return site.builder.emit('mul', [before.x, constantLike(site.builder, scaled.by * before.by, eqn.outs[0])])
    },
  },
  {
    name: 'neg-neg',
    contract: '-(-x) → x; -(x - y) → y - x',
    ops: ['neg'],
    rewrite: ({ ins: [x] }, site) => {
      const inner = site.producer(x)
      if (inner?.op === 'neg') return inner.ins[0]
      return inner?.op === 'sub' ? site.builder.emit('sub', [inner.ins[1], inner.ins[0]]) : undefined
    },
  },
  {
    name: 'add-neg',
    contract: 'x + -y → x - y; -x + y → y - x; x - -y → x + y',
    ops: ['add', 'sub'],
    rewrite: ({ op, ins: [x, y] }, site) => {
      const [left, right] = [site.producer(x), site.producer(y)]
      if (right?.op === 'neg') return site.builder.emit(op === 'add' ? 'sub' : 'add', [x, right.ins[0]])
      return op === 'add' && left?.op === 'neg' ? site.builder.emit('sub', [y, left.ins[0]]) : undefined
    },
  },
  {
    name: 'exp-less-one',
    contract: 'e^x - 1 → expm1(x); 1 - e^x → -expm1(x)',
    ops: ['sub', 'add'],
    rewrite: ({ op, ins: [x, y] }, site) => {
      const { builder, producer, uniform } = site
      const [left, right] = [producer(x), producer(y)]
      if (op === 'sub' && right?.op === 'exp' && uniform(x) === 1)
        return builder.emit('neg', [builder.emit('expm1', right.ins)])
      return left?.op === 'exp' && uniform(y) === (op === 'sub' ? 1 : -1) ? builder.emit('expm1', left.ins) : undefined
    },
  },
  {
    name: 'small-power',
    contract: 'x ^ 0, 1, 2, 3, 0.5, -1, -2, -0.5 → 1, products, roots and quotients',
    ops: ['pow'],
    rewrite: (eqn, site) => {
      const power = site.uniform(eqn.ins[1])
      const cheaper = power === undefined ? undefined : powers.get(power)
      return cheaper?.(site.builder, eqn.ins[0])
    },
  },
  {
    name: 'where-known',
    contract: 'where(true, x, y) → x; where(false, x, y) → y; where(t, x, x) → x',
    ops: ['where'],
    rewrite: (eqn, site) => {
      const [test, x, y] = eqn.ins
      const known = site.uniform(test)
      if (x.id !== y.id && known === undefined) return undefined
      return known === 0 ? y : x
    },
  },
  {
    name: 'real-real',
    contract: 'real(x) → x where x is real',
    ops: ['real'],
    rewrite: ({ ins: [x] }) => (x.dtype === 'real' ? x : undefined),
  },
  {
    name: 'not-not',
    contract: 'not(not(x)) → x where x is bool',
    ops: ['not'],
    rewrite: ({ ins: [x] }, site) => {
      const inner = site.producer(x)
      return inner?.op === 'not' && inner.ins[0].dtype === 'bool' ? inner.ins[0] : undefined
    },
  },
]

/** Splits a product into an operand and the known number that scales it. */
function scaledBy({ ins: [x, y] }: Eqn, site: Site): { x: Value; by: number } | undefined {
  const [left, right] = [site.uniform(x), site.uniform(y)]
  if (right !== undefined) return { x, by: right }
  return left === undefined ? undefined : { x: y, by: left }
}
