// Small graphs, at least one for each op of the table, which every backend must run as the interpreter does.
import type { Builder } from '../../compiler/ir/builder.ts'
import { broadcast, constantLike, createBodyBuilder, emitScan, scalar } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Type, Value } from '../../compiler/ir/graph.ts'
import { pointwiseOps } from '../../compiler/ir/ops/pointwise.ts'
import type { OpName } from '../../compiler/ir/ops/schemas.ts'
import { dim, type } from './agree.ts'

export interface Case {
  readonly name: string
  readonly params: readonly Type[]
  readonly body: (b: Builder, params: readonly Value[]) => readonly Value[]
  /** Whether roundings grow from step to step: half a unit in the last place of inputs of 32 bits moves the results by up to 9e-6. */
  readonly amplifies?: true
}

/** One after the other on the same executable: growing, shrinking, empty and colliding sizes. */
export const sizesList: readonly Sizes[] = [
  { B: 3, T: 5, H: 4 },
  { B: 1, T: 1, H: 1 },
  { B: 6, T: 2, H: 9 },
  { B: 4, T: 4, H: 4 },
  { B: 0, T: 3, H: 2 },
  { B: 2, T: 0, H: 3 },
  { B: 5, T: 7, H: 5 },
]

const real = (...shapes: string[]): Type[] => shapes.map(s => type(s))
const int = (text: string): Type => type(text, 'int')

const one = (name: string, params: readonly Type[], op: OpName, attrs = {}): Case => ({
  name: `${op}${name === '' ? '' : `: ${name}`}`,
  params,
  body: (b, xs) => [b.emitLike(op, xs, attrs)],
})

/** Operands in the domain of ops that are not defined everywhere. */
const positive = (b: Builder, x: Value): Value => b.emit('add', [b.emit('abs', [x]), constantLike(b, 0.25, x)])

/** Ops of whole numbers, which are as wide as the numbers of 32 bits that they hash. */
const wholeNumbered = ['imul', 'xor', 'shr', 'mix', 'unit', 'remainder']

const pointwise: readonly Case[] = pointwiseOps.map(op => {
  const integer = wholeNumbered.includes(op.name)
  return {
    name: op.name,
    params: [0, 1, 2].map(() => type('B, H', integer ? 'int' : 'real')),
    body: (b, xs) => {
      const wide = (x: Value): Value =>
        integer && op.name !== 'remainder' ? b.emit('imul', [x, constantLike(b, 1_000_003, x)]) : x
      const logical = ['and', 'or', 'not'].includes(op.name)
      const test = (x: Value): Value => b.emit('lt', [x, constantLike(b, 0.1, x)])
      const first = op.name === 'where' || logical ? test(xs[0]) : wide(xs[0])
      const domain = ['log', 'log1p', 'sqrt', 'pow'].includes(op.name) ? positive(b, first) : first
      const second = logical ? test(xs[1]) : op.name === 'shr' ? constantLike(b, 7, xs[1]) : wide(xs[1])
      const count = [1, 2, 3].find(n => fits(b, op.name, [domain, second, xs[2]].slice(0, n))) ?? 1
      const y = b.emit(op.name, [domain, second, xs[2]].slice(0, count))
      return [y, b.emit('real', [y])]
    },
  }
})

function fits(b: Builder, op: OpName, ins: readonly Value[]): boolean {
  try {
    b.context.ops.get(op)?.infer(ins, {}, undefined)
    return true
  } catch {
    return false
  }
}

/** The quotient of the least whole number by -1 is too large for 32 bits, the remainder is not. Not for a GPU, whose whole numbers are floats. */
export const remainderOfLeast: Case = {
  name: 'remainder of the least whole number',
  params: [int('B, H'), int('B, H')],
  body: (b, [x, y]) => {
    const only = (v: Value, number: number): Value => b.emit('add', [b.emit('sub', [v, v]), constantLike(b, number, v)])
    return [-1, 1, 3, -(2 ** 31), 2 ** 31 - 1, 0].map(n => b.emit('remainder', [only(x, -(2 ** 31)), only(y, n)]))
  },
}

