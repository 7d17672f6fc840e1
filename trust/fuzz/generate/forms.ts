// Every operation of the language as a form: a new one is a line here.
import { stableForms } from './stableForms.ts'
import { all, type Form, type Kind, type Line, type UnitText } from './tree.ts'

/** Weights that several operations of a unit may share: square, twice as wide, and a table of four rows. */
const square = (unit: UnitText, name: string): string => unit.param(name, `[${unit.units}, ${unit.units}]`)
const wide = (unit: UnitText, name: string): string => unit.param(name, `[${unit.units}, 2 * ${unit.units}]`)
const table = (unit: UnitText): string => unit.param('E', `[4, ${unit.units}]`)

/** Pointwise operations, which every real item has. They keep bounded values bounded, and stay within their domains. */
const pointwise = (kind: Kind): Form[] => [
  ...all(kind, [
    ['tanh(#0)', kind],
    ['sigmoid(#0)', kind],
    ['sin(#0)', kind],
    ['cos(#0)', kind],
    ['(-#0)', kind],
    ['exp(-#0^2)', kind],
    ['log(1.5 + tanh(#0))', kind],
    ['log1p(0.9 * tanh(#0))', kind],
    ['sqrt(1 + #0^2)', kind],
    ['(tanh(#0)^3)', kind],
    ['stop_gradient(#0)', kind],
    ['(#0 + #1)', kind, kind],
    ['(#0 - #1)', kind, kind],
    ['(#0 * #1)', kind, kind],
    ['(#0 * #1)', 'scalar', kind],
    ['(#0 + #1)', 'scalar', kind],
    ['(#0 - #1)', kind, 'scalar'],
    ['(#0 - #1)', 'scalar', kind],
    ['(#0 / (1 + #1^2))', kind, kind],
    ['((1.5 + tanh(#0)) ^ tanh(#1))', kind, kind],
    ['(#0 ^ (#1 % 3))', kind, 'int'],
    ['where(#0, #1, #2)', 'bool', kind, kind],
    ['(#0 * bernoulli(0.7, #0))', kind],
  ]),
  ...all(kind, neverTaken(kind)),
  ...all(
    kind,
    [
      ['relu(#0)', kind],
      ['abs(#0)', kind],
      ['max(#0, #1)', kind, kind],
      ['min(#0, #1)', kind, kind],
      ['floor(0.5 + 3 * #0)', kind],
      ['((1.5 + sin(#0)) % 0.7)', kind],
      // Operations whose domain ends at 0, with operands that are often 0.
      ['sqrt(max(#0, 0))', kind],
      ['(relu(#0) ^ (2 + tanh(#1)))', kind, kind],
      ['where(#0 > #1, #2, #3)', kind, kind, kind, kind],
      ['where(#0 <= #1, #2, #3)', kind, kind, kind, kind],
    ],
    true,
  ),
]

/**
 * Branches that are never chosen, and are NaN or infinite, or have such a slope. No test can come out otherwise, whether a pass rewrites it
 * or the inputs move.
 */
function neverTaken(kind: Kind): Line[] {
  // The compiler refuses to compute NaN or infinity from numbers alone: a function stands in between.
  const bad = [
    'log(-1 - #0^2)',
    'log(#0 - #0)',
    '(1 / tanh(#0 - #0))',
    '(#1 / tanh(#0 - #0))',
    '(#1 * exp(1000 * (1 + #0^2)))',
    'sqrt(-1 - #0^2)',
    '((-1 - tanh(#0)^2) ^ 0.5)',
    '(tanh(#0 - #0) ^ -1)',
    '(#1 * log(1 / tanh(#0 - #0)))',
    'tanh(log(-1 - #0^2))',
    'sigmoid(#1 / tanh(#0 - #0))',
    'sin(exp(1000 * (1 + #0^2)))',
    'log(sigmoid(log(-1 - #0^2)))',
    '(exp(log(-1 - #0^2)) - 1)',
    'log1p(-2 - #0^2)',
    '(exp(1000 * (1 + #0^2)) ^ (1 + tanh(#1)^2))',
    'sqrt(log(-1 - #0^2)^2 + #1^2)',
  ]
  return bad.map((text, i) => [
    i % 2 === 0 ? `where(#2 * #2 > -1, #1, ${text})` : `where(#2 * #2 < 0, ${text}, #1)`,
    kind,
    kind,
    'int',
  ])
}

