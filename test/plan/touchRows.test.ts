// Gradients of tables: which rows a step of training touches, and that nothing but the time changes by it.
import assert from 'node:assert/strict'
import { afterAll, describe, expect, it } from 'vitest'
import type { Buffer, Executable, Precision } from '../../compiler/backend/backend.ts'
import { lacks } from '../../compiler/backend/gpu/limits.ts'
import { js } from '../../compiler/backend/js.ts'
import { wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { compile, type Plan, plan, planFor, type TrainingGraph } from '../../compiler/index.ts'
import { evaluate, format, product, type Sizes } from '../../compiler/ir/dim.ts'
import { interpretPlan, type Order } from '../../compiler/plan/interpretPlan.ts'
import { lookUpRows } from '../../compiler/plan/passes/lookUpRows.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import { touchRows } from '../../compiler/plan/passes/touchRows.ts'
import type { Kernel, Step, Write } from '../../compiler/plan/plan.ts'
import { kernelsOf, touched } from '../../compiler/plan/steps.ts'
import { openWasm } from '../../runtime/node/index.ts'
import { createRandom } from '../backend/agree.ts'

const two = await openWasm({ threads: 2, leastWork: 0 })
afterAll(() => two.close())

interface Settings {
  readonly optimizer: string
  /** Units before the model. */
  readonly cell?: string
  readonly more?: string
  /** What the model computes of `x`, a word at each step. */
  readonly body?: string
  readonly inputs?: string
  /** The axis of the words; none for one word in each example. */
  readonly over?: string
  readonly row?: number
}

function training({
  optimizer,
  cell = '',
  more = '',
  body,
  inputs = '',
  over = ' over T',
  row = 64,
}: Settings): TrainingGraph {
  const text = `
${cell}
model M {
  input x: token of V${over}
${inputs}
  target y: real
${body ?? `  p = x |> embedding(${row}) |> mean(over T) |> dense(1)`}
  loss mse(p, y)
}
data D for M { t = jsonl("none.jsonl"); x = t.x; y = t.y${/\bz:/.test(inputs) ? '; z = t.z' : ''} }
train M on D { optimizer = ${optimizer}${more} }`
  return compile(text).train()
}

const passes = [touchRows, lookUpRows]
const planOf = ({ context, graph }: TrainingGraph): Plan => plan(context, graph)
const plainOf = ({ context, graph }: TrainingGraph): Plan => plan(context, graph, { lacks })

/** The steps of the ways that are taken where the table has more rows than the batch has words. */
const taken = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap(step => (step.kind === 'choice' ? taken(step.ways[1]) : [step]))

/** The kernels over all numbers of the table that run then. */
const overTable = (made: Plan, size = '64*V'): readonly Kernel[] =>
  taken(made.steps)
    .flatMap(kernelsOf)
    .filter(k => k.kind === 'map' && format(product(k.domain)) === size)

type Arrays = Record<string, Buffer>

/** Arrays for the inputs of a training graph: words that repeat, among them -1 and V, which are none. */
function inputsOf({ graph }: TrainingGraph, sizes: Sizes, precision: Precision, round: number): Arrays {
  const random = createRandom(7 + round)
  const next = (): number => (random() + 1) / 2
  return Object.fromEntries(
    graph.inputs.map((name, i) => {
      const { dtype, shape } = graph.params[i]
      const length = shape.reduce((n, d) => n * evaluate(d, sizes), 1)
      const word = (): number => Math.floor(next() * (sizes.V + 2)) - 1
      const int = (): number => (name.endsWith('.lengths') ? sizes.T : name === 'x' || name === 'z' ? word() : 1)
      if (dtype !== 'real') return [name, Int32Array.from({ length }, int)]
      const values = Array.from({ length }, () => (next() < 0.1 ? -0 : next() - (name.includes('@') ? 0 : 0.5)))
      return [name, precision === 'f32' ? Float32Array.from(values) : Float64Array.from(values)]
    }),
  )
}

const bytes = (data: Buffer): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()

/** The bits of all results after each of three steps, each with other words. */
function steps(executable: Executable, own: TrainingGraph, sizes: Sizes, precision: Precision) {
  const isBatch = (name: string): boolean => ['x', 'z', 'y', 'T.lengths'].includes(name)
  const split = (all: Arrays, batch: boolean): Arrays =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isBatch(name) === batch))
  const kept = executable.store(split(inputsOf(own, sizes, precision, 0), false))
  return [1, 2, 3].map(round => {
    const results = executable.run(sizes, { ...kept, ...split(inputsOf(own, sizes, precision, round), true) })
    return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, bytes(data)]))
  })
}

