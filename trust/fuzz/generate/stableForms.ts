// Forms that passes compute in another way than they are written: logarithms of probabilities, lengths and powers.
import { all, type Form, type Kind, type Line } from './tree.ts'

/**
 * Expression of `p`, the probabilities of several classes: one for each element of a vector, of which one may be almost sure, then two
 * more.
 */
const chances = (name: string, expression: string, ...more: Kind[]): Line =>
  chancesOf('4 * tanh(#0), 0.3, -0.2', name, expression, ...more)

/** The same, but the two further classes come first. */
const chancesBehind = (name: string, expression: string, ...more: Kind[]): Line =>
  chancesOf('0.3, -0.2, 4 * tanh(#0)', name, expression, ...more)

const chancesOf = (logits: string, name: string, expression: string, ...more: Kind[]): Line => [
  ([x, ...args], unit) => {
    const names = args.map((_, i) => `a${i}`)
    const fn = `chance_${name}`
    unit.program.define(fn, `fn ${fn}(${['p', ...names].join(', ')}) = ${expression}`)
    return `${fn}(${[`softmax([${logits.replace('#0', x)}])`, ...args].join(', ')})`
  },
  'vector',
  ...more,
]

/** Matrix of such probabilities, each row a distribution. 1 - p is never so small that the oracle, which subtracts, loses it. */
const rows = (name: string, expression: string): Line => [
  ([x, y], unit) => {
    const fn = `chances_${name}`
    unit.program.define(fn, `fn ${fn}(p) = ${expression}`)
    return `${fn}(softmax(outer(2 * tanh(${y}), [4 * tanh(${x}), 0, 0])))`
  },
  'vector',
  'vector',
]

const probabilities: readonly Form[] = [
  ...all('scalar', [
    chances('rest', 'log(1 - p[0])'),
    chances('pair', 'log(p[0] + p[1])'),
    chances('others', 'log(1 - sum(p[1:]))'),
    chances('all_but_two', 'log(1 - p[0] - p[1])'),
    chances('twice', 'log(p[0] + p[0] + p[1])'),
    // Takes two probabilities that are never equal: where they are, the result is 0 except for rounding, of which `floor` makes a jump.
    chancesBehind('moved', 'log(1 - p[0] + p[1])'),
    // One class weighs less than nothing; one weighs more than it is, and another not at all.
    chancesBehind('less_one', 'log(p[0] + p[0] - p[1])'),
    chancesBehind('twice_one', 'log(p[0] + p[0] + p[1] - p[1])'),
    chancesBehind('there_and_back', 'log(p[0] + p[1] - p[1])'),
    chancesBehind('three_less_one', 'log(p[0] + p[1] + p[2] - p[0])'),
    chancesOf('4 * tanh(#0), 0.3, -0.2, 0.1', 'less_three', 'log(1 - p[0] - p[1] - p[2])'),
    chances('chosen', 'log(1 - p[a0 % 3])', 'int'),
    // Chooses a class that is more likely than not.
    chancesOf('3 + tanh(#0[0]), 0.3, -0.2', 'chosen_sure', 'log(1 - p[a0 - a0])', 'int'),
    chances('chosen_pair', 'log(p[a0 % 3] + p[0])', 'int'),
    chances('joined', 'log(sum([p[0:1], p[1:2]]))'),
    chances('all_rests', 'sum(log(1 - p))'),
    chances('unless', 'log(1 - sum(where(a0, p[1:], 0)))', 'bool'),
    chances('unless_flag', 'log(1 - sum(p[1:] * real(a0)))', 'bool'),
    chances('either', 'log(where(a0, p[0], 1 - p[1]))', 'bool'),
    chances('both', 'log(1 - p[0] * p[1])'),
    chances('ratio', 'log(p[0] / p[1])'),
    // Reads weights at a place that differs from step to step.
    [
      ([i], unit) => {
        unit.program.define('picked', 'fn picked(p, i) = log(p[i % 3])')
        return `picked(softmax([4 * tanh(${unit.param('b', `[${unit.units}]`)}), 0.3, -0.2]), ${i})`
      },
      'int',
    ],
    // Takes a class away twice, whose probability is no more than half.
    [
      ([x], unit) => {
        unit.program.define('less', 'fn less(p) = log(1 - p[0] - p[0])')
        return `less(softmax([tanh(${x}) - 3, 0, 0]))`
      },
      'vector',
    ],
  ]),
  ...all(
    'scalar',
    [
      chances('most', 'log(max(p[0], p[1]))'),
      chances('least', 'log(1 - max(p[0], p[1]))'),
      chancesBehind('where_large', 'log(p[0] + sum(where(a0 > 0, p[2:], 0)))', 'vector'),
      chancesBehind('but_large', 'log(1 - sum(where(a0 > 0, p[2:], 0)))', 'vector'),
      chancesBehind('but_flagged', 'log(1 - sum(p[2:] * real(a0 > 0)))', 'vector'),
    ],
    true,
  ),
  ...all('wide', [['log([sigmoid(#0), softmax(#1)])', 'vector', 'vector']]),
  ...all('vector', [
    chances('rests', 'log(1 - p)[2:]'),
    rows('first_rest', 'log(1 - p[:, 0])'),
    rows('first_pair', 'log(p[:, 0] + p[:, 1])'),
    rows('but_first', 'log(1 - p[:, 0] - p[:, 1])'),
    ['log(exp(#0))', 'vector'],
    ['log(sigmoid(#0))', 'vector'],
    // Takes the logarithm of weights alone, so that it leaves the loop that it stands in.
    [([x], unit) => `(${x} * log(sigmoid(${unit.param('b', `[${unit.units}]`)})))`, 'vector'],
    [
      ([x], unit) => `(${x} * sum(log(1 - softmax([3 + tanh(${unit.param('b', `[${unit.units}]`)}[0]), 0.3, -0.2]))))`,
      'vector',
    ],
    [([x], unit) => `(${x} * log(1 - sigmoid(${unit.param('b', `[${unit.units}]`)})))`, 'vector'],
    ['log(1 - sigmoid(3 * tanh(#0)))', 'vector'],
  ]),
]