/**
 * Edges: where the slope of a root is infinite, and 0 by convention, or an exponent 0; and ties, where the first of two gets the gradient.
 */
export const edgeForms: readonly Form[] = all(
  'vector',
  [
    ['sqrt(max(#0 - stop_gradient(#0), 0))', 'vector'],
    ['abs(#0 - stop_gradient(#0))', 'vector'],
    ['max(#0, stop_gradient(#0))', 'vector'],
    ['min(stop_gradient(#0), #0)', 'vector'],
    ['((1.5 + tanh(#0)) ^ (#1 - stop_gradient(#1)))', 'vector', 'vector'],
    ['(relu(stop_gradient(#0)) ^ (2 + tanh(#1)))', 'vector', 'vector'],
  ],
  true,
)

/** Forms for any place: one item a step, or one item. */
export const itemForms: readonly Form[] = [
  ...pointwise('scalar'),
  ...pointwise('vector'),
  ...pointwise('wide'),
  ...pointwise('matrix'),
  ...all('scalar', [
    ['sum(#0)', 'vector'],
    ['mean(#0)', 'wide'],
    ['sum(#0)', 'matrix'],
    ['logsumexp(#0)', 'vector'],
    ['(#0 @ #1)', 'vector', 'vector'],
    ['(#0[0] @ #1)', 'matrix', 'vector'],
    ['#0[0]', 'vector'],
    ['real(#0)', 'bool'],
    ['(0.1 * #0)', 'int'],
    ['log(sum(exp(tanh(#0))))', 'vector'],
  ]),
  ...edgeForms,
  ...stableForms,
  ...all(
    'scalar',
    [
      ['max(#0)', 'vector'],
      ['min(#0)', 'wide'],
    ],
    true,
  ),
  ...all('vector', [['where(#2 * #2 > -1, #0, #0 * max(log(-1 - #1^2)))', 'vector', 'vector', 'int']], true),
  ...all('vector', [
    [(args, unit) => `(${square(unit, 'W0')} @ ${args[0]})`, 'vector'],
    [(args, unit) => `(${square(unit, 'W1')} @ ${args[0]})`, 'vector'],
    [(args, unit) => `(${args[0]} @ ${square(unit, 'W2')})`, 'vector'],
    [(args, unit) => `(${wide(unit, 'V')} @ ${args[0]})`, 'wide'],
    ...['V', 'U'].map((name): Line => [([x, y], unit) => `(${wide(unit, name)} @ [${x}, ${y}])`, 'vector', 'vector']),
    ['(#0 @ #1)', 'matrix', 'vector'],
    ['(#0 @ #1)', 'vector', 'matrix'],
    // Three gates of one vector, which become one product.
    [
      ([x], unit) =>
        `(sigmoid(${square(unit, 'W0')} @ ${x}) * tanh(${square(unit, 'W1')} @ ${x}) - sin(${square(unit, 'W3')} @ ${x}))`,
      'vector',
    ],
    ['softmax(#0)', 'vector'],
    // Operations that change nothing, or nearly so.
    ['((-1) * #0)', 'vector'],
    ['(0 - #0)', 'vector'],
    ['(1 * (#0 - 0))', 'vector'],
    // Exponents that only a pass can find constant.
    ['(#0 ^ where(true, 2, #1))', 'vector', 'int'],
    ['((1.5 + tanh(#0)) ^ where(false, #1, 0))', 'vector', 'int'],
    // 0^0 at the first step.
    ['((#0 - stop_gradient(#0)) ^ (#1 % 3))', 'vector', 'int'],
    // Products and elements that are not chosen.
    [([x, n], unit) => `where(${n} * ${n} > -1, ${x}, ${square(unit, 'W0')} @ log(-1 - ${x}^2))`, 'vector', 'int'],
    [
      ([x, y, n], unit) => `where(${n} * ${n} > -1, ${x}, ${square(unit, 'W1')} @ (${y} / (${x} - ${x})))`,
      'vector',
      'vector',
      'int',
    ],
    [([x, m, n]) => `where(${n} * ${n} > -1, ${x}, ${m} @ log(-1 - ${x}^2))`, 'vector', 'matrix', 'int'],
    [([x, m, n]) => `where(${n} * ${n} > -1, ${x}, log(-1 - ${m}^2) @ ${x})`, 'vector', 'matrix', 'int'],
    [([x, n], unit) => `where(${n} * ${n} > -1, ${x}, log(-1 - ${square(unit, 'W0')}^2) @ ${x})`, 'vector', 'int'],
    [([x, n], unit) => `where(${n} * ${n} > -1, ${x}, ${x} @ log(-1 - ${square(unit, 'W2')}^2))`, 'vector', 'int'],
    [([x, n], unit) => `where(${n} * ${n} > -1, ${x}, log(-1 - ${x}^2) @ ${square(unit, 'W2')})`, 'vector', 'int'],
    [
      ([x, i], unit) => `where(${i} * ${i} > -1, ${x}, log(-1 - ${square(unit, 'W0')}^2) @ ${table(unit)}[${i}])`,
      'vector',
      'int',
    ],
    [
      ([x, i], unit) => `where(${i} * ${i} > -1, ${x}, ${square(unit, 'W1')} @ log(-1 - ${table(unit)}^2)[${i}])`,
      'vector',
      'int',
    ],
    ['where(#2 * #2 > -1, #0, softmax(#1 / (#0 - #0)))', 'vector', 'vector', 'int'],
    ['where(#2 * #2 > -1, #0, #0 * logsumexp(log(-1 - #1^2)))', 'vector', 'vector', 'int'],
    [([x, y], { units }) => `[${x}, log(-1 - ${y}^2)][0:${units}]`, 'vector', 'vector'],
    [([x, y], { units }) => `[1 / (${y} - ${y}), ${x}][${units}:2 * ${units}]`, 'vector', 'vector'],
    ['(#0 - mean(#0))', 'vector'],
    ['log(1 - sigmoid(#0) * sigmoid(#1))', 'vector', 'vector'],
    ['log(0.2 * sigmoid(#0) + 0.5 * softmax(#1))', 'vector', 'vector'],
    [(args, unit) => `log(1 - softmax([${args.join(', ')}]))[0:${unit.units}]`, 'vector', 'vector'],
    ['log(1 - where(#0 > 1, sigmoid(#1), 0.5 * sigmoid(#2)))', 'int', 'vector', 'vector'],
    ['log1p(exp(#0))', 'vector'],
    ['(exp(tanh(#0)) - 1)', 'vector'],
    [(args, unit) => `${args[0]}[0:${unit.units}]`, 'wide'],
    [(args, unit) => `(${args[0]}[0:${unit.units}] * ${args[0]}[${unit.units}:2 * ${unit.units}])`, 'wide'],
    [(args, unit) => `${args[0]}[1:2 * ${unit.units}][0:${unit.units}]`, 'wide'],
    [([x, y, z], { units }) => `[${x}, ${y}, ${z}][1:${units} + 1]`, 'vector', 'vector', 'vector'],
    ['#0[:, 0]', 'matrix'],
    ['#0[0]', 'matrix'],
    [(args, unit) => `${table(unit)}[${args[0]}]`, 'int'],
    [([i], unit) => `(${square(unit, 'W0')} @ ${table(unit)}[${i}])`, 'int'],
    [([i, x], unit) => `(${x} - ${square(unit, 'W1')} @ ${table(unit)}[${i}])`, 'int', 'vector'],
    // Weights that are computed in each step.
    [([i], unit) => `(sin(${square(unit, 'W0')}) @ sin(${table(unit)})[${i}])`, 'int'],
    [([x], unit) => `(${x} @ sin(${square(unit, 'W2')}))`, 'vector'],
    [([x], unit) => `(sin(${square(unit, 'W1')}) @ ${x})`, 'vector'],
  ]),
  ...all('wide', [['[#0, #1]', 'vector', 'vector']]),
  ...all('matrix', [
    ['outer(#0, #1)', 'vector', 'vector'],
    ['transpose(#0)', 'matrix'],
    ['transpose(transpose(#0))', 'matrix'],
    ['softmax(#0)', 'matrix'],
    ['(#0 @ transpose(#1))', 'matrix', 'matrix'],
    ['(transpose(#0) @ #1)', 'matrix', 'matrix'],
    ['(#0 @ #1)', 'matrix', 'matrix'],
    ['where(#2 * #2 > -1, #0, #1 @ log(-1 - #0^2))', 'matrix', 'matrix', 'int'],
    ['where(#2 * #2 > -1, #0, log(-1 - #0^2) @ #1)', 'matrix', 'matrix', 'int'],
    ['where(#2 * #2 > -1, #0, transpose(log(-1 - #0^2)) @ #1)', 'matrix', 'matrix', 'int'],
    ['where(#2 * #2 > -1, #0, #1 @ transpose(#0 / (#0 - #0)))', 'matrix', 'matrix', 'int'],
    [(args, unit) => `(${square(unit, 'W0')} @ ${args[0]})`, 'matrix'],
  ]),
  ...all('int', [
    ['(#0 + #1)', 'int', 'int'],
    ['(#0 * 2)', 'int'],
    ['(#0 % 3)', 'int'],
  ]),
  ...all('int', [['argmax(#0)', 'vector']], true),
  ...all('bool', [
    ['(#0 == #1)', 'int', 'int'],
    ['(#0 != 1)', 'int'],
    ['(#0 < #1)', 'int', 'int'],
    ['(#0 and #1)', 'bool', 'bool'],
    ['(#0 or #1)', 'bool', 'bool'],
    ['(not #0)', 'bool'],
    ['(not (not #0))', 'bool'],
  ]),
  ...all(
    'bool',
    [
      ['(#0 < #1)', 'scalar', 'scalar'],
      ['(#0 >= 0.1)', 'scalar'],
    ],
    true,
  ),
]

