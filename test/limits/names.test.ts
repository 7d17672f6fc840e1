// Any name that the grammar allows works everywhere: a program with hostile names in every place computes what it does with plain ones.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { loadData, loadInputs } from '../../runtime/data/loadData.ts'
import { buildModule, compile } from '../../runtime/index.ts'
import { predict } from '../../runtime/predict.ts'
import { train } from '../../runtime/train.ts'

/** Names that objects inherit, that emitted code uses, and that JavaScript, TypeScript or WGSL reserve. */
const hostile =
  `constructor toString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString __defineGetter__ __lookupSetter__
  B batch examples B_ t t2 sizes inputs weights memory results parameters fixed network labels toNetwork toUnits given options
  weightsOf own size view array codes scale unscale indices decide decode stored joined createJoin handBack storeJoined bindReals
  bindInts gemm gemmPacked packRight exp32 tanh32 zeros run create createNetwork executable store predict backend device dispose
  Math Number Float32Array Float64Array Int32Array Object Array Error Infinity NaN undefined arguments eval await async yield let
  const var enum static implements interface package private protected public delete typeof void with new null this super class
  default then catch finally function if else for while do switch case break continue return_ import export extends instanceof
  debugger throw try get set as name length prototype caller callee seed seed_ T_lengths lengths x_lengths i j k row end start
  filter texture sampler array_ ptr vec2 vec4f mat4x4 f32 i32 u32 bitcast fn struct override loop discard diagnostic enable
  storage uniform workgroup global_id a0 h0 v _ __ ___ a_join a_parts a_view a_next map scan product reduce map_h scan_h
  model cell layer train data input target param state part output metric token on average_0 W_m gradient`.split(/\s+/)

/** Every place of a program where a name may stand. */
const slots = [
  ...[
    'F',
    'A',
    'C',
    'U',
    'CX',
    'CD',
    'H',
    'W',
    'V',
    'Q',
    'CO',
    'L',
    'LU',
    'LX',
    'LD',
    'LW',
    'M',
    'HU',
    'X',
    'Z',
    'D',
    'E',
  ],
  ...[
    'T',
    'Y',
    'K',
    'P',
    'R',
    'G',
    'S',
    'O',
    'ME',
    'N',
    'J',
    'C1',
    'C2',
    'C3',
    'L1',
    'L2',
    'OC',
    'OR',
    'OG',
    'OP',
    'LO',
  ],
] as const

type Names = Readonly<Record<(typeof slots)[number], string>>

const plain = Object.fromEntries(slots.map(slot => [slot, `plain_${slot}`])) as Names

const source = (n: Names): string => `
fn ${n.F}(${n.A}) = tanh(${n.A})
cell ${n.C}(${n.U}) {
  input ${n.CX}: [${n.CD}]
  state ${n.H}: [${n.U}]
  param ${n.W}: [${n.U}, ${n.CD}] = 0.3, ${n.V}: [${n.U}, ${n.U}] = 0.1
  ${n.Q} = ${n.W} @ ${n.CX} + ${n.V} @ ${n.H}
  ${n.H}' = ${n.F}(${n.Q})
  output ${n.CO} = 2 * ${n.Q}
  return ${n.H}'
}
layer ${n.L}(${n.LU}) {
  input ${n.LX}: [${n.LD}]
  param ${n.LW}: [${n.LU}, ${n.LD}] = 0.2
  return ${n.LW} @ ${n.LX} + ${n.F}(${n.LX}[0])
}
cell ${n.OC}(${n.OR}) {
  input ${n.OG}: ${n.LD}
  state p: ${n.LD}, ${n.OP}: ${n.LD}
  ${n.OP}' = 0.5 * ${n.OP} + ${n.OG}
  p' = p - ${n.OR} * ${n.OP}'
}
model ${n.M}(${n.HU} = 3) {
  input ${n.X}: [${n.D}] over ${n.T}, ${n.Z}: real
  target ${n.Y}: class of ${n.K}
  part ${n.P} = ${n.C}(${n.HU}), ${n.R} = ${n.L}(${n.K})
  ${n.E} = ${n.P}(${n.X})
  ${n.G} = ${n.E} |> last
  ${n.S} = softmax(${n.R}(${n.G}) * ${n.Z})
  output ${n.O} = sum(${n.E}.${n.CO}, over ${n.T})
  loss ${n.LO} = cross_entropy(${n.S}, ${n.Y})
  metric ${n.ME} = accuracy(${n.S}, ${n.Y})
  predict ${n.Y} from ${n.S}
}
data ${n.N} for ${n.M} {
  ${n.J} = jsonl("d.jsonl")
  ${n.X} = ${n.J}.${n.C1}
  ${n.Z} = standardize(${n.J}.${n.C3})
  ${n.Y} = classes(${n.J}.${n.C2})
  split = ordered(0.5, 0.25, 0.25)
}
train ${n.M} on ${n.N} { optimizer = ${n.OC}(0.1); epochs = 2; batch = 2; seed = 1 }
`