const movement: readonly Case[] = [
  one('leading', real('H'), 'broadcast', { at: [-2], sizes: [dim('B')] }),
  one('trailing', real('B'), 'broadcast', { at: [-1], sizes: [dim('H')] }),
  one('several', real('T'), 'broadcast', { at: [-3, -1], sizes: [dim('B'), dim('H')] }),
  one('dense', real('B, T, H'), 'reshape', { shape: [dim('B*T'), dim('H')] }),
  one('all', real('B, T, H'), 'transpose', { order: [-1, -3, -2] }),
  one('last two', real('B, T, H'), 'transpose', { order: [-1, -2] }),
  one('', real('B, H+3'.replace('+', ' + ')), 'slice', { axis: -1, start: dim(2), size: dim('H') }),
  one('rows', real('B + 2, H'), 'slice', { axis: -2, start: dim(1), size: dim('B') }),
  one('', real('B, H'), 'pad', { axis: -1, start: dim(2), size: dim('H + 3') }),
  one('rows', real('B, H'), 'pad', { axis: -2, start: dim('T'), size: dim('B + T') }),
  one('columns', real('B, H', 'B, T', 'B, 1'), 'concat', { axis: -1 }),
  one('rows', real('B, H', 'T, H'), 'concat', { axis: -2 }),
  one('of ints', [int('B'), int('H')], 'concat', { axis: -1 }),
  one('late', real('B, T, H', 'B, H'), 'shift', { axis: -2, by: 1 }),
  one('early', real('B, T, H', 'B, H'), 'shift', { axis: -2, by: -1 }),
  one('leading', real('T, H', 'H'), 'shift', { axis: -2, by: 1 }),
  {
    name: 'reshape of a transpose',
    params: real('B, T, H'),
    body: (b, [x]) => [
      b.emit('reshape', [b.emit('transpose', [x], { order: [-2, -3, -1] })], { shape: [dim('B*T*H')] }),
    ],
  },
  {
    name: 'reshape of a broadcast',
    params: real('H'),
    body: (b, [x]) => [b.emit('reshape', [broadcast(b, x, [-2], [dim('B')])], { shape: [dim('B*H')] })],
  },
  {
    name: 'views of views',
    params: real('B + 1, T, H'),
    body: (b, [x]) => {
      const sliced = b.emit('slice', [x], { axis: -3, start: dim(1), size: dim('B') })
      const turned = b.emit('transpose', [sliced], { order: [-1, -2, -3] })
      const wide = broadcast(b, turned, [-2], [dim(2)])
      return [wide, b.emit('tanh', [wide]), b.emit('sum', [wide], { axes: [-4, -1] })]
    },
  },
  {
    name: 'a view of a pending value',
    params: real('H, H'),
    body: (b, [x]) => {
      const y = b.emit('tanh', [x])
      const turned = b.emit('transpose', [y], { order: [-1, -2] })
      const sum = b.emit('add', [y, turned])
      return [sum, b.emit('mul', [sum, b.emit('transpose', [sum], { order: [-1, -2] })])]
    },
  },
]

/** Kernels that may grow, with others between them. */
const fusion: readonly Case[] = [
  ...['B, 35', '260'].map(
    (shape): Case => ({
      name: `the gates of a cell: several functions over [${shape}]`,
      params: real(shape, shape, shape, shape),
      body: (b, [i, f, g, c]) => {
        const squashed = (x: Value): Value => b.emit('sigmoid', [x])
        const kept = b.emit('mul', [squashed(f), c])
        const next = b.emit('add', [kept, b.emit('mul', [squashed(i), b.emit('tanh', [g])])])
        return [next, b.emit('mul', [squashed(b.emit('neg', [i])), b.emit('tanh', [next])])]
      },
    }),
  ),
  {
    name: 'most operands in an earlier kernel, one in a later',
    params: real('H, H'),
    body: (b, [x]) => {
      const small = b.emit('sin', [x])
      const test = b.emit('lt', [small, x])
      const late = b.emit('cos', [b.emit('matmul', [small, x])])
      return [b.emit('where', [test, small, late]), b.emit('where', [test, late, small])]
    },
  },
  {
    name: 'a concatenation of what two kernels made',
    params: real('B, H', 'H, H'),
    body: (b, [x, w]) => {
      const first = b.emit('sin', [x])
      const second = b.emit('cos', [b.emit('matmul', [first, w])])
      const all = b.emit('concat', [second, first, second], { axis: -1 })
      const part = b.emit('slice', [first], { axis: -1, start: dim(0), size: dim(1) })
      const rows = b.emit('concat', [part, part], { axis: -1 })
      return [all, rows, b.emit('tanh', [all]), b.emit('pad', [first], { axis: -1, start: dim(1), size: dim('H + 1') })]
    },
  },
]