/** Cell to be stepped, or to run, inside another: there `q` is the same at all its steps. */
const inner = [
  'cell Inner(units) {',
  '  input x, q: [units]',
  '  state h, c: [units]',
  '  param A: [units, units], B: [units, 2 * units]',
  "  c' = 0.5 * c + A @ q",
  "  h' = tanh(c' + B @ [x, h])",
  "  return h'",
  '}',
].join('\n')

/** Runs the inner cell over the memory, from `start` on, and gives its final states. */
function overInner(start: string, q: string, unit: UnitText): string {
  const run = `${unit.part('inner', `Inner(${unit.units})`)}(${unit.input('m')}, ${q}, h = ${start})`
  return `(${run}.final.h - 0.5 * ${run}.final.c)`
}

/** Cell to be run inside another, that looks its weights up by a count of its own. */
const counting = [
  'cell Counting(units) {',
  '  input x: [units]',
  '  state h: [units]',
  '  state t: int',
  '  param A: [units, units], F: [4, units]',
  "  h' = tanh(0.5 * h + x - A @ F[t % 4])",
  "  t' = t + 1",
  "  return h'",
  '}',
].join('\n')

/** A state to which each step only adds a sum. */
const adder = [
  'cell Adder(units) {',
  '  input x: [units]',
  '  state h: [units]',
  '  state total: real',
  '  param A: [units, units]',
  "  h' = tanh(x + h)",
  "  total' = total + sum(A @ h')",
  '}',
].join('\n')

