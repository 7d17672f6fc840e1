// Optimizers are cells: every one of the library, and some of our own, against plain loops over three steps.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Buffer } from '../../compiler/backend/backend.ts'
import { compile } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { type Arrays, drawBatch, drawWeights, interpreted, open, runnable } from '../support/program.ts'
import { createRandom } from '../support/random.ts'
import { close } from '../support/suite.ts'

const { sqrt, sign, min, max, abs } = Math

/** One number of a parameter: its place, what it remembers, and how a gradient moves it at step t = 1, 2, … */
type Rule = (p: number, g: number, t: number, memory: Record<string, number>) => number

type Lengths = Readonly<Record<string, readonly number[]>>

interface OptimizerCase {
  readonly recipe: string
  readonly rule: Rule
  readonly definition?: string
  /** What remembers something else than 0 at the start. */
  readonly start?: Readonly<Record<string, number>>
}

/** old · by + (1 - by) · g, remembered. */
function average(memory: Record<string, number>, name: string, by: number, g: number): number {
  memory[name] = by * memory[name] + (1 - by) * g
  return memory[name]
}

const optimizers: readonly OptimizerCase[] = [
  { recipe: 'SGD(0.1)', rule: (p, g) => p - 0.1 * g },
  {
    recipe: 'SGD(0.1, momentum = 0.9)',
    rule: (p, g, _, memory) => {
      memory.m = 0.9 * memory.m - 0.1 * g
      return p + memory.m
    },
  },
  {
    recipe: 'SGD(0.1, momentum = 0.9, nesterov = true)',
    rule: (p, g, _, memory) => {
      memory.m = 0.9 * memory.m - 0.1 * g
      return p + 0.9 * memory.m - 0.1 * g
    },
  },
  {
    recipe: 'Adam(0.05)',
    rule: (p, g, t, memory) => {
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.999, g * g)]
      return p - (0.05 * sqrt(1 - 0.999 ** t) * m) / (1 - 0.9 ** t) / (sqrt(v) + 1e-7)
    },
  },
  {
    recipe: 'AdamW(0.05, decay = 0.1)',
    rule: (p, g, t, memory) => {
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.999, g * g)]
      return p * (1 - 0.05 * 0.1) - (0.05 * m) / (1 - 0.9 ** t) / (sqrt(v / (1 - 0.999 ** t)) + 1e-8)
    },
  },
  {
    recipe: 'TorchAdam(0.05, decay = 0.1)',
    rule: (p, g, t, memory) => {
      const slope = g + 0.1 * p
      const [m, v] = [average(memory, 'm', 0.9, slope), average(memory, 'v', 0.999, slope * slope)]
      // The order of operations of PyTorch's `_single_tensor_adam`.
      return p - (0.05 / (1 - 0.9 ** t)) * (m / (sqrt(v) / sqrt(1 - 0.999 ** t) + 1e-8))
    },
  },
  {
    recipe: 'Adamax(0.05, b2 = 0.5)',
    rule: (p, g, t, memory) => {
      const m = average(memory, 'm', 0.9, g)
      memory.u = max(0.5 * (memory.u ?? 0), abs(g))
      return p - ((0.05 / (1 - 0.9 ** t)) * m) / (memory.u + 1e-7)
    },
  },
  {
    recipe: 'Adagrad(0.1)',
    start: { a: 0.1 },
    rule: (p, g, _, memory) => {
      memory.a += g * g
      return p - (0.1 * g) / sqrt(memory.a + 1e-7)
    },
  },
  {
    recipe: 'RMSprop(0.02)',
    rule: (p, g, _, memory) => p - (0.02 * g) / sqrt(average(memory, 'v', 0.9, g * g) + 1e-7),
  },
  {
    recipe: 'LazyAdam(0.05)',
    rule: (p, g, t, memory) => {
      if (g === 0) return p
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.999, g * g)]
      return p - (0.05 * sqrt(1 - 0.999 ** t) * m) / (1 - 0.9 ** t) / (sqrt(v) + 1e-7)
    },
  },
  {
    recipe: 'AMSGrad(0.05, b2 = 0.5)',
    rule: (p, g, t, memory) => {
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.5, g * g)]
      memory.a = max(memory.a, v)
      return p - (0.05 * m) / (1 - 0.9 ** t) / (sqrt(memory.a) / sqrt(1 - 0.5 ** t) + 1e-8)
    },
  },
  {
    recipe: 'Nadam(0.05)',
    start: { all: 1 },
    rule: (p, g, t, memory) => {
      const momentum = (step: number): number => 0.9 * (1 - 0.5 * 0.96 ** (0.004 * step))
      memory.all *= momentum(t)
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.999, g * g)]
      const below = sqrt(v / (1 - 0.999 ** t)) + 1e-8
      const old = (momentum(t + 1) * m) / (1 - memory.all * momentum(t + 1))
      return p - (0.05 * (old + ((1 - momentum(t)) * g) / (1 - memory.all))) / below
    },
  },
  {
    recipe: 'Lion(0.01, decay = 0.1)',
    rule: (p, g, _, memory) => {
      const c = 0.9 * memory.m + 0.1 * g
      memory.m = 0.99 * memory.m + 0.01 * g
      return p * (1 - 0.01 * 0.1) - 0.01 * sign(c)
    },
  },
  {
    recipe: 'Adadelta(0.5)',
    rule: (p, g, _, memory) => {
      const v = average(memory, 'v', 0.9, g * g)
      const step = (sqrt(memory.a + 1e-6) / sqrt(v + 1e-6)) * g
      average(memory, 'a', 0.9, step * step)
      return p - 0.5 * step
    },
  },
  {
    recipe: 'Adam(0.05, schedule = warmup(2, then = linear_decay(4)))',
    rule: (p, g, t, memory) => {
      const [m, v] = [average(memory, 'm', 0.9, g), average(memory, 'v', 0.999, g * g)]
      const rate = 0.05 * [0.5, 1, 1][t - 1]
      return p - (rate * sqrt(1 - 0.999 ** t) * m) / (1 - 0.9 ** t) / (sqrt(v) + 1e-7)
    },
  },
  {
    recipe: 'SGD(0.1, momentum = 0.9, schedule = exponential_decay(1, by = 0.5))',
    rule: (p, g, t, memory) => {
      memory.m = 0.9 * memory.m - 0.1 * 0.5 ** (t - 1) * g
      return p + memory.m
    },
  },
  {
    recipe: 'Warm(schedule = warmup)',
    definition: `fn warmup(t) = 0.1 * min(t / 2, 1)
    cell Warm(schedule) {
      input g: P;  state p: P, t: int
      t' = t + 1
      p' = p - schedule(t') * g }`,
    rule: (p, g, t) => p - 0.1 * min(t / 2, 1) * g,
  },
]