const positions: readonly Case[] = [
  ...['T', 'H'].map(
    (size, i): Case => ({
      name: `positions along ${size}`,
      params: real('T, H'),
      body: (b, [x]) => {
        const wide = broadcast(b, b.emit('iota', [], { size: dim(size) }), [-1 - i], [x.shape[1 - i]])
        return [b.emit('add', [x, b.emit('real', [wide])])]
      },
    }),
  ),
  {
    name: 'positions as an output of a scan',
    params: real('T'),
    body: (b, [x]) =>
      scan(b, { carries: [], xs: [x] }, (s, _, [xt]) => [
        s.emit('iota', [], { size: dim('H') }),
        s.emit('add', [xt, s.emit('real', [s.emit('size', [], { dim: dim('B') })])]),
      ]),
  },
]

const indexing: readonly Case[] = [
  one('rows', [type('3, H'), int('B, T')], 'gather'),
  one('scalars', [type('3'), int('B')], 'gather'),
  one('rows', [type('B, T, H'), int('B, T')], 'scatter', { rows: dim(3) }),
  one('scalars', [type('B'), int('B')], 'scatter', { rows: dim('T') }),
  // A table of 3 rows: fewer than B T indices, as many, or more.
  one('', [type('3, H'), int('B, T'), type('5, H')], 'gather_matmul'),
  one('one index', [type('3, H'), int(''), type('5, H')], 'gather_matmul'),
  one('', [type('B, T, H'), int('B, T'), type('3, 5')], 'gather_outer'),
  one('one index', [type('H'), int(''), type('3, 5')], 'gather_outer'),
  one('', [type('B, T, H'), int('B, T'), type('H, 5')], 'scatter_matmulT', { rows: dim(3) }),
  one('one index', [type('H'), int(''), type('H, 5')], 'scatter_matmulT', { rows: dim('T') }),
  one('last', [type('B, H'), int('B')], 'pick', { axis: -1, tail: 0 }),
  one('with a tail', [type('B, T, H'), int('B')], 'pick', { axis: -2, tail: 1 }),
  one('first', [type('T, B, H'), int('B')], 'pick', { axis: -3, tail: 1 }),
  one('last', [type('B'), int('B')], 'place', { axis: -1, tail: 0, size: dim('H') }),
  one('with a tail', [type('B, H'), int('B')], 'place', { axis: -2, tail: 1, size: dim('T') }),
  one('', [type('B, T, H'), int('B')], 'reverse', { axis: -2, tail: 1 }),
  one('leading', [type('T, B, H'), int('B')], 'reverse', { axis: -3, tail: 1 }),
  {
    name: 'gather from a transposed table',
    params: [type('H, 3'), int('B')],
    body: (b, [table, index]) => [b.emit('gather', [b.emit('transpose', [table], { order: [-1, -2] }), index])],
  },
  {
    name: 'gather by positions',
    params: real('B, H'),
    body: (b, [table]) => [
      b.emit('gather', [table, b.emit('iota', [], { size: dim('B') })]),
      b.emit('gather', [b.emit('iota', [], { size: dim('H') }), b.emit('iota', [], { size: dim('T') })]),
    ],
  },
]