/** Multiplies a vector by that total, over an axis that is as long for all examples. */
function timesSum([x, start]: readonly string[], unit: UnitText): string {
  unit.program.define('Adder', adder)
  const run = `${unit.part('adder', `Adder(${unit.units})`)}(${unit.param('P', `[${unit.units}] over L[2]`)}`
  return `(${x} * tanh(${run}, h = ${x}, total = ${start}).final.total))`
}

/** A read of a memory: a softmax over its axis. */
const look = [
  'layer Look() {',
  '  input q: [Q], m: [A] over S',
  '  param K: [Q, A]',
  '  a = softmax(q @ (K @ m), over S)',
  '  output weights = a',
  '  return sum(a * m, over S)',
  '}',
].join('\n')

/** One level of a deep cell: a cell that is scanned over an axis of its parameters. */
const level = ['cell Level() {', '  input r: [N, N]', '  state h: [N]', "  h' = tanh(r @ h)", '}'].join('\n')

/** Layer that reduces the products of a vector and the memory's items; an empty memory gives 0, not infinity. */
const overMemory =
  (name: string, reduction: string): Form['text'] =>
  ([q], unit) => {
    const lines = [
      `layer ${name}() {`,
      '  input q: [A], m: [A] over S',
      `  return where(length(over S) > 0, ${reduction}(m @ q, over S), 0)`,
      '}',
    ]
    unit.program.define(name, lines.join('\n'))
    return `${unit.part(name.toLowerCase(), `${name}()`)}(${q}, ${unit.input('m')})`
  }

