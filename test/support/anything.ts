// The doors of the library: calls of its functions with a value that only a program without types can give.
import fc from 'fast-check'
import {
  check,
  compile,
  decodeCheckpoint,
  evaluate,
  fit,
  forecast,
  generate,
  inverse,
  load,
  loadData,
  predict,
  RnnError,
  save,
  stream,
} from '../../runtime/index.ts'

const program = `model M {
  input x: real over T
  input m: [2]
  target y: class of K
  p = [x] |> SimpleRNN(2) |> last |> dense(K, softmax)
  q = p + sum(m)
  loss cross_entropy(p, y)
  predict y from p
}
data d for M { t = jsonl("d.jsonl"); x = t.x; m = t.m; y = classes(t.y) }
train M on d { optimizer = Adam; epochs = 1; batch = 4; seed = 1 }`

const writing = `model W {
  target name: token of V over T
  p = delay(name) |> embedding(2) |> SimpleRNN(2) |> dense(V, softmax)
  loss cross_entropy(p, name)
  predict name from p
}`

const good = {
  x: [[1, 2], [3]],
  m: [
    [1, 2],
    [3, 4],
  ],
  y: ['a', 'b'],
}

const circle: unknown[] = []
circle.push(circle)

/** A list in so many lists. */
const deep = (lists: number): unknown => Array.from({ length: lists }).reduce<unknown>(inner => [inner], 1)

const odd: readonly unknown[] = [
  ...[
    null,
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    -1,
    2 ** 53,
    1n,
    Symbol('s'),
    '\ud800',
    '__proto__',
    '',
  ],
  ...[
    () => 1,
    new Date(0),
    /x/,
    new Map([[1, 2]]),
    new Set([1]),
    new Error('x'),
    Promise.resolve(1),
    Object.create(null),
  ],
  ...[
    new ArrayBuffer(8),
    new SharedArrayBuffer(4),
    new DataView(new ArrayBuffer(8)),
    new BigInt64Array(2),
    new Float32Array(3),
  ],
  ...[
    new Array(5),
    circle,
    deep(30_000),
    new Proxy({}, {}),
    new Proxy([1, 2], {}),
    { length: 3 },
    { length: -1 },
    { toString: 1 },
  ],
  ...[
    { [Symbol.iterator]: 1 },
    { [Symbol.asyncIterator]: 1 },
    { files: 1 },
    { files: [1] },
    { x: 1 },
    Object('a'),
    Object(3),
  ],
]

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...odd),
  fc.constantFrom<unknown>(...Object.values(good), good),
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    maxDepth: 3,
  }),
)

const or = (right: unknown): fc.Arbitrary<unknown> =>
  fc.oneof(value, fc.array(value, { maxLength: 3 }), fc.constant(right))

/** Values of every kind, and those that are nearly right. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  value,
  fc.record({ x: or(good.x), m: or(good.m), y: or(good.y) }, { requiredKeys: [] }),
  fc.array(fc.record({ x: or([1, 2]), m: or([1, 2]), y: or('a') }, { requiredKeys: [] }), { maxLength: 3 }),
)

/** Options of the functions that run a model, each given anything in turn. */
const given = {
  fit: [
    'epochs',
    'steps',
    'batch',
    'patience',
    'optimizer',
    'settings',
    'split',
    'encode',
    'sizes',
    'seed',
    'precision',
    'memory',
    'target',
    'signal',
    'validation',
    'weights',
    'from',
    'checkpoint',
    'watched',
    'onDraw',
    'onStep',
    'onEpoch',
    'unknown',
  ],
  evaluate: ['target', 'precision', 'batch', 'memory', 'signal', 'part', 'units', 'free', 'onBatch', 'onRan'],
  predict: [
    'target',
    'precision',
    'batch',
    'memory',
    'sizes',
    'seed',
    'decoding',
    'probabilities',
    'typed',
    'onBatch',
    'onRan',
  ],
  stream: ['target', 'precision', 'over', 'constants', 'rows', 'sizes', 'seed'],
  generate: ['target', 'precision', 'over', 'inputs', 'after', 'sample', 'beam', 'seed', 'sizes'],
  compile: ['sets', 'file', 'model', 'read', 'settings'],
}

