// Random programs for property tests: cells of several states with random equations, and models that put them together.
import fc, { type Arbitrary } from 'fast-check'
import type { Setting } from './program.ts'

/** An equation's right side: a vector of the program's one width, `H`. */
type Vector =
  | { readonly kind: 'leaf'; readonly of: number }
  | { readonly kind: 'product'; readonly param: number; readonly of: Vector }
  | { readonly kind: 'pointwise'; readonly f: string; readonly of: Vector }
  | { readonly kind: 'binary'; readonly op: '+' | '-' | '*'; readonly left: Vector; readonly right: Vector }
  | { readonly kind: 'where'; readonly test: string; readonly yes: Vector; readonly no: Vector }
  | { readonly kind: 'dot'; readonly left: Vector; readonly right: Vector; readonly by: Vector }
  /** One step of a cell, a whole recurrence over S, or a read of the memory over S. */
  | { readonly kind: 'step'; readonly state: Vector; readonly of: Vector }
  | { readonly kind: 'inside' | 'look'; readonly of: Vector }

interface CellShape {
  /** How each state moves: a bound on it, and the equation inside. */
  readonly states: readonly { readonly bound: string; readonly value: Vector }[]
  readonly result: Vector
  readonly learned: boolean
}

/** What a sequence of vectors goes through. */
type Layer =
  | { readonly kind: 'cell'; readonly cell: number; readonly part: number; readonly backwards: boolean }
  | { readonly kind: 'both'; readonly cell: number }
  | { readonly kind: 'read' | 'self' | 'delay' | 'skip' }

export interface ProgramShape {
  readonly cells: readonly CellShape[]
  readonly layers: readonly Layer[]
  readonly end: string
  readonly units: number
}

/** Functions without kinks, whose differences can be trusted; `#` stands for the operand. */
const functions = [
  'tanh(#)',
  'sigmoid(#)',
  'sin(#)',
  'softmax(#)',
  '(# - mean(#))',
  '(# / (1 + #^2))',
  'exp(-#^2)',
  'log(1.5 + tanh(#))',
  'sqrt(1 + #^2)',
]

/** Conditions that no weight changes. */
const conditions = ['t % 2 == 0', 'keep', 't > 1 or not keep']

const vector: Arbitrary<Vector> = fc.letrec<{ v: Vector }>(tie => ({
  v: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ kind: fc.constant('leaf' as const), of: fc.nat(5) }),
    fc.record({ kind: fc.constant('product' as const), param: fc.nat(2), of: tie('v') }),
    fc.record({ kind: fc.constant('pointwise' as const), f: fc.constantFrom(...functions), of: tie('v') }),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constantFrom('+' as const, '-' as const, '*' as const),
      left: tie('v'),
      right: tie('v'),
    }),
    fc.record({
      kind: fc.constant('where' as const),
      test: fc.constantFrom(...conditions),
      yes: tie('v'),
      no: tie('v'),
    }),
    fc.record({ kind: fc.constant('dot' as const), left: tie('v'), right: tie('v'), by: tie('v') }),
    fc.record({ kind: fc.constant('step' as const), state: tie('v'), of: tie('v') }),
    fc.record({ kind: fc.constantFrom('inside' as const, 'look' as const), of: tie('v') }),
  ),
})).v

const cell: Arbitrary<CellShape> = fc.record({
  states: fc.array(fc.record({ bound: fc.constantFrom('tanh', 'sigmoid', 'mix'), value: vector }), {
    minLength: 1,
    maxLength: 3,
  }),
  result: vector,
  learned: fc.boolean(),
})

const layer: Arbitrary<Layer> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cell' as const),
      cell: fc.nat(1),
      part: fc.nat(2),
      backwards: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('both' as const), cell: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('read' as const, 'self' as const, 'delay' as const, 'skip' as const),
    }),
  },
)

/** What the sequence `#` ends as: one vector, or one for each step. */
const ends = [
  'last(#)',
  'first(#)',
  'mean(#, over T)',
  'sum(#, over T)',
  '#',
  'reverse(#)',
  'drop_first(#) * drop_last(#)',
]

export const programShape: Arbitrary<ProgramShape> = fc.record({
  cells: fc.array(cell, { minLength: 1, maxLength: 2 }),
  layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
  end: fc.constantFrom(...ends),
  units: fc.constantFrom(2, 1, 3),
})

/** Sizes that collide more often than not, and lengths from 0. */
export const setting: Arbitrary<Setting> = fc
  .tuple(fc.constantFrom(2, 3, 1, 0), fc.constantFrom(2, 3, 1, 0), fc.constantFrom(2, 3, 1, 0))
  .chain(([B, T, S]) =>
    fc.record({
      sizes: fc.constant({ B, T, S }),
      lengths: fc.record({
        T: fc.array(fc.nat(T), { minLength: B, maxLength: B }),
        S: fc.array(fc.nat(S), { minLength: B, maxLength: B }),
      }),
    }),
  )