const reductions: readonly Case[] = [
  one('last', real('B, T, H'), 'sum', { axes: [-1] }),
  one('leading', real('B, T, H'), 'sum', { axes: [-3, -2] }),
  one('middle', real('B, T, H'), 'sum', { axes: [-2] }),
  one('leading, of a few columns', real('B, T, 5'), 'sum', { axes: [-3, -2] }),
  one('middle, of a few columns', real('B, T, 12'), 'sum', { axes: [-2] }),
  {
    name: 'sum: of a few columns, of what is computed',
    params: real('T, 4', 'T, 4'),
    body: (b, [x, y]) => [
      b.emit('sum', [b.emit('neg', [x])], { axes: [-2] }),
      b.emit('sum', [b.emit('mul', [x, y])], { axes: [-2] }),
    ],
  },
  one('outside in', real('B, T, H'), 'sum', { axes: [-1, -3] }),
  one('all', real('B, T'), 'sum', { axes: [-2, -1] }),
  ...(['reduce_max', 'reduce_min', 'argmax'] as const).flatMap(op => [
    one('last', real('B, H + 1'), op, { axis: -1 }),
    one('middle', real('B, T + 2, H'), op, { axis: -2 }),
  ]),
  one('last', real('B, T, H'), 'norm', { axes: [-1] }),
  one('several', real('B, T, H'), 'norm', { axes: [-1, -3] }),
  one('all', real('B, H'), 'norm', { axes: [-1, -2] }),
  one('last', real('B, T, H'), 'softmax', { axis: -1 }),
  one('middle', real('B, T, H'), 'softmax', { axis: -2 }),
  one('last', real('B, T, H'), 'logsumexp', { axis: -1 }),
  one('first', real('B, T, H'), 'logsumexp', { axis: -3 }),
  {
    name: 'softmax where all is -∞',
    params: real('B, H'),
    body: (b, [x]) => {
      const minus = constantLike(b, Number.NEGATIVE_INFINITY, x)
      const some = b.emit('where', [b.emit('lt', [x, constantLike(b, 0.3, x)]), minus, x])
      return (['softmax', 'logsumexp'] as const).flatMap(op => [minus, some].map(v => b.emit(op, [v], { axis: -1 })))
    },
  },
  {
    name: 'sum of a constant and of positions',
    params: [],
    body: b => {
      const positions = broadcast(b, b.emit('iota', [], { size: dim('T') }), [-1], [dim('B')])
      return [
        b.emit('sum', [constantLike(b, 2, type('B, T'))], { axes: [-1] }),
        b.emit('sum', [positions], { axes: [-2] }),
        b.emit('argmax', [positions], { axis: -2 }),
      ]
    },
  },
]

/** How a condition over the contracted dims lies in an operand: new dimensions at these places. */
interface Spread {
  readonly at: readonly number[]
  readonly sizes: readonly string[]
}

/** A product one operand of which is 0 wherever the other is infinite or NaN, at some places of the contracted dims. */
export const strongProduct = (
  op: OpName,
  strong: 'strongLeft' | 'strongRight',
  [left, right, condition]: readonly [Type, Type, Type],
  [l, r]: readonly [Spread, Spread],
  attrs = {},
): Case => ({
  name: `${op}, ${strong}`,
  params: [left, right, condition],
  body: (b, [x, y, c]) => {
    const test = (spread: Spread): Value =>
      broadcast(
        b,
        b.emit('lt', [c, constantLike(b, 0.1, c)]),
        spread.at,
        spread.sizes.map(s => dim(/^\d+$/.test(s) ? Number(s) : s)),
      )
    const zeros = (v: Value, spread: Spread): Value => b.emit('where', [test(spread), constantLike(b, 0, v), v])
    const wild = (v: Value, spread: Spread): Value => {
      const quotient = b.emit('div', [v, constantLike(b, 0, v)])
      return b.emit('where', [test(spread), quotient, v])
    }
    const ins = strong === 'strongLeft' ? [zeros(x, l), wild(y, r)] : [wild(x, l), zeros(y, r)]
    return [b.emitLike(op, ins, { ...attrs, [strong]: true })]
  },
})

const strongProducts: readonly Case[] = (['strongLeft', 'strongRight'] as const).flatMap(strong => [
  strongProduct(
    'matmul',
    strong,
    [type('B, H'), type('5, H'), type('H')],
    [
      { at: [-2], sizes: ['B'] },
      { at: [-2], sizes: ['5'] },
    ],
  ),
  strongProduct(
    'matmulT',
    strong,
    [type('T, B, 3'), type('3, H'), type('3')],
    [
      { at: [-3, -2], sizes: ['T', 'B'] },
      { at: [-1], sizes: ['H'] },
    ],
  ),
  strongProduct(
    'outer',
    strong,
    [type('T, B, H'), type('T, B, 4'), type('T, B')],
    [
      { at: [-1], sizes: ['H'] },
      { at: [-1], sizes: ['4'] },
    ],
  ),
  strongProduct(
    'bmm',
    strong,
    [type('B, T, H'), type('B, 5, H'), type('B, H')],
    [
      { at: [-2], sizes: ['T'] },
      { at: [-2], sizes: ['5'] },
    ],
    { ta: false, tb: true },
  ),
])