/**
 * Calls by their names. A value of another type than the declared one is the subject of the test: `Reflect.apply` gives it as a program
 * without types does.
 */
export async function libraryDoors(): Promise<Readonly<Record<string, (value: unknown) => Promise<void>>>> {
  const model = compile(program)
  const trained = await fit(model, good)
  const bytes = await save(trained)
  const constants = { m: [1, 2] }
  const writer = await fit(compile(writing), { name: ['ab', 'b'] }, { encode: { name: 'chars' } })
  const call = (run: (...args: never[]) => unknown, ...args: readonly unknown[]): unknown =>
    Reflect.apply(run, undefined, args)
  const first: Readonly<Record<keyof typeof given, readonly unknown[]>> = {
    fit: [model, good],
    evaluate: [trained, good],
    predict: [trained, { x: good.x, m: good.m }],
    stream: [trained],
    generate: [writer],
    compile: [program],
  }
  const functions = { fit, evaluate, predict, stream, generate: begun, compile }
  const calls: Record<string, (value: unknown) => unknown> = {
    'compile(text)': v => call(compile, v),
    'check(text)': v => call(check, v),
    'load(bytes)': v => call(load, v),
    'load(bytes, { source })': v => call(load, bytes, { source: v }),
    'decodeCheckpoint(bytes)': v => call(decodeCheckpoint, v, 'the weights'),
    'fit(data)': v => call(fit, model, v),
    'predict(inputs)': v => call(predict, trained, v),
    'evaluate(data)': v => call(evaluate, trained, v),
    'fit(model)': v => call(fit, v, good),
    'predict(trained)': v => call(predict, v, good),
    'evaluate(trained)': v => call(evaluate, v, good),
    'stream(trained)': v => call(stream, v),
    'generate(trained)': v => call(begun, v),
    'predict(weights)': v => call(predict, { ...trained, weights: v }, good),
    'save(trained)': v => call(save, v),
    'forecast(steps)': v => call(forecast, trained, good, v),
    'inverse(fitted)': v => call(inverse, v, 'y', [0]),
    'inverse(values)': v => call(inverse, trained.fitted, 'y', v),
    'restore(states)': v => call(stream(trained, { constants }).restore, v),
    'reset(row)': v => call(stream(trained, { constants }).reset, v),
    'step(element)': v => call(stream(trained, { constants }).step, v),
    'loadData({ read }) of anything': v => call(loadData, model, { read: () => v }),
    'loadData({ read }) of pieces': v =>
      call(loadData, model, {
        read: async function* () {
          yield v
        },
      }),
  }
  for (const name of ['fit', 'evaluate', 'predict', 'stream', 'generate', 'compile'] as const) {
    calls[`${name}(options)`] = v => call(functions[name], ...first[name], v)
    for (const option of given[name])
      calls[`${name}({ ${option} })`] = v =>
        call(functions[name], ...first[name], {
          ...(name === 'stream' && { constants }),
          ...(name === 'generate' && { steps: 2 }),
          // A large number of epochs is as good as any other, and would train for hours.
          ...(name === 'fit' && { signal: AbortSignal.timeout(1000) }),
          [option]: v,
        })
  }
  return Object.fromEntries(
    Object.entries(calls).map(([name, run]) => [name, (v: unknown) => takesOrThrows(() => run(v))]),
  )
}

/** Begins a generation, and takes its first step. */
const begun = (...given: Parameters<typeof generate>): Promise<unknown> => generate(...given).next()

/** Fails where something else than an `RnnError` is thrown. */
async function takesOrThrows(run: () => unknown): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
  }
}