/** Whether a write says which word stands for a row. */
const isNumber = ({ to, indirect }: Write): boolean => to.buffer.dtype === 'int' && indirect !== undefined

const backwards: Order = count => Array.from({ length: count }, (_, i) => count - 1 - i)

const manySizes: readonly Sizes[] = [
  { V: 40, B: 3, T: 4 },
  { V: 12, B: 3, T: 4 },
  { V: 5, B: 3, T: 4 },
  { V: 9, B: 2, T: 0 },
  { V: 9, B: 0, T: 3 },
]

/** Asserts that the passes change no bit of any step, on any backend. */
function sameBits(own: TrainingGraph): void {
  const [made, plain] = [planOf(own), plainOf(own)]
  for (const sizes of manySizes) {
    const all = inputsOf(own, sizes, 'f64', 1)
    const [found, wanted] = [made, plain].map(of => interpretPlan(own.context, of, all, sizes, backwards).outputs)
    for (const name of Object.keys(wanted)) assert.deepEqual(bytes(found[name]), bytes(wanted[name]), name)
  }
  for (const precision of ['f32', 'f64'] as const) {
    for (const backend of [js, wasm, wasmRelaxed, two]) {
      const [changed, usual] = [made, plain].map(of => backend.load(of, precision))
      for (const sizes of manySizes) {
        const where = `${backend.name}, ${precision}, ${JSON.stringify(sizes)}`
        const before = steps(usual, own, sizes, precision)
        assert.deepEqual(steps(changed, own, sizes, precision), before, where)
      }
    }
  }
}

const isChanged = (own: TrainingGraph): boolean => planOf(own).buffers.some(b => b.hint === 'slot')

const schedule = 'schedule = warmup(9)'
const still = ['SGD(0.01)', `SGD(0.01, ${schedule})`, 'LazyAdam(0.01)', `LazyAdam(0.01, ${schedule})`]
const moving = ['Adam(0.01)', 'SGD(0.01, momentum = 0.9)', 'AdamW(0.01)', 'Adagrad(0.1)']

describe('an optimizer that leaves alone what has no gradient', () => {
  for (const optimizer of still) {
    it(`touches the rows that are used, with ${optimizer}`, () => {
      const own = training({ optimizer })
      assert.deepEqual(overTable(planOf(own)), [])
      assert.notDeepEqual(overTable(plainOf(own)), [])
      sameBits(own)
    })
  }

  it('does so where the rate falls on a plateau', () => {
    const own = training({ optimizer: 'SGD(0.01)', more: '; plateau = reduce(0.5, 5)' })
    assert.deepEqual(overTable(planOf(own)), [])
    sameBits(own)
  })

  it('has no pass over the numbers of rows either', () => {
    const made = planOf(training({ optimizer: 'SGD(0.01)' }))
    for (const step of taken(made.steps)) {
      const domains = kernelsOf(step).flatMap(k => (k.kind === 'map' ? k.domain : []))
      assert.ok(!domains.some(d => format(d).includes('V')))
    }
  })

  it('does so for rows of any length', () => {
    for (const row of [1, 3]) sameBits(training({ optimizer: 'LazyAdam(0.01)', row }))
  })

  it('does so for one word in each example', () => {
    const own = training({ optimizer: 'SGD(0.01)', over: '', body: '  p = tanh(embedding(64)(x)) |> dense(1)' })
    assert.deepEqual(overTable(planOf(own)), [])
    sameBits(own)
  })

  it('does so on the second way of a choice, where a product follows the table', () => {
    const own = training({
      optimizer: 'LazyAdam(0.01)',
      body: '  p = x |> embedding(64) |> SimpleRNN(5) |> last |> dense(1)',
    })
    assert.deepEqual(overTable(planOf(own)), [])
    sameBits(own)
  })
})