/** A recurrence that only adds, within a step. */
export const sumForms: readonly Form[] = all('vector', [[timesSum, 'vector', 'scalar']])

/** Forms that look at the memory, or have a recurrence or a depth of their own: in the steps of cells, and in models. */
export const memoryForms: readonly Form[] = [
  ...sumForms,
  ...all('vector', [
    [
      (args, unit) => {
        unit.program.define('Inner', inner)
        return overInner(args[0], unit.param('b', `[${unit.units}]`), unit)
      },
      'vector',
    ],
    [
      (args, unit) => {
        unit.program.define('Look', look)
        return `${unit.part('look', 'Look()')}(${args[0]}, ${unit.input('m')})`
      },
      'vector',
    ],
    [
      (args, unit) => {
        unit.program.define('Level', level)
        return `${unit.part('level', 'Level()')}(${unit.param('R', `[${unit.units}, ${unit.units}] over L[2]`)}, h = ${args[0]}).final.h`
      },
      'vector',
    ],
  ]),
  ...all('scalar', [
    [
      (args, unit) => {
        unit.program.define('Look', look)
        const weights = `${unit.part('look', 'Look()')}(${args[0]}, ${unit.input('m')}).weights`
        return `sum(${weights}^2 * real(position(over S)), over S)`
      },
      'vector',
    ],
    [overMemory('Total', 'logsumexp'), 'vector'],
  ]),
  ...all('scalar', [[overMemory('Most', 'max'), 'vector']], true),
  ...all('int', [[overMemory('Best', 'argmax'), 'vector']], true),
]

/** Forms for the step of a cell alone. */
export const stepForms: readonly Form[] = [
  ...all('vector', [
    [
      (args, unit) => {
        unit.program.define('Inner', inner)
        return `${unit.part('inner', `Inner(${unit.units})`)}(${args[0]}, ${args[1]}, h = ${args[1]}, c = ${args[0]})`
      },
      'vector',
      'vector',
    ],
    [
      ([start, q], unit) => {
        unit.program.define('Inner', inner)
        return overInner(start, q, unit)
      },
      'vector',
      'vector',
    ],
    [
      ([start], unit) => {
        unit.program.define('Counting', counting)
        return `last(${unit.part('counting', `Counting(${unit.units})`)}(${unit.input('m')}, h = ${start}))`
      },
      'vector',
    ],
    // A product of matrices at each step.
    [([x, y], unit) => `tanh((outer(${x}, ${y}) @ ${square(unit, 'W0')}) @ ${x})`, 'vector', 'vector'],
    [
      // Coverage: a state over the memory's axis.
      (args, unit) => {
        const m = unit.input('m')
        unit.state('cover', 'real over S', `0.5 * cover + softmax(${m} @ ${args[0]}, over S)`)
        return `sum(cover * ${m}, over S)`
      },
      'vector',
    ],
  ]),
]