const contractions: readonly Case[] = [
  ...strongProducts,
  one('one example', real('4', '4, 4'), 'matmul'),
  one('batch', real('B, H', '5, H'), 'matmul'),
  one('sequences', real('B, T, H', '9, H'), 'matmul'),
  one('', real('B, H', 'H, 6'), 'matmulT'),
  one('sequences', real('T, B, 3', '3, H'), 'matmulT'),
  one('', real('B, H', 'B, T'), 'outer'),
  one('vectors', real('H', 'T'), 'outer'),
  one('sequences', real('T, B, H', 'T, B, 4'), 'outer'),
  one('', real('B, T, H', 'B, H, 5'), 'bmm', { ta: false, tb: false }),
  one('both transposed', real('B, H, T', 'B, 5, H'), 'bmm', { ta: true, tb: true }),
  one('left transposed', real('B, T, H', 'B, T, 2'), 'bmm', { ta: true, tb: false }),
  one('two leading dims', real('B, T, 1, H', 'B, T, 3, H'), 'bmm', { ta: false, tb: true }),
  {
    name: 'products of views and of constants',
    params: real('H, B', 'T, H'),
    body: (b, [x, w]) => {
      const turned = b.emit('transpose', [x], { order: [-1, -2] })
      const part = b.emit('slice', [w], { axis: -1, start: dim(0), size: dim('H') })
      const ones = constantLike(b, 1, type('B, H'))
      return [
        b.emit('matmul', [turned, w]),
        b.emit('matmul', [ones, part]),
        b.emit('matmul', [turned, constantLike(b, 2, type('3, H'))]),
        b.emit('outer', [turned, turned]),
      ]
    },
  },
]

/** Products whose result one elementwise kernel reads. */
const tails: readonly Case[] = [
  {
    name: 'tail: a bias and an activation',
    params: real('B, T, H', '5, H', '5'),
    body: (b, [x, w, bias]) => {
      const product = b.emit('matmul', [x, w])
      return [b.emit('tanh', [b.emit('add', [product, broadcast(b, bias, [-3, -2], [dim('B'), dim('T')])])])]
    },
  },
  {
    name: 'tail: with the operands of the product',
    params: real('H, H', 'H, H'),
    body: (b, [x, w]) => {
      const product = b.emit('matmul', [x, w])
      return [b.emit('mul', [b.emit('sub', [product, x]), b.emit('transpose', [w], { order: [-1, -2] })])]
    },
  },
  {
    name: 'tail: two results, one the sum itself, and a test',
    params: real('T, H', 'B, H', 'T, B'),
    body: (b, [d, x, y]) => {
      const turned = b.emit('transpose', [b.emit('matmul', [d, x])], { order: [-1, -2] })
      const product = b.emit('matmul', [d, x])
      const sum = b.emit('add', [product, y])
      return [turned, sum, b.emit('lt', [sum, y]), b.emit('real', [b.emit('lt', [y, sum])])]
    },
  },
  {
    name: 'tail: a test is all that is kept',
    params: real('B, H', 'T, H', 'B, T'),
    body: (b, [x, w, y]) => [b.emit('le', [b.emit('matmul', [x, w]), y])],
  },
  {
    name: 'tail: for each example, into a part of a concatenation',
    params: real('B, T, H', 'B, H, 3', 'B, T, 3', 'B, T, 2'),
    body: (b, [x, y, z, left]) => {
      const product = b.emit('bmm', [x, y], { ta: false, tb: false })
      return [b.emit('concat', [left, b.emit('add', [product, z])], { axis: -1 })]
    },
  },
  {
    name: 'tail: added up by index',
    params: [type('B, T, H'), type('4, H'), int('B, T')],
    body: (b, [x, w, index]) => [b.emit('scatter', [b.emit('matmul', [x, w]), index], { rows: dim(3) })],
  },
  ...[false, true].map(
    (reverse): Case => ({
      name: `tail: in a loop, to a carry that the product reads and to a slice${reverse ? ', backwards' : ''}`,
      params: real('T, B, H', 'H, H', 'B, H'),
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x], reverse }, (s, [h], [xt]) => {
          const next = s.emit('add', [s.emit('tanh', [s.emit('add', [s.emit('matmul', [h, w]), xt])]), h])
          return [next, h, next]
        }),
    }),
  ),
  {
    name: 'tail: a product that leaves as a carry, and one for a loop inside',
    amplifies: true,
    ...inLoops('cos'),
  },
  // Which lets no rounding grow from step to step.
  { name: 'tail: a product that leaves as a carry, and one that is squashed in a loop inside', ...inLoops('tanh') },
]

