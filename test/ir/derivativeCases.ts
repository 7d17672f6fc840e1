// A graph, or several, for each op that has a derivative: what its rule is tried on.
import type { GradientCase } from './gradientCheck.ts'

/** A graph that applies a pointwise op to inputs x, y, … */
const pointwise = (op: string, arity: number, ranges: GradientCase['ranges'] = {}): GradientCase => {
  const names = ['x', 'y', 'z'].slice(0, arity)
  return graph(
    names.map(n => `input ${n}: real[B, 3]`),
    `%r = ${op}(${names.map(n => `%${n}`).join(', ')})`,
    { sizes: { B: 3 }, ranges },
  )
}

/** A graph with the output %r. */
const graph = (inputs: readonly string[], equations: string, more: Omit<GradientCase, 'text'> = {}): GradientCase => ({
  ...more,
  text: `graph case {\n${inputs.join('\n')}\n${equations}\noutput r\n}`,
})

const positive = [0.3, 2] as const

/** By the op. */
export const derivativeCases: Readonly<Record<string, readonly GradientCase[]>> = {
  add: [pointwise('add', 2)],
  sub: [pointwise('sub', 2)],
  mul: [pointwise('mul', 2), graph(['input x: real[3]'], '%r = mul(%x, %x)')],
  div: [pointwise('div', 2), graph(['input x: real[3]'], '%y = sin(%x)\n%r = div(%y, %x)')],
  neg: [pointwise('neg', 1)],
  exp: [pointwise('exp', 1)],
  log: [pointwise('log', 1, { x: positive })],
  expm1: [pointwise('expm1', 1)],
  hypot: [
    pointwise('hypot', 2),
    graph(['input x: real[3]'], '%y = sin(%x)\n%r = hypot(%y, %x)'),
    graph(['input x: real[3]'], '%r = hypot(%x, %x)'),
  ],
  log1p: [pointwise('log1p', 1, { x: [-0.6, 1] })],
  tanh: [pointwise('tanh', 1)],
  sigmoid: [pointwise('sigmoid', 1)],
  log_sigmoid: [pointwise('log_sigmoid', 1)],
  sqrt: [pointwise('sqrt', 1, { x: positive })],
  sin: [pointwise('sin', 1)],
  cos: [pointwise('cos', 1)],
  abs: [pointwise('abs', 1)],
  relu: [pointwise('relu', 1)],
  strong_mul: [pointwise('strong_mul', 2), graph(['input x: real[3]'], '%r = strong_mul(%x, %x)')],
  strong_div: [pointwise('strong_div', 2), graph(['input x: real[3]'], '%y = sin(%x)\n%r = strong_div(%y, %x)')],
  pow: [
    pointwise('pow', 2, { x: positive }),
    graph(['input x: real[3]'], '%c = constant(3, real)\n%k = broadcast(%c, [-1], [3])\n%r = pow(%x, %k)'),
    graph(['input x: real[3]'], '%c = constant(0, real)\n%k = broadcast(%c, [-1], [3])\n%r = pow(%x, %k)'),
  ],
  mod: [pointwise('mod', 2, { y: [1.6, 2] }), pointwise('mod', 2, { x: [4.1, 4.6], y: [-1.9, -1.7] })],
  max: [pointwise('max', 2)],
  min: [pointwise('min', 2)],
  where: [
    graph(['input t: bool[4]', 'input x: real[4]', 'input y: real[4]'], '%r = where(%t, %x, %y)', {
      data: { t: [1, 0, 0, 1] },
    }),
  ],
  broadcast: [
    graph(['input x: real[B, 2]'], '%r = broadcast(%x, [-4, -2], [3, B])', { sizes: { B: 3 } }),
    graph(['input x: real[B, 2]'], '%r = broadcast(%x, [-2, -4], [3, 2])', { sizes: { B: 2 } }),
    graph(['input x: real'], '%r = broadcast(%x, [-1], [3])'),
  ],
  reshape: [graph(['input x: real[T, B, 2]'], '%y = reshape(%x, [T*B, 2])\n%r = sin(%y)', { sizes: { T: 3, B: 2 } })],
  transpose: [
    graph(['input x: real[2, 3, 4]'], '%r = transpose(%x, [-1, -3, -2])'),
    graph(['input x: real[3, 3, 3]'], '%r = transpose(%x, [-2, -1, -3])'),
    graph(['input x: real[2, 3, 4]'], '%r = transpose(%x, [-1, -2])'),
  ],
  slice: [
    graph(['input x: real[2, 5, 2]'], '%r = slice(%x, -2, 1, 3)'),
    graph(['input x: real[T]'], '%r = slice(%x, -1, 1, T-1)', { sizes: { T: 3 } }),
  ],
  pad: [
    graph(['input x: real[2, 3]'], '%r = pad(%x, -1, 2, 6)'),
    graph(['input x: real[2, 3]'], '%r = pad(%x, -2, 0, 3)'),
  ],
  concat: [
    graph(['input x: real[2, 3]', 'input y: real[2, 1]'], '%r = concat(%x, %y, %x, axis=-1)'),
    graph(['input x: real[2, 3]', 'input y: real[2, 3]'], '%r = concat(%x, %y, axis=-2)'),
  ],
  shift: [1, -1].flatMap(by => [
    ...[0, 1, 3].map(T =>
      graph(['input x: real[T, 2]', 'input f: real[2]'], `%r = shift(%x, %f, -2, ${by})`, { sizes: { T } }),
    ),
    graph(['input x: real[2, 3]', 'input f: real[2]'], `%r = shift(%x, %f, -1, ${by})`),
  ]),
  gather: [
    graph(['input x: real[4, 2]', 'input i: int[2, 3]'], '%r = gather(%x, %i)', { data: { i: [0, 3, 3, -1, 4, 1] } }),
    graph(['input x: real[4]', 'input i: int'], '%r = gather(%x, %i)', { data: { i: [2] } }),
  ],
  gather_matmul: [
    graph(['input x: real[4, 2]', 'input i: int[2, 3]', 'input w: real[3, 2]'], '%r = gather_matmul(%x, %i, %w)', {
      data: { i: [0, 3, 3, -1, 4, 1] },
    }),
    graph(['input x: real[4, 2]', 'input i: int', 'input w: real[1, 2]'], '%r = gather_matmul(%x, %i, %w)', {
      data: { i: [2] },
    }),
  ],
  gather_outer: [
    graph(['input d: real[2, 3, 3]', 'input i: int[2, 3]', 'input x: real[4, 2]'], '%r = gather_outer(%d, %i, %x)', {
      data: { i: [0, 3, 3, -1, 4, 1] },
    }),
  ],
  scatter_matmulT: [
    graph(
      ['input d: real[2, 3, 3]', 'input i: int[2, 3]', 'input w: real[3, 2]'],
      '%r = scatter_matmulT(%d, %i, %w, 4)',
      { data: { i: [0, 3, 3, -1, 4, 1] } },
    ),
  ],
  scatter: [
    graph(['input x: real[2, 3, 2]', 'input i: int[2, 3]'], '%r = scatter(%x, %i, 4)', {
      data: { i: [0, 3, 3, -1, 4, 1] },
    }),
  ],
  pick: [
    graph(['input x: real[2, 4]', 'input i: int[2]'], '%r = pick(%x, %i, -1, 0)', { data: { i: [3, 0] } }),
    graph(['input x: real[3, 2, 2]', 'input i: int[2]'], '%r = pick(%x, %i, -3, 1)', { data: { i: [2, 0] } }),
    graph(['input x: real[2, 3, 2]', 'input i: int[2, 2]'], '%r = pick(%x, %i, -2, 0)', { data: { i: [2, 0, -1, 3] } }),
  ],
  place: [
    graph(['input x: real[2]', 'input i: int[2]'], '%r = place(%x, %i, -1, 0, 4)', { data: { i: [3, 0] } }),
    graph(['input x: real[2, 2]', 'input i: int[2]'], '%r = place(%x, %i, -3, 1, 3)', { data: { i: [2, -1] } }),
  ],
  reverse: [
    graph(['input x: real[4, 2, 2]', 'input n: int[2]'], '%r = reverse(%x, %n, -3, 1)', { data: { n: [4, 2] } }),
    graph(['input x: real[2, 2]', 'input n: int[2]'], '%r = reverse(%x, %n, -1, 0)', { data: { n: [0, 1] } }),
  ],
  sum: [
    graph(['input x: real[2, 3, 2]'], '%r = sum(%x, [-3, -1])'),
    graph(['input x: real[2, 3, 2]'], '%r = sum(%x, [-1, -3])'),
    graph(['input x: real[2, 2]'], '%r = sum(%x, [])'),
    graph(['input x: real[T, 2]'], '%r = sum(%x, [-2])', { sizes: { T: 0 } }),
  ],
  reduce_max: [graph(['input x: real[2, 3, 2]'], '%r = reduce_max(%x, -2)')],
  reduce_min: [graph(['input x: real[2, 3, 2]'], '%r = reduce_min(%x, -3)')],
  softmax: [
    graph(['input x: real[3, 3, 2]'], '%r = softmax(%x, -1)'),
    graph(['input x: real[3, 3, 2]'], '%r = softmax(%x, -2)'),
  ],
  logsumexp: [
    graph(['input x: real[3, 3, 2]'], '%r = logsumexp(%x, -1)'),
    graph(['input x: real[3, 3]'], '%r = logsumexp(%x, -2)'),
  ],
  norm: [
    graph(['input x: real[3, 3, 2]'], '%r = norm(%x, [-1])'),
    graph(['input x: real[3, 3, 2]'], '%r = norm(%x, [-1, -3])'),
    graph(['input x: real[T, 2]'], '%r = norm(%x, [-2])', { sizes: { T: 0 } }),
  ],
  matmul: [
    graph(['input x: real[T, B, 2]', 'input w: real[3, 2]'], '%r = matmul(%x, %w)', { sizes: { T: 2, B: 2 } }),
    graph(['input w: real[2, 2]'], '%r = matmul(%w, %w)'),
    graph(['input x: real[2]', 'input w: real[3, 2]'], '%r = matmul(%x, %w)'),
  ],
  matmulT: [
    graph(['input x: real[2, 3]', 'input w: real[3, 2]'], '%r = matmulT(%x, %w, strongLeft=true, strongRight=true)'),
    graph(['input x: real[T, B, 3]', 'input w: real[3, 2]'], '%r = matmulT(%x, %w)', { sizes: { T: 2, B: 2 } }),
    graph(['input w: real[3, 3]'], '%r = matmulT(%w, %w)'),
  ],
  outer: [
    graph(['input x: real[T, 2, 3]', 'input y: real[T, 2, 2]'], '%r = outer(%x, %y)', { sizes: { T: 2 } }),
    graph(['input x: real[T, 3]', 'input y: real[T, 3]'], '%r = outer(%x, %y)', { sizes: { T: 0 } }),
    graph(['input x: real[3]', 'input y: real[3]'], '%r = outer(%x, %y)'),
  ],
  bmm: [false, true].flatMap(ta =>
    [false, true].flatMap(tb =>
      [
        [2, 3, 4],
        [2, 2, 2],
      ].map(([m, k, n]) =>
        graph(
          [`input x: real[2, ${ta ? k : m}, ${ta ? m : k}]`, `input y: real[2, ${tb ? n : k}, ${tb ? k : n}]`],
          `%r = bmm(%x, %y, ${ta}, ${tb})`,
        ),
      ),
    ),
  ),
  real: [graph(['input x: real[3]'], '%r = real(%x)')],
  scan: [false, true].flatMap(reverse => [0, 1, 3].flatMap(T => scans(reverse, T))),
}