/** Forms for a model, on sequences over T. */
export const sequenceForms: readonly Form[] = [
  ...all('vector', [
    ['reverse(#0)', 'vector'],
    ['delay(#0)', 'vector'],
    ['delay(#0, start = 0.5)', 'vector'],
    ['(#0 * softmax(#0, over T))', 'vector'],
    ['tanh(#0 + repeat(mean(#0, over T), over T))', 'vector'],
    ['(#0 * (1 + position(over T)) / (1 + length(over T)))', 'vector'],
    ['delay(#0, start = last(#1))', 'vector', 'vector'],
    ['(#0 / reverse(1.5 + sin(#1)))', 'vector', 'vector'],
    ['log(delay(1.5 + sin(#0), start = 1))', 'vector'],
    // Steps that are not chosen, and a logarithm that is infinite in padding alone.
    [
      '(#0 + repeat(last(where(position(over T) + 1 == length(over T), #1, log(-1 - #1^2))), over T))',
      'vector',
      'vector',
    ],
    ['(#0 + repeat(first(where(position(over T) == 0, #1, #0 / (#1 - #1))), over T))', 'vector', 'vector'],
    [
      '(#0 + repeat(sum(where(position(over T) >= 0, #1, exp(1000 * (1 + #1^2))), over T), over T))',
      'vector',
      'vector',
    ],
    ['(softmax(#0, over T) * log(softmax(#0, over T)))', 'vector'],
    ['(#0 + repeat(sum(softmax(#1, over T) * log(softmax(#1, over T)), over T), over T))', 'vector', 'vector'],
    ['where(length(over T) > 0, #0 * repeat(sum(#1, over T) / length(over T), over T), 0)', 'vector', 'vector'],
    // A choice between values that are the same at all steps.
    [
      ([x], unit) =>
        `(${x} * where(${unit.input('flag')}, repeat(${unit.input('v')}[0], over T), repeat(sum(v), over T)))`,
      'vector',
    ],
    // Zeros, moved about.
    ['(#0 + delay(reverse(repeat(0, over T))))', 'vector'],
    [
      (args, unit) => {
        unit.program.define('Look', look)
        return `${unit.part('self', 'Look()')}(${args[0]}, ${args[1]})`
      },
      'vector',
      'vector',
    ],
  ]),
]

/** From a sequence `#0` over T to one vector, or to one a step. */
export const readouts: readonly { readonly text: string; readonly perStep?: true; readonly kink?: true }[] = [
  { text: 'last(#0)' },
  { text: '#0', perStep: true },
  { text: 'first(#0)' },
  { text: 'mean(#0, over T)' },
  { text: 'sum(#0, over T)' },
  { text: 'where(length(over T) > 0, logsumexp(#0, over T), 0)' },
  { text: 'where(length(over T) > 0, sum(#0, over T) / length(over T), 0)' },
  { text: 'where(length(over T) > 0, sum(log(2 + tanh(#0)) / length(over T), over T), 0)' },
  { text: 'reverse(#0)', perStep: true },
  { text: 'sum(drop_first(#0) * drop_last(#0), over T)' },
  { text: 'where(length(over T) > 0, max(#0, over T), 0)', kink: true },
  { text: 'where(length(over T) > 0, min(#0, over T), 0)', kink: true },
]