const model = (recipe: string, rest = ''): string => `
model M {
  input x: [2] over T;  target y: [2]
  p = x |> SimpleRNN(3) |> last |> dense(2)
  loss mse(p, y)
  output p }
data D for M { t = csv("none.csv"); x = t.x; y = t.y; split = ordered(1, 0) }
train M on D { optimizer = ${recipe}; epochs = 1; batch = 3; ${rest} }
`

/** The gradients of three steps from `gradient`, and what `train` makes of parameters and states. */
function training(source: string, sizes: Sizes = { B: 3, T: 4 }, lengths: Lengths = { T: [4, 2, 3] }) {
  const program = open(source)
  const random = createRandom(3)
  const batch = drawBatch(program, { sizes, lengths }, random)
  const graph = compile(source).train()
  const step = runnable(graph.context, graph.graph)
  const states: Record<string, Buffer> = Object.fromEntries(
    graph.states.map(s => {
      const length = s.shape.reduce((n, d) => n * evaluate(d, batch.sizes), 1)
      const value = s.init.kind === 'number' ? s.init.value : Number.NaN
      return [s.name, s.dtype === 'int' ? new Int32Array(length).fill(value) : new Float64Array(length).fill(value)]
    }),
  )
  return { program, batch, step, weights: drawWeights(program, batch.sizes, random), states }
}

