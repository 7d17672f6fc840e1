// Training in place: weights and states written over the old ones give the steps that copies give, however they are stored.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Buffer } from '../../compiler/backend/backend.ts'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { compile, load, plan } from '../../compiler/index.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { graphText } from '../ir/passes.ts'
import { argumentsFor, bufferOf } from './agree.ts'

type Arrays = Record<string, Buffer>

const program = (cell: string, settings: string): string => `
model M {
  input x: [3] over T
  target y: [2]
  part a = ${cell}
  z = x |> a |> last |> dense(2)
  loss mse(z, y)
  output z }
data D for M {
  rows = csv("none.csv")
  x = [rows.a]
  y = rows.b
  split = ordered(0.8, 0.2) }
train M on D { ${settings} }`

const programs = [
  ['LSTM(4)', 'optimizer = Adam(0.01)'],
  ['GRU(4)', 'optimizer = SGD(0.1, momentum = 0.9, nesterov = true)\n  clip = norm(1)'],
  ['SimpleRNN(4)', 'optimizer = RMSprop(0.01)'],
  ['bidirectional(LSTM(3))', 'optimizer = AdamW(0.01)\n  clip = value(0.01)'],
  ['LSTM(4)', 'optimizer = Adagrad(0.1)\n  freeze = [a]'],
] as const
const sizes = { B: 3, T: 5 }

/** Arrays for the inputs of a training graph, the same at every call. */
function start({ graph }: ReturnType<ReturnType<typeof compile>['train']>): Arrays {
  let seed = 1
  const next = (): number => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  return Object.fromEntries(
    graph.inputs.map((name, i) => {
      const { dtype, shape } = graph.params[i]
      const length = shape.reduce((n, d) => n * evaluate(d, sizes), 1)
      const data = Array.from({ length }, next)
      return [
        name,
        dtype === 'real' ? Float64Array.from(data) : Int32Array.from(data, () => (name.endsWith('.lengths') ? 4 : 1)),
      ]
    }),
  )
}

/** Graphs that still read the old value once the new one is there, or at other places than they write. */
const late: readonly (readonly [what: string, text: string])[] = [
  ['by a later kernel', 'input w: real[3]\n%n = mul(%w, %w)\n%s = sum(%w, [-1])\n%y = sin(%s)\noutput w %n\noutput y'],
  ['across, in the same kernel', 'input w: real[3, 3]\n%t = transpose(%w, [-1, -2])\n%n = sub(%t, %w)\noutput w %n'],
  ['by its index', 'input w: real[3]\ninput i: int[3]\n%g = gather(%w, %i)\n%n = add(%g, %w)\noutput w %n\noutput i'],
  ['by another input that takes its place', 'input a: real[3]\ninput b: real[3]\noutput a %b\noutput b %a'],
  [
    'by another part of a stored whole',
    'input a: real[2, 2]\ninput b: real[2, 2]\n%ab = concat(%a, %b, axis=-2)\n%n = mul(%a, %a)\n%m = matmul(%ab, %b)\noutput a %n\noutput m',
  ],
  [
    'by what ends a product with itself',
    'input w: real[3, 3]\n%p = matmul(%w, %w)\n%q = tanh(%p)\n%n = sub(%w, %q)\noutput w %n',
  ],
  [
    'by a product whose result takes its place',
    'input w: real[3, 3]\ninput x: real[3, 3]\n%p = matmul(%x, %w)\n%n = neg(%p)\noutput w %n\noutput x',
  ],
  [
    'in a loop',
    'input w: real[3]\ninput x: real[4, 3]\n%n = mul(%w, %w)\n%h = scan(4, false) {\n  const %w = %w\n  carry %h = %w\n  each %x = %x\n  %p = mul(%h, %x)\n  %q = add(%p, %w)\n  next %q\n}\noutput w %n\noutput h',
  ],
]

for (const backend of immediateBackends) {
  describe(`what is still read is not written over on ${backend.name}`, () => {
    for (const [what, text] of late) {
      it(what, () => {
        const { context, graph } = readGraph(graphText(text))
        const args = argumentsFor(graph, {}).map((arg, i) =>
          graph.params[i].dtype === 'int' ? { ...arg, data: Float64Array.of(2, 0, 1) } : arg,
        )
        const expected = interpret(context, graph, args, {})
        const given = Object.fromEntries(
          graph.inputs.map((name, i) => [name, bufferOf(graph.params[i].dtype, args[i].data, 'f64')]),
        )
        const executable = load(context, { ...graph, inPlace: true }, backend, 'f64')
        const inputs = executable.store(given)
        const results = executable.run({}, inputs)
        graph.outputs.forEach((name, i) => {
          assert.deepEqual(
            [...results[name]].map(x => x + 0),
            [...expected[i].data].map(x => x + 0),
            name,
          )
          if (name in inputs) assert.equal(results[name], inputs[name])
        })
      })
    }
  })

  describe(`training in place on ${backend.name}`, () => {
    for (const [cell, settings] of programs) {
      const training = compile(program(cell, settings)).train()
      const moving = [...training.trained, ...training.states.map(s => s.name)]
      const run = (inPlace: boolean, stored: boolean): Arrays => {
        const executable = load(
          training.context,
          { ...training.graph, ...(inPlace ? {} : { inPlace: undefined }) },
          backend,
          'f64',
        )
        const given = start(training)
        const state = stored ? executable.store(given) : given
        for (let step = 0; step < 3; step++) {
          const results = executable.run(sizes, state)
          if (!inPlace) for (const name of moving) state[name].set(results[name])
        }
        return Object.fromEntries(moving.map(name => [name, state[name].slice()]))
      }
      const expected = run(false, false)

      it(`${cell} with ${settings}: stored end to end`, () => assert.deepEqual(run(true, true), expected))
      it(`${cell} with ${settings}: each array by itself`, () => assert.deepEqual(run(true, false), expected))
      it(`${cell} with ${settings}: copies nothing`, () => {
        const { steps } = plan(training.context, training.graph)
        const copies = steps.filter(s => s.kind === 'map' && s.program.length === 1 && moving.includes(s.hint))
        assert.deepEqual(
          copies.map(s => s.hint),
          [],
        )
      })
    }
  })
}