const rows = (n: Names): string =>
  [
    [
      [
        [1, 2],
        [0.5, -1],
      ],
      n.L1,
      3,
    ],
    [[[2, -1]], n.L2, 1],
    [
      [
        [0.1, 0.2],
        [0.3, 0.4],
        [1, 1],
      ],
      n.L2,
      2,
    ],
    [
      [
        [-1, 1],
        [1, -1],
      ],
      n.L1,
      5,
    ],
    [[[0, 0.3]], n.L1, 4],
    [
      [
        [0.7, 0.1],
        [0.2, 0.9],
      ],
      n.L2,
      1,
    ],
    [[[1, 0.5]], n.L1, 0],
    [
      [
        [0.4, 1],
        [-1, -2],
      ],
      n.L2,
      2,
    ],
  ]
    .map(([x, label, z]) =>
      JSON.stringify(
        Object.fromEntries([
          [n.C1, x],
          [n.C2, label],
          [n.C3, z],
        ]),
      ),
    )
    .join('\n')

/** What training, predicting, saving and building give, without the names. */
async function everything(n: Names): Promise<unknown> {
  const read = async (): Promise<Uint8Array> => new TextEncoder().encode(rows(n))
  const model = compile(source(n), { file: 'm.rnn' })
  for (const graph of [model.predict(), model.gradient(), model.train().graph])
    assert.equal(printGraph(readGraph(printGraph(graph)).graph), printGraph(graph))
  if (model.data === undefined) throw new Error('no data block')
  const data = await loadData(model.data, model.signature, { read })
  const { weights, history } = await train(model, data, { precision: 'f64' })
  const numbers = model.signature.parameters.map(p => Array.from(weights[p.name]))
  const { fitted } = data
  const { part, sizes } = await loadInputs(model.data, model.signature, { read, fitted })
  const { examples } = predict(model, weights, part, sizes, fitted, { precision: 'f64' })
  const label = (answer: unknown): unknown => (answer === n.L1 ? 'first' : answer === n.L2 ? 'second' : answer)
  const built = await useModule(model, n, { weights, fitted })
  const open = await useModule(model, n, { fitted }, weights)
  assert.deepEqual(open, built)
  return {
    numbers,
    reports: history.map(h => [h.training, h.validation].map(r => Object.values(r ?? {}))),
    answers: examples.map(e => Object.values(e).map(label)),
    built: built.map(values => Array.from(values, label)),
  }
}

type Built = { create: (...given: unknown[]) => { predict: (inputs: unknown) => Record<string, ArrayLike<unknown>> } }

async function useModule(
  model: ReturnType<typeof compile>,
  n: Names,
  options: Pick<NonNullable<Parameters<typeof buildModule>[1]>, 'weights' | 'fitted'>,
  ...given: unknown[]
): Promise<ArrayLike<unknown>[]> {
  const { module } = buildModule(model, { precision: 'f64', ...options })
  const { create }: Built = await import(`data:text/javascript,${encodeURIComponent(module)}`)
  const inputs = Object.fromEntries([
    [n.X, [1, 2, 0.5, -1]],
    [n.Z, [3, 1]],
    [`${n.T}_lengths`, [1, 1]],
  ])
  return Object.values(create(...given).predict(inputs))
}