/** Three steps; `gradients` are those that the optimizer should see, from the raw ones. */
function check(source: string, { rule, start = {} }: OptimizerCase, gradients: (raw: Arrays) => Arrays = g => g): void {
  const { program, batch, step, weights, states } = training(source)
  const memories = new Map<string, Record<string, number>>()
  let now = { ...weights, ...states }
  for (let t = 1; t <= 3; t++) {
    const raw = program.graph('gradient').run(batch.sizes, { ...batch.arrays, ...now })
    const seen = gradients(raw)
    const expected = Object.keys(weights).map((name): [string, Float64Array] => [
      name,
      Float64Array.from(now[name], (p, i) => {
        const memory = memories.get(`${name} ${i}`) ?? { m: 0, v: 0, a: 0, ...start }
        memories.set(`${name} ${i}`, memory)
        return rule(p, seen[`d:${name}`][i], t, memory)
      }),
    ])
    const inputs = { ...batch.arrays, ...now }
    const results = step.run(batch.sizes, inputs)
    const reference = interpreted(step, batch.sizes, inputs)
    for (const key of Object.keys(reference)) close(results[key], reference[key], 1e-12, `${key} of step ${t}, js`)
    for (const [name, data] of expected) close(results[name], data, 1e-10, `${name} after step ${t}`)
    now = Object.fromEntries(Object.keys(now).map(name => [name, results[name]]))
  }
}

describe('optimizers', () => {
  for (const test of optimizers) it(test.recipe, () => check(model(test.recipe) + (test.definition ?? ''), test))

  it('LazyAdam alone leaves the rows of a table that a batch does not use', () => {
    const source = (recipe: string): string => `model M {
      input i: token of 4
      target y: [2]
      loss mse(i |> embedding(2), y) }
    data D for M { t = csv("none.csv"); i = t.i; y = [t.a, t.b]; split = ordered(1, 0) }
    train M on D { optimizer = ${recipe}; epochs = 1; batch = 2 }`
    const moved = (recipe: string): readonly number[] => {
      const { step, weights, states } = training(source(recipe), { B: 2 }, {})
      const run = (i: Int32Array, now: Arrays): Arrays =>
        structuredClone(step.run({ B: 2 }, { i, y: Float64Array.of(9, 9, 9, 9), ...now }))
      const first = run(Int32Array.of(0, 1), { ...weights, ...states })
      const own = Object.fromEntries(Object.keys({ ...weights, ...states }).map(name => [name, first[name]]))
      const second = run(Int32Array.of(1, 2), own)
      return [0, 1, 2, 3].filter(row => first['embedding.E'][2 * row] !== second['embedding.E'][2 * row])
    }
    assert.deepEqual(moved('LazyAdam'), [1, 2])
    assert.deepEqual(moved('Adam'), [0, 1, 2])
  })
})

describe('gradients on their way to the optimizer', () => {
  const sgd: OptimizerCase = { recipe: 'SGD(0.1)', rule: (p, g) => p - 0.1 * g }
  const names = (raw: Arrays): string[] => Object.keys(raw).filter(k => k.startsWith('d:'))
  const norm = (raw: Arrays, keys: readonly string[]): number =>
    sqrt(keys.reduce((s, k) => s + Array.from(raw[k]).reduce((sum, g) => sum + g * g, 0), 0))
  const each = (raw: Arrays, change: (g: number, key: string) => number): Arrays =>
    Object.fromEntries(names(raw).map(k => [k, Float64Array.from(raw[k], g => change(g, k))]))

  it('clip = value', () =>
    check(model('SGD(0.1)', 'clip = value(0.01)'), sgd, raw => each(raw, g => max(-0.01, min(0.01, g)))))
  it('clip = norm', () =>
    check(model('SGD(0.1)', 'clip = norm(0.01)'), sgd, raw => each(raw, (g, k) => g * min(1, 0.01 / norm(raw, [k])))))
  it('clip = global_norm', () =>
    check(model('SGD(0.1)', 'clip = global_norm(0.01)'), sgd, raw =>
      each(raw, g => g * min(1, 0.01 / norm(raw, names(raw)))),
    ))
  it('freeze leaves a part as it is', () => {
    const source = model('SGD(0.1)', 'freeze = rnn').replace(
      'p = x |> SimpleRNN(3)',
      'part rnn = SimpleRNN(3)\n  p = rnn(x)',
    )
    const { step, batch, weights, states } = training(source)
    const results = step.run(batch.sizes, { ...batch.arrays, ...weights, ...states })
    assert.ok(!Object.keys(results).some(k => k.startsWith('rnn.')))
    assert.ok(Object.keys(results).includes('dense.W'))
  })
})