/** In a loop, a product that leaves as a carry, and one in a loop inside, with a function of its own. */
function inLoops(squash: 'cos' | 'tanh'): Omit<Case, 'name'> {
  return {
    params: real('T, B, H', 'H, H', 'B, H'),
    body: (b, [x, w, h0]) =>
      scan(b, { carries: [h0, h0], xs: [x] }, (s, [h, g], [xt]) => {
        const start = s.emit('sin', [s.emit('matmulT', [s.emit('add', [h, xt]), s.use(w)])])
        const [last, all] = scan(s, { length: '3', carries: [start], xs: [] }, (r, [c]) => {
          const next = r.emit(squash, [r.emit('add', [r.emit('matmul', [c, r.use(w)]), r.use(g)])])
          return [next, r.emit('neg', [next])]
        })
        return [s.emit('matmul', [last, s.use(w)]), start, all]
      }),
  }
}

const sources: readonly Case[] = [
  { name: 'constant', params: [], body: b => [scalar(b, 2.5), scalar(b, 3, 'int'), constantLike(b, -0, type('B'))] },
  {
    name: 'size',
    params: [],
    body: b => [b.emit('size', [], { dim: dim('T-1') }), b.emit('size', [], { dim: dim('2*B*T') })],
  },
  { name: 'iota', params: [], body: b => [b.emit('iota', [], { size: dim('T-2') })] },
  {
    name: 'views of iota',
    params: [],
    body: b => {
      const all = b.emit('iota', [], { size: dim('B*T') })
      const table = b.emit('reshape', [all], { shape: [dim('B'), dim('T')] })
      const part = b.emit('slice', [b.emit('iota', [], { size: dim('H + 2') })], {
        axis: -1,
        start: dim(2),
        size: dim('H'),
      })
      return [b.emit('neg', [b.emit('transpose', [table], { order: [-1, -2] })]), b.emit('real', [part]), table]
    },
  },
  {
    name: 'results that are inputs, views, alike',
    params: real('B, H'),
    body: (b, [x]) => {
      const y = b.emit('exp', [x])
      return [
        x,
        x,
        y,
        y,
        b.emit('reshape', [y], { shape: [dim('B*H')] }),
        b.emit('transpose', [y], { order: [-1, -2] }),
      ]
    },
  },
]

interface Recurrence {
  readonly length?: string
  readonly reverse?: boolean
  readonly consts?: readonly Value[]
  readonly carries: readonly Value[]
  readonly xs: readonly Value[]
}