describe('an optimizer that moves all rows', () => {
  for (const optimizer of moving) {
    it(`looks up where a gradient is, with ${optimizer}`, () => {
      const own = training({ optimizer })
      const [kernel, ...more] = overTable(planOf(own))
      assert.deepEqual(more, [])
      // Neither reads nor writes an array of the size of the table, but for the table and its states.
      const ports = new Set(planOf(own).inputs.map(p => p.name))
      for (const { hint, size } of touched(kernel)) assert.ok(format(size) !== '64*V' || ports.has(hint), hint)
      sameBits(own)
    })
  }

  it('is one that would make 0 of -0', () => {
    const cell = `cell Adding {
  input g: P
  state p: P
  p' = p + (0.1 * -g)
}
cell Shrinking {
  input g: P
  state p, m: P
  m' = where(g == 0, 0 * m, m)
  p' = where(g != 0, p - 0.1 * g, p)
}`
    for (const optimizer of ['Adding', 'Shrinking']) sameBits(training({ optimizer, cell }))
    const [adding, shrinking] = ['Adding', 'Shrinking'].map(optimizer => planOf(training({ optimizer, cell })))
    // p + -0 is p.
    assert.equal(overTable(adding).length, 0)
    assert.equal(overTable(shrinking).length, 1)
  })

  it('goes over the table on a GPU', () => {
    const { context, graph } = training({ optimizer: 'LazyAdam(0.01)' })
    assert.deepEqual(
      planFor({ lacks }, context, graph),
      plan(context, graph, { planPasses: planPasses.filter(p => !passes.includes(p)) }),
    )
  })

  it('reads the whole gradient on js, and where rows are short', () => {
    const { context, graph } = training({ optimizer: 'Adam(0.01)' })
    assert.ok(!planFor(js, context, graph).buffers.some(b => b.hint === 'slot'))
    for (const row of [3, 66]) assert.ok(!isChanged(training({ optimizer: 'Adam(0.01)', row })))
  })

  it('is one whose rate is not known before it runs', () => {
    const cell = `cell Slowing {
  input g: P
  state p: P, t: int
  t' = t + 1
  p' = p - 0.1 / t' * g
}`
    const own = training({ optimizer: 'Slowing', cell })
    assert.equal(overTable(planOf(own)).length, 1)
    sameBits(own)
  })
})

describe('several tables', () => {
  const inputs = '  input z: token of V over T'
  it('are each kept for their rows, though one kernel updates them', () => {
    for (const optimizer of ['SGD(0.01)', 'LazyAdam(0.01)', 'Adam(0.01)']) {
      const own = training({
        optimizer,
        inputs,
        body: '  p = (embedding(64)(x) + 2 * embedding(64)(z)) |> mean(over T) |> dense(1)',
      })
      const numbered = taken(planOf(own).steps)
        .flatMap(kernelsOf)
        .filter(k => k.kind === 'map' && k.writes.some(isNumber))
      assert.equal(numbered.length, 2)
      assert.equal(overTable(planOf(own)).length, optimizer === 'Adam(0.01)' ? 2 : 0)
      sameBits(own)
    }
  })

  it('are updated apart from weights of the same shape', () => {
    const own = training({
      optimizer: 'SGD(0.01)',
      body: '  param W: [V, 64]\n  p = dense(1)(mean(embedding(64)(x), over T) + mean(W))',
    })
    for (const kernel of overTable(planOf(own))) assert.ok(touched(kernel).every(b => b.hint !== 'embedding.E'))
    sameBits(own)
  })
})

describe('a gradient that is left as it is', () => {
  const left: Readonly<Record<string, Settings>> = {
    'of a table that is used twice': {
      optimizer: 'SGD(0.01)',
      inputs: '  input z: token of V over T',
      body: '  part e = embedding(64)\n  p = (e(x) + 2 * e(z)) |> mean(over T) |> dense(1)',
    },
    'of a table that the output reads': {
      optimizer: 'SGD(0.01)',
      body: '  part e = embedding(64)\n  h = mean(e(x), over T)\n  p = [mean(softmax(e.E @ h) * (e.E @ h))]',
    },
    'whose norm is limited': { optimizer: 'SGD(0.01)', more: '; clip = norm(1)' },
  }
  for (const [what, settings] of Object.entries(left)) {
    it(`is one ${what}`, () => {
      const own = training(settings)
      assert.ok(!isChanged(own))
      sameBits(own)
    })
  }
})

it('changes no bit where a value is limited, or several batches make a step', () => {
  for (const more of ['; clip = value(0.01)', '; accumulate = 2']) {
    for (const optimizer of ['LazyAdam(0.01)', 'Adam(0.01)']) sameBits(training({ optimizer, more }))
  }
})

it('keeps what is no table as it is', () => {
  const made = planOf(training({ optimizer: 'SGD(0.01)' }))
  for (const pass of passes) {
    assert.equal(pass.run(made), made)
    expect(pass.contract).not.toBe('')
  }
})