const large = '(1.5 + tanh(#0))'
const larger = '(2.5 + sin(#1))'

const lengths: readonly Form[] = [
  ...all('scalar', [
    [`sqrt(sum(${large}^2))`, 'vector'],
    [`sqrt(mean(${large}^2))`, 'wide'],
    [`sqrt(sum(${large}^2))`, 'matrix'],
    ['sqrt(mean(#0^2) + 0.1)', 'vector'],
    [`sqrt(${large}^2 + #1^2)`, 'scalar', 'scalar'],
    [`sqrt(${large}^2 * ${larger}^2)`, 'scalar', 'scalar'],
    ['sqrt((#0^2 + 1) * (#1^2 + 2))', 'scalar', 'scalar'],
    ['sqrt(where(#2, #0^2 + 1, #1^2 + 2))', 'scalar', 'scalar', 'bool'],
    ['sqrt(where(#1, #0^2 + 1, 2))', 'scalar', 'bool'],
    ['sqrt(where(#1, 2, #0^2 + 1))', 'scalar', 'bool'],
    ['sqrt(where(#1, where(#2 % 2 == 0, 2, #0^2 + 1), 3))', 'scalar', 'bool', 'int'],
    [`sqrt(where(#2, ${large}^2, ${larger}^2))`, 'scalar', 'scalar', 'bool'],
    [`sqrt(sum(where(#2, ${large}^2, ${larger}^2)))`, 'vector', 'vector', 'bool'],
    ['sqrt(sum(#0^2 * real(#1)) + 0.1)', 'vector', 'bool'],
    [
      ([x], unit) => {
        unit.program.define('own_length', 'fn own_length(v) = sqrt(v @ v)')
        return `own_length(1.5 + tanh(${x}))`
      },
      'vector',
    ],
  ]),
  ...all('vector', [
    [`sqrt(${large}^2)`, 'vector'],
    [([x, y], { units }) => `sqrt([${x}^2 + 1, ${y}^2 + 2])[1:${units} + 1]`, 'vector', 'vector'],
    [([x, y], { units }) => `sqrt([(1.5 + tanh(${x}))^2, (2.5 + sin(${y}))^2])[0:${units}]`, 'vector', 'vector'],
  ]),
  // Lengths that are exactly 0, where they have no slope.
  ...all(
    'scalar',
    [
      ['sqrt(sum((#0 - stop_gradient(#0))^2))', 'vector'],
      ['sqrt((#0 - stop_gradient(#0))^2 + (#1 - stop_gradient(#1))^2)', 'scalar', 'scalar'],
      ['sqrt(sum(#0^2))', 'vector'],
    ],
    true,
  ),
]

/** Powers of numbers near 1, since a loss may take log(1 - p) of sigmoids of the result. */
const powers: readonly Form[] = all(
  'vector',
  [-2, -1.5, -1, -0.5, 0, 0.5, 1, 2, 3].map(
    (y): Line => [`((1 + 0.3 * tanh(#0)) ^ ${y < 0 ? `(${y})` : y})`, 'vector'],
  ),
)

export const stableForms: readonly Form[] = [...probabilities, ...lengths, ...powers]