/** A scan whose body gives `[carries…, ys…]` from `(carries, xs)`; it may use any value from outside. */
export function scan(
  b: Builder,
  { length = 'T', reverse = false, carries, xs }: Recurrence,
  step: (body: Builder, carries: readonly Value[], xs: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const { body, consts } = createBodyBuilder(b)
  const inner = carries.map(outer => ({ outer, inner: body.param(outer, { hint: outer.hint }) }))
  const steps = xs.map(outer => ({
    outer,
    inner: body.param({ dtype: outer.dtype, shape: outer.shape.slice(1) }, { hint: outer.hint }),
  }))
  const results = step(
    body,
    inner.map(c => c.inner),
    steps.map(x => x.inner),
  ).map(body.use)
  return emitScan(b, { length: dim(length), reverse, consts, carries: inner, xs: steps }, body.eqns, results)
}

const scans: readonly Case[] = [
  {
    name: 'scan: a concatenation with what was made outside',
    params: real('T, B', 'B'),
    body: (b, [x, y]) => {
      const outside = b.emit('sin', [y])
      return scan(b, { carries: [], xs: [x] }, (s, _, [xt]) => [s.emit('concat', [s.use(outside), xt], { axis: -1 })])
    },
  },
  ...[false, true].map(
    (reverse): Case => ({
      name: `scan: a recurrent layer${reverse ? ', backwards' : ''}`,
      params: real('T, B, H', 'H, H', 'B, H'),
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x], reverse }, (s, [h], [xt]) => {
          const next = s.emit('tanh', [s.emit('add', [s.emit('matmul', [h, w]), xt])])
          return [next, next]
        }),
    }),
  ),
  {
    name: 'scan: carries change places',
    params: real('B', 'B', 'T, B'),
    body: (b, [p, q, x]) => scan(b, { carries: [p, q], xs: [x] }, (s, [u, v], [xt]) => [v, u, s.emit('add', [u, xt])]),
  },
  {
    name: 'scan: Fibonacci, an old carry beside the new one',
    params: real('B', 'B'),
    body: (b, [p, q]) => scan(b, { carries: [p, q], xs: [] }, (s, [u, v]) => [v, s.emit('add', [u, v]), u, v]),
  },
  {
    name: 'scan: a carry that later steps still read',
    params: real('B, H', 'H, H'),
    body: (b, [h0, w]) =>
      scan(b, { carries: [h0], xs: [] }, (s, [h]) => {
        const next = s.emit('sin', [h])
        return [next, s.emit('matmul', [h, w]), s.emit('sum', [s.emit('mul', [h, next])], { axes: [-1] })]
      }),
  },
  {
    name: 'scan: a carry read through a view by the kernel that makes the new one',
    params: real('H, H'),
    body: (b, [h0]) =>
      scan(b, { carries: [h0], xs: [] }, (s, [h]) => [
        s.emit('sin', [s.emit('add', [h, s.emit('transpose', [h], { order: [-1, -2] })])]),
      ]),
  },
  {
    name: 'scan: outputs that are params, constants, views, alike',
    params: real('T, B', 'B', 'H, B'),
    body: (b, [x, h0, w]) =>
      scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
        const sum = s.emit('add', [h, xt])
        return [sum, h, xt, s.use(w), sum, sum, s.emit('transpose', [s.use(w)], { order: [-1, -2] }), scalar(s, 3)]
      }),
  },
  {
    name: 'scan: an unchanged carry, and one that leaves as a constant',
    params: real('B', 'B'),
    body: (b, [p, q]) =>
      scan(b, { carries: [p, q], xs: [] }, (s, [u, v]) => [u, constantLike(s, 7, v), s.emit('add', [u, v])]),
  },
  {
    name: 'scan: no carries, positions as input',
    params: real('B'),
    body: (b, [x]) =>
      scan(b, { carries: [], xs: [b.emit('iota', [], { size: dim('T') })] }, (s, _, [t]) => [
        s.emit('mul', [s.use(x), broadcast(s, s.emit('real', [t]), [-1], [dim('B')])]),
      ]),
  },
  {
    name: 'scan: products end in a carry and in an output',
    params: real('B, H', 'H, H'),
    body: (b, [h0, w]) =>
      scan(b, { carries: [h0], xs: [] }, (s, [h]) => {
        const next = s.emit('matmul', [h, w])
        return [next, next, s.emit('matmul', [next, w])]
      }),
  },
  {
    name: 'scan in a scan',
    params: real('T, B, H', 'H'),
    body: (b, [x, h0]) =>
      scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
        const [last, all] = scan(s, { length: 'B', carries: [h], xs: [xt], reverse: true }, (r, [g], [xtb]) => {
          const next = r.emit('cos', [r.emit('add', [g, r.emit('mul', [xtb, r.use(h)])])])
          return [next, next]
        })
        return [last, all, last]
      }),
  },
  {
    name: 'scan: the carries of the inner one come round and stay',
    params: real('T, H', 'H', 'H'),
    body: (b, [x, p, q]) =>
      scan(b, { carries: [p, q], xs: [x] }, (s, [u, v], [xt]) => {
        const [a, c] = scan(s, { length: 'B', carries: [u, v], xs: [] }, (r, [m, n]) => [
          n,
          r.emit('sin', [r.emit('sub', [m, r.use(xt)])]),
        ])
        return [c, a, s.emit('add', [u, a])]
      }),
  },
  {
    name: 'scan over T-1 steps, of a slice',
    params: real('B, T, H'),
    body: (b, [x]) => {
      const turned = b.emit('transpose', [x], { order: [-2, -3, -1] })
      const zero = constantLike(b, 0, type('B, H'))
      const steps = b.emit('slice', [turned], { axis: -3, start: dim(0), size: dim('T-1') })
      return scan(b, { length: 'T-1', carries: [zero], xs: [steps] }, (s, [h], [xt]) => {
        const next = s.emit('add', [h, xt])
        return [next, next]
      })
    },
  },
]

export const cases: readonly Case[] = [
  ...pointwise,
  ...sources,
  ...movement,
  ...fusion,
  ...positions,
  ...indexing,
  ...reductions,
  ...contractions,
  ...tails,
  ...scans,
]