// ---- as text

/** Names that a vector may stand for in a cell. */
function text(v: Vector, leaves: readonly string[]): string {
  switch (v.kind) {
    case 'leaf':
      return leaves[v.of % leaves.length]
    case 'product':
      return `(W${v.param} @ ${text(v.of, leaves)})`
    case 'pointwise':
      return v.f.replaceAll('#', text(v.of, leaves))
    case 'binary':
      return `(${text(v.left, leaves)} ${v.op} ${text(v.right, leaves)})`
    case 'where':
      return `where(${v.test}, ${text(v.yes, leaves)}, ${text(v.no, leaves)})`
    case 'dot':
      return `((${text(v.left, leaves)} @ ${text(v.right, leaves)}) * ${text(v.by, leaves)})`
    case 'step':
      return `inner(${text(v.of, leaves)}, h = ${text(v.state, leaves)})`
    case 'inside':
      return `inner(m, h = ${text(v.of, leaves)}).final.h`
    case 'look':
      return `read(${text(v.of, leaves)}, m)`
  }
}

function cellText({ states, result, learned }: CellShape, name: string): string {
  const names = states.map((_, i) => `s${i}`)
  const leaves = [...names, 'x', 'b']
  const equations = states.map(({ bound, value }, i) => {
    // A state may read those that have moved before it.
    const v = text(value, [...leaves, ...names.slice(0, i).map(n => `${n}'`)])
    return `  s${i}' = ${bound === 'mix' ? `0.5 * s${i} + 0.5 * tanh(${v})` : `${bound}(${v})`}`
  })
  return [
    `cell ${name}(units) {`,
    '  input x: [units], keep: bool, m: [units] over S',
    '  part inner = Inner(units), read = look()',
    '  param W0, W1, W2: [units, units], b: [units], start: [units]',
    ...names.map((n, i) => `  state ${n}: [units]${learned && i === 0 ? ' = start' : ''}`),
    '  state t: int',
    "  t' = t + 1",
    ...equations,
    `  return tanh(${text(result, [...leaves, ...names.map(n => `${n}'`)])})`,
    '}',
  ].join('\n')
}

function layerText(layer: Layer, x: string, cells: number): string {
  const cellName = (n: number): string => `C${n % cells}`
  switch (layer.kind) {
    case 'cell': {
      const part = `part_${cellName(layer.cell)}_${layer.part}`
      return layer.backwards ? `reverse(${part}(reverse(${x}), reverse(keep), m))` : `${part}(${x}, keep, m)`
    }
    case 'both':
      return `pair(both(${cellName(layer.cell)}(units))(${x}, keep, m))`
    case 'read':
      return `(${x} + read(${x}, m))`
    case 'self':
      return `(${x} + self(${x}, ${x}))`
    case 'delay':
      return `delay(${x}, start = 0.5)`
    case 'skip':
      return `(${x} + x)`
  }
}

const perStep = (end: string): string => (end === '#' || end === 'reverse(#)' ? ' over T' : '')

/** The program as a file. */
export function programText({ cells, layers, end, units }: ProgramShape): string {
  const parts = cells.flatMap((_, c) => [0, 1, 2].map(i => `part_C${c}_${i} = C${c}(units)`))
  const steps = layers.map((layer, i) => `  h${i + 1} = ${layerText(layer, `h${i}`, cells.length)}`)
  const last = `h${layers.length}`
  const dropped = end.startsWith('drop')
  const p = end.replaceAll('#', last)
  return [
    ...cells.map((c, i) => cellText(c, `C${i}`)),
    'layer look() {',
    '  input q: [Q], m: [A] over S',
    '  param K: [Q, A]',
    '  return sum(softmax(q @ (K @ m), over S) * m, over S)',
    '}',
    'layer both(cell) {',
    '  input x: [D] over T, keep: bool over T, m: [A] over S',
    '  part f = cell, b = cell',
    '  return [f(x, keep, m), reverse(b(reverse(x), reverse(keep), m))]',
    '}',
    'cell Inner(units) {',
    '  input x: [units]',
    '  state h: [units]',
    '  param W, U: [units, units]',
    "  h' = tanh(W @ x + U @ h)",
    "  return h'",
    '}',
    `model M(units = ${units}) {`,
    '  input x: [units] over T, keep: bool over T, m: [units] over S',
    `  target y: [units]${perStep(end)}`,
    `  part ${parts.join(', ')}, read = look(), self = look(), pair = dense(units, tanh)`,
    '  h0 = x',
    ...steps,
    `  p = ${dropped ? `sum(${p}, over T)` : p}`,
    '  loss mse(p, y)',
    '  output p',
    '}',
    '',
  ].join('\n')
}