/** The shapes that a recurrence can take: each with T steps of 2, where a carry, too, is of 2. */
function scans(reverse: boolean, T: number): readonly GradientCase[] {
  const sizes = { T }
  const inputs = ['input w: real[2, 2]', 'input s: real[2]', 'input x: real[T, 2]']
  const rnn = `scan(T, ${reverse}) {
      const %w = %w
      carry %h = %s
      each %a = %x
      %r = matmul(%h, %w)
      %z = add(%r, %a)
      %n = tanh(%z)
      next %n
      yield %n
    }`
  const many = (outputs: string, equations: string, more = inputs): GradientCase => ({
    sizes,
    text: `graph case {\n${more.join('\n')}\n${equations}\n${outputs}\n}`,
  })
  return [
    many('output last\noutput all', `%last, %all = ${rnn}`),
    many('output all', `%last, %all = ${rnn}`),
    many('output last', `%last, %all = ${rnn}`),
    // One operand as constant, carry and per-step input of two scans in a row.
    many('output q', `%last, %all = ${rnn}\n%q, %p = ${rnn.replace('= %x', '= %all').replace('= %s', '= %last')}`),
    // Results that are parameters, one twice; carries that change places; a constant that is not used.
    many(
      'output a\noutput b\noutput c\noutput d\noutput e',
      `%a, %b, %c, %d, %e, %f = scan(T, ${reverse}) {
        const %w = %w
        const %k = %s
        carry %g = %s
        carry %h = %s
        each %x = %x
        %m = mul(%x, %h)
        next %h, %m
        yield %g, %g, %k, %x
      }`,
    ),
    // A carry whose gradient comes round by way of another, two steps later.
    many(
      'output b',
      `%a, %b = scan(T, ${reverse}) {
        carry %g = %s
        carry %h = %s
        each %x = %x
        %m = sin(%x)
        %n = mul(%g, %h)
        next %m, %n
      }`,
    ),
    // Carries that start from constants, which a gradient reaches by way of the steps, the second two steps late.
    many(
      'output b',
      `%c = constant(0.5, real)
      %k = broadcast(%c, [-1], [2])
      %a, %b = scan(T, ${reverse}) {
        carry %g = %k
        carry %h = %k
        each %x = %x
        %m = mul(%x, %g)
        %n = mul(%g, %h)
        next %m, %n
      }`,
    ),
    // A carry through which no gradient flows, and an int one.
    many(
      'output a',
      `%zero = constant(0, int)
      %a, %i, %f = scan(T, ${reverse}) {
        carry %h = %s
        carry %i = %zero
        carry %d = %s
        each %x = %x
        %one = constant(1, int)
        %j = add(%i, %one)
        %r = real(%j)
        %k = broadcast(%r, [-1], [2])
        %stop = floor(%h)
        %m = mul(%stop, %k)
        %n = mul(%m, %x)
        %o = add(%n, %h)
        %e = floor(%d)
        next %o, %j, %e
      }`,
    ),
    // A loop in a loop over the inner steps of the outer one, which save what their gradients need.
    many(
      'output last\noutput all\noutput inner',
      `%last, %all, %inner = scan(T, ${reverse}) {
        const %w = %w
        carry %h = %s
        each %rows = %y
        %n, %ys = scan(U, ${!reverse}) {
          const %w = %w
          const %h = %h
          carry %g = %h
          each %a = %rows
          %r = matmul(%g, %w)
          %z = mul(%r, %a)
          %s = sin(%z)
          %m = mul(%s, %h)
          next %m
          yield %s
        }
        %t = tanh(%n)
        next %t
        yield %n, %ys
      }`,
      ['input w: real[2, 2]', 'input s: real[2]', 'input y: real[T, U, 2]'],
    ),
  ].map(c => ({ ...c, sizes: { T, U: 2 } }))
}