const expected = everything(plain)

test('with hostile names in every place at once', async () => {
  const names = fc.shuffledSubarray(hostile, { minLength: slots.length, maxLength: slots.length })
  await fc.assert(
    fc.asyncProperty(names, async chosen => {
      const given = Object.fromEntries(slots.map((slot, i) => [slot, chosen[i]])) as Names
      // Classes are numbered in the order of their labels.
      const [L1, L2] = [given.L1, given.L2].sort()
      const named = { ...given, L1, L2 }
      assert.deepEqual(await everything(named), await expected)
    }),
    { numRuns: 25 },
  )
})

test('a column, a label and a key of an object called __proto__', async () => {
  const source = `model constructor(toString = 3) {
  input valueOf: [D]
  target y: class of K
  p = valueOf |> dense(toString) |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for constructor { t = csv("t"); valueOf = [t["__proto__"], standardize(t.constructor)]; y = classes(t["toString"]) }
train constructor on d { optimizer = Adam(0.1); epochs = 60; seed = 1 }`
  const text = '__proto__,constructor,toString\n1,2,__proto__\n-2,3,constructor\n3,1,__proto__\n-1,1,constructor\n'
  const read = async (): Promise<Uint8Array> => new TextEncoder().encode(text)
  const model = compile(source, { sets: { toString: 4 } })
  assert.ok(model.data !== undefined)
  const data = await loadData(model.data, model.signature, { read })
  const { weights } = await train(model, data)
  const { part, sizes } = await loadInputs(model.data, model.signature, { read, fitted: data.fitted })
  const { examples } = predict(model, weights, part, sizes, data.fitted)
  assert.deepEqual(
    examples.map(e => e.y),
    ['__proto__', 'constructor', '__proto__', 'constructor'],
  )
})

test('one name for an axis, an input, a part and what is in it; every name that the batch may have', () => {
  const source = `layer L() {
  input x: real
  param lengths: real = 0.5
  return x * lengths
}
model M {
  input x: real over T, B: [batch], z: [examples], u: [B_]
  target y: real
  part T = L()
  output S = T(x)
  loss mse(sum(S, over T) + sum(B) + sum(z) + sum(u), y)
}`
  const model = compile(source)
  const { inputs } = model.gradient()
  assert.equal(new Set(inputs).size, inputs.length)
  assert.deepEqual(
    model.signature.parameters.map(p => p.name),
    ['T.lengths_2'],
  )
})

test('what the library does is not changed by a definition of the file that is called as something in it', () => {
  const of = (before: string): string =>
    printGraph(
      compile(
        `${before}model M {\n  input x: [2] over T\n  output y = x |> LSTM(3) |> last |> dense(2) |> softplus\n}`,
      ).predict(),
    )
  assert.equal(of('fn sigmoid(x) = 0 * x\nfn tanh(x) = x\nfn log(x) = x\nfn identity(x) = 2 * x\n'), of(''))
})

test('a file of the user that is called as one of the library', () => {
  const model = compile('model M {\n  input x: [2]\n  output y = x |> dense(3)\n}', { file: 'std/layers.rnn' })
  assert.deepEqual([...model.program.sources.keys()].filter(file => file === 'std/layers.rnn').length, 1)
  assert.match(model.program.sources.get('std/layers.rnn') ?? '', /^model M/)
})

test('what a module is not given is missing, whatever every object inherits', async () => {
  const { module } = buildModule(compile('model M {\n  input constructor: [2]\n  output y = 2 * constructor\n}'), {
    precision: 'f64',
    weights: {},
  })
  const { create } = await import(`data:text/javascript,${encodeURIComponent(module)}`)
  assert.throws(() => create().run({}), /constructor is missing/)
})
