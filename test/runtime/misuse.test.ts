// What a program without types can give to the library's functions: each is refused in its words, before work begins, or is taken as it is meant.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import {
  buildModule,
  compile,
  copyState,
  evaluate,
  executable,
  fit,
  forecast,
  generate,
  inverse,
  js,
  load,
  loadData,
  loadInputs,
  predict,
  predictAsync,
  predictor,
  save,
  stream,
  type TrainingState,
} from '../../runtime/index.ts'
import { checkGradients } from '../../trust/index.ts'
import { failing } from './support.ts'

const text = `model Sums {
  input x: [2] over T
  target y: [2]
  p = x |> GRU(4) |> last |> dense(2)
  loss mse(p, y)
  predict y from p
}`
const model = compile(text)
const x = [
  [
    [0.5, 1],
    [-1, 2],
  ],
  [[0.25, -0.5]],
]
const y = [
  [1, 0],
  [0.5, 1],
]
const trained = await fit(model, { x, y }, { epochs: 1, seed: 1 })

const names = compile(`model Names {
  target name: token of V over T
  p = delay(name) |> embedding(4) |> GRU(6) |> dense(V, softmax)
  loss cross_entropy(p, name)
  predict name from p
}`)
const speller = await fit(names, { name: ['ab', 'ba'] }, { epochs: 1, seed: 1, encode: { name: 'chars' } })

const line = compile(
  'model Line { input past: real over T; target next: real; p = [past] |> GRU(3) |> last |> dense(1); loss mse(p, [next]); predict next from p[0] }',
)
const forecaster = await fit(line, { past: [[1, 2, 3]], next: [4] }, { epochs: 1, seed: 1 })

const turning = compile(`model Turning {
  input x: real over T, angle: real
  target y: real
  p = [x * angle] |> GRU(3) |> last |> dense(1)
  loss mse(p, [y])
  predict y from p[0]
}`)
const turned = await fit(turning, { x: [[1, 2]], angle: [0.5], y: [1] }, { epochs: 1, seed: 1 })

const writing = compile(`model Writer {
  input mood: real
  target note: real over T
  h = [delay(note)] |> GRU(3)
  p = [h[0] * mood] |> dense(1)
  loss mse(p[0], note)
  predict note from p[0]
}`)
const writer = await fit(writing, { mood: [1], note: [[1, 2]] }, { epochs: 1, seed: 1 })

/** Calls a function as a program without types can: with anything. */
const call = (run: (...args: never[]) => unknown, ...args: readonly unknown[]): unknown =>
  Reflect.apply(run, undefined, args)

/** Checks that RNN509 is thrown, whose message may say what was given: `undefined`. */
const refusing = async (run: () => unknown): Promise<void> => {
  await assert.rejects(async () => run(), /RNN509/)
}

const flat = (value: unknown): number[] =>
  Array.isArray(value) ? value.flatMap(flat) : typeof value === 'number' ? [value] : []

const isClose = (a: unknown, b: unknown): void => {
  const [left, right] = [flat(a), flat(b)]
  assert.ok(left.length > 0 && left.length === right.length)
  left.forEach((value, i) => void assert.ok(Math.abs(value - right[i]) < 1e-5, `${value} is not ${right[i]}`))
}

describe('another precision than that of the training', () => {
  it('is that of the answers, on every backend', async () => {
    const wide = await fit(model, { x, y }, { epochs: 1, seed: 1, precision: 'f64' })
    for (const [given, precision] of [
      [trained, 'f64'],
      [wide, 'f32'],
    ] as const) {
      const own = predict(given, { x })
      for (const target of ['js', 'wasm'] as const) {
        const how = { precision, target }
        isClose(predict(given, { x }, how).y, own.y)
        isClose((await predictAsync(given, { x }, how)).y, own.y)
        isClose((await evaluate(given, { x, y }, how)).loss, (await evaluate(given, { x, y })).loss)
        const { step } = stream(given, how)
        const [first, second] = x[0]
        step({ x: first })
        isClose(step({ x: second }).y, own.y[0])
      }
      const loss = (
        await fit(model, { x, y }, { weights: given.weights, precision, epochs: 1, settings: 'shuffle = false' })
      ).history[0].training.loss
      isClose(loss, (await evaluate(given, { x, y })).loss)
    }
    isClose(
      (await forecast(forecaster, { past: [[1, 2]] }, 2, { precision: 'f64' })).next,
      (await forecast(forecaster, { past: [[1, 2]] }, 2)).next,
    )
  })

  it('generates', async () => {
    const all = async (precision: 'f32' | 'f64') => {
      const found = []
      for await (const { name } of generate(speller, { precision, steps: 4 })) found.push(name)
      return found
    }
    assert.deepEqual(await all('f64'), await all('f32'))
  })

  it('is refused where a weight is infinite in it', async () => {
    const weights = Object.fromEntries(
      Object.entries(trained.weights).map(([name, data]) => [name, Float64Array.from(data, () => 1e300)]),
    )
    const wide = { ...trained, precision: 'f64', weights } as const
    const { message } = await failing('RNN515', () => predict(wide, { x }, { precision: 'f32' }))
    assert.match(message, /1e\+300, which is infinite in f32/)
  })
})

describe('what is no model', () => {
  const functions: Readonly<Record<string, (what: unknown) => unknown>> = {
    predict: what => call(predict, what, { x }),
    predictAsync: what => call(predictAsync, what, { x }),
    evaluate: what => call(evaluate, what, { x, y }),
    forecast: what => call(forecast, what, { x }, 1),
    stream: what => call(stream, what),
    generate: what => call(generate, what),
    save: what => call(save, what),
    loadInputs: what => call(loadInputs, what, { read: () => '' }),
    loadData: what => call(loadData, what, { read: () => '' }),
    fit: what => call(fit, what, { x, y }),
    checkGradients: what => call(checkGradients, what),
  }
  for (const [name, run] of Object.entries(functions)) {
    it(`is refused by ${name}`, async () => {
      const later = await failing('RNN509', () => run(Promise.resolve(trained)))
      assert.match(
        `${later.message} ${later.help}`,
        new RegExp(`\`${name}\` takes a .*, not a promise write \`await\``),
      )
      for (const what of [undefined, null, 3, {}, [], 'model']) await refusing(() => run(what))
      if (name === 'loadData' || name === 'checkGradients') return
      const { message } = await failing('RNN509', () => run(name === 'fit' ? trained : model))
      assert.match(message, name === 'fit' ? /not a trained model/ : /not a model that was not trained/)
    })
  }

  it('is refused by compile too', async () => {
    for (const what of [undefined, 3, {}]) await refusing(() => call(compile, what))
  })
})

describe('weights of another model', () => {
  const cases: readonly (readonly [what: string, weights: unknown, code: Code, says: RegExp])[] = [
    ['none', {}, 'RNN501', /the weights lack `GRU\.W_z` \[\d, \d\]/],
    [
      'those of another model',
      forecaster.weights,
      'RNN501',
      /`GRU\.W\w*` is \[.*\] in the model, \[\d.*\] in the weights/,
    ],
    ['no arrays', JSON.parse(JSON.stringify(trained.weights)), 'RNN509', /a flat typed array.*not an object for `GRU/],
    ['a list', [], 'RNN509', /not a list/],
    ['a number', 3, 'RNN509', /not 3/],
  ]
  for (const [what, weights, code, says] of cases) {
    it(`are refused: ${what}`, async () => {
      const changed = { ...trained, weights }
      for (const run of [
        () => call(predict, changed, { x }),
        () => call(predictAsync, changed, { x }),
        () => call(evaluate, changed, { x, y }),
        () => call(stream, changed),
        () => call(save, changed),
        () => call(checkGradients, changed),
        () => call(fit, model, { x, y }, { weights }),
      ]) {
        const { message } = await failing(code, run)
        assert.match(message, says)
      }
    })
  }
})

describe('a state to go on from', () => {
  const states: TrainingState[] = []
  const checkpoint = {
    save: async (state: TrainingState) => {
      states.push(copyState(state))
    },
  }
  const from = async (...[settings, data, options]: Parameters<typeof fit>): Promise<TrainingState> => {
    await fit(settings, data, { ...options, checkpoint })
    return states.at(-1) ?? assert.fail('no state was saved')
  }
  const cases: readonly (readonly [what: string, state: () => unknown, code: Code, says: RegExp])[] = [
    ['none', () => ({}), 'RNN509', /`from` takes the state of a training.*`epoch` cannot be read/],
    ['a number', () => 3, 'RNN509', /`from` takes an object/],
    [
      'another model',
      () => from(line, { past: [[1, 2, 3]], next: [4] }, { epochs: 1 }),
      'RNN525',
      /its `GRU\.W\w*` has \d+ numbers, not \d+/,
    ],
    [
      'another precision',
      () => from(model, { x, y }, { epochs: 1, precision: 'f64' }),
      'RNN525',
      /precision is not f32/,
    ],
    [
      'another optimizer',
      () => from(model, { x, y }, { epochs: 1, optimizer: 'SGD(0.1)' }),
      'RNN525',
      /it lacks `.*`|it has `.*`, which this training lacks/,
    ],
    [
      'a JSON text',
      async () => JSON.parse(JSON.stringify(await from(model, { x, y }, { epochs: 1 }))),
      'RNN509',
      /`from` takes the state/,
    ],
  ]
  for (const [what, state, code, says] of cases) {
    it(`is refused: ${what}`, async () => {
      const given = await state()
      const { message } = await failing(code, () => call(fit, model, { x, y }, { from: given, epochs: 2 }))
      assert.match(message, says)
    })
  }

  it('goes on where it fits', async () => {
    const options = { optimizer: 'Adam(0.1)', seed: 3 }
    const begun = await from(model, { x, y }, { ...options, epochs: 1 })
    const { weights } = await fit(model, { x, y }, { ...options, epochs: 3, from: begun })
    await failing('RNN509', () => fit(model, { x, y }, { ...options, weights, from: begun }))
    assert.deepEqual(weights, (await fit(model, { x, y }, { ...options, epochs: 3 })).weights)
  })
})

describe('numbers that are too large for the precision', () => {
  const huge = [[[1e300, 1]], [[1, 1]]]
  const cases: Readonly<Record<string, () => unknown>> = {
    'inputs of fit': () => fit(model, { x: huge, y }),
    'inputs of predict': () => predict(trained, { x: huge }),
    'inputs of evaluate': () => evaluate(trained, { x: huge, y }),
    'targets of evaluate': () =>
      evaluate(trained, {
        x,
        y: [
          [1e300, 1],
          [1, 1],
        ],
      }),
    'elements of a stream': () => stream(trained).step({ x: [1e300, 1] }),
    'constants of a stream': () => stream(turned, { constants: { angle: 1e300 } }),
    'inputs of a generation': () => generate(writer, { inputs: { mood: -1e300 }, steps: 2 }).next(),
    'beginnings of a generation': () =>
      generate(writer, { inputs: { mood: 1 }, after: { note: [1, 1e300] }, steps: 2 }).next(),
    'what a model reads that is fed back': () => evaluate(writer, { mood: [1e300], note: [[1, 2]] }, { free: {} }),
  }
  for (const [what, run] of Object.entries(cases))
    it(`are refused: ${what}`, async () => {
      assert.match((await failing('RNN417', run)).message, /1e\+300 is too large/)
    })

  it('are held by another', async () => {
    const how = { precision: 'f64' } as const
    assert.ok(Number.isFinite((await evaluate(trained, { x: [[[1e300, 1]]], y: [[1, 1]] }, how)).loss))
    assert.ok(stream(trained, how).step({ x: [1e300, 1] }).y)
  })
})

describe('streams side by side', () => {
  it('are as many as `rows`, with the same constants or with their own', async () => {
    const three = stream(trained, { rows: 3 })
    const [first, second, third] = three.step([{ x: [1, 2] }, undefined, { x: [1, 2] }])
    assert.deepEqual([first, second], [third, undefined])
    assert.deepEqual(first, stream(trained).step({ x: [1, 2] }))
    const [a, b] = stream(turned, { rows: 2, constants: { angle: 1 } }).step([{ x: 1 }, { x: 1 }])
    const [c, d] = stream(turned, { rows: 2, constants: [{ angle: 1 }, { angle: 2 }] }).step([{ x: 1 }, { x: 1 }])
    assert.deepEqual([b, c], [a, a])
    assert.notDeepEqual(d, a)
  })

  for (const rows of [0, -1, 1.5, 2 ** 53 - 1, Number.NaN, '2', null, [1]]) {
    it(`are not ${JSON.stringify(rows)}`, async () => {
      assert.match(
        (await failing('RNN509', () => call(stream, trained, { rows }))).message,
        /`rows` takes a (whole )?number/,
      )
    })
  }

  it('have constants each, and elements each', async () => {
    const two = await failing('RNN509', () => stream(turned, { rows: 3, constants: [{ angle: 1 }, { angle: 2 }] }))
    assert.match(two.message, /`constants` takes 3 elements, one a row, not 2 elements/)
    await failing('RNN509', () => stream(turned, { constants: [] }))
    await failing('RNN509', () => stream(trained, { rows: 2 }).step({ x: [1, 2] }))
    await failing('RNN401', () => stream(turned, { rows: 2 }))
    for (const what of [undefined, null, 3]) await refusing(() => call(stream(trained).step, what))
  })
})

describe('predict', () => {
  it('does not read targets among the inputs', async () => {
    const { y: own } = predict(trained, { x })
    const others: readonly unknown[] = [
      { x, y: [[1, 0]] },
      { x, y: 'none' },
      { x, y: null },
      [{ x: x[0], y: [1, 0] }, { x: x[1] }],
      [
        { x: x[0], y: {} },
        { x: x[1], y: 'no' },
      ],
    ]
    for (const inputs of others) {
      assert.deepEqual(call(predict, trained, inputs), { y: own })
      assert.deepEqual(await call(predictAsync, trained, inputs), { y: own })
    }
    const ahead = await forecast(forecaster, { past: [[1, 2]] }, 2)
    assert.deepEqual(await call(forecast, forecaster, { past: [[1, 2]], next: [] }, 2), ahead)
    await failing('RNN106', () => call(predict, trained, { x, z: y }))
    await failing('RNN401', () => call(predict, trained, { y }))
  })

  it('refuses a model without inputs, and says what answers in its place', async () => {
    for (const run of [predict, predictAsync]) {
      for (const inputs of [[{}, {}], {}, [], { name: ['ab'] }]) {
        const { message, help } = await failing('RNN509', () => call(run, speller, inputs))
        assert.match(message, /takes a model with inputs, not `Names`, which has none/)
        assert.match(`${help}`, /`generate`/)
      }
    }
  })
})

describe('options', () => {
  const block = 'data D for Sums { t = jsonl("sums.jsonl"); x = t.x; y = t.y }'
  const fromFile = compile(`${text}\n${block}`)
  const read = () => new TextEncoder().encode(x.map((one, i) => JSON.stringify({ x: one, y: y[i] })).join('\n'))
  const functions: Readonly<Record<string, (options: unknown) => unknown>> = {
    compile: options => call(compile, text, options),
    predict: options => call(predict, trained, { x }, options),
    predictAsync: options => call(predictAsync, trained, { x }, options),
    evaluate: options => call(evaluate, trained, { x, y }, options),
    forecast: options => call(forecast, forecaster, { past: [[1, 2]] }, 2, options),
    stream: options => call(stream, trained, options),
    generate: options => call((...given: Parameters<typeof generate>) => generate(...given).next(), speller, options),
    load: async options => call(load, await save(trained), options),
    loadData: options => call(loadData, fromFile, { read, ...Object(options) }),
    loadInputs: options => call(loadInputs, trained, { read, ...Object(options) }),
    fit: options => call(fit, model, { x, y }, options),
    buildModule: options => call(buildModule, model, options),
    checkGradients: options => call(checkGradients, trained, options),
  }
  const wrong: Readonly<Record<string, readonly object[]>> = {
    compile: [{ file: 3 }, { read: {} }, { sets: 'a' }],
    predict: [
      { onRan: {} },
      { onBatch: 1 },
      { decoding: 3 },
      { decoding: { beam: {} } },
      { typed: 'yes' },
      { batch: 0 },
    ],
    predictAsync: [{ onRan: {} }, { onBatch: 1 }, { decoding: null }, { probabilities: 1 }],
    evaluate: [
      { onRan: {} },
      { onBatch: 1 },
      { free: 1 },
      { free: { sample: 3 } },
      { part: 'tests' },
      { units: 'meters' },
    ],
    forecast: [{ onRan: 3 }, { batch: 1.5 }],
    stream: [{ constants: null }, { constants: 3 }, { rows: 0 }, { over: 1 }],
    generate: [
      { beam: {} },
      { beam: 3 },
      { beam: { beams: '3' } },
      { beam: { beams: 2 ** 53 - 1 } },
      { beam: null },
      { sample: 3 },
      { sample: null },
      { sample: { topP: '0.5' } },
      { after: 3 },
      { inputs: 3 },
      { steps: 0 },
    ],
    fit: [
      { onStep: {} },
      { onEpoch: 3 },
      { onDraw: 'a' },
      { checkpoint: {} },
      { checkpoint: { save: 1 } },
      { checkpoint: { save: () => {}, every: 3 } },
      { checkpoint: { save: () => {}, every: { steps: 0 } } },
      { checkpoint: { save: () => {}, every: { epochs: 1 } } },
      { validation: 'a' },
      { validation: null },
      { watched: 1 },
      { encode: { y: 3 } },
    ],
    buildModule: [{ weights: 3 }, { path: 1 }],
  }
  for (const [name, run] of Object.entries(functions)) {
    it(`of ${name} are known, and of their types`, async () => {
      const { message, help } = await failing('RNN105', () => run({ precisoin: 'f32', backend: 'js', epoch: 3 }))
      assert.match(message, /unknown option `precisoin`/)
      if (!['compile', 'loadData', 'loadInputs', 'checkGradients'].includes(name))
        assert.match(`${help}`, /did you mean `precision`/)
      for (const options of wrong[name] ?? []) await refusing(() => run(options))
      if (name.startsWith('load')) return
      for (const options of [null, 3, 'a', []]) await failing('RNN509', () => run(options))
    })
  }

  it('of an option are known too', async () => {
    const { message } = await failing('RNN105', () => call(generate, speller, { sample: { temp: 1 } }))
    assert.match(message, /unknown option of `sample` `temp`/)
    await failing('RNN105', () => call(predict, trained, { x }, { decoding: { beams: 3 } }))
  })

  it('of reading are refused for what was read', async () => {
    const loaded = await loadData(fromFile, { read })
    assert.equal((await fit(fromFile, loaded, { epochs: 1 })).ended, 'done')
    for (const options of [
      { validation: 0.5 },
      { encode: { x: 'standardize' } },
      { split: 'shuffled' },
      { sizes: {} },
    ] as const) {
      const { message } = await failing('RNN509', () => fit(fromFile, loaded, { epochs: 1, ...options }))
      assert.match(message, /not data that was loaded/)
    }
    const other = await failing('RNN509', () => fit(line, loaded, { epochs: 1 }))
    assert.match(other.message, /data of the model `Line`, not data without `past`/)
    const wider = compile(text.replace('x: [2]', 'x: [3]'))
    const wide = await fit(wider, { x: [[[1, 2, 3]]], y: [[1, 2]] }, { epochs: 1 })
    const inputs = await loadInputs({ ...trained, model: fromFile }, { read })
    for (const run of [
      () => fit(wider, loaded, { epochs: 1 }),
      () => evaluate(wide, loaded, { part: 'train' }),
      () => predict(wide, inputs),
      () => predictAsync(wide, inputs),
      () => forecast(wide, inputs, 1),
    ]) {
      assert.match((await failing('RNN509', run)).message, /not data whose `x` is no \[3\] over T/)
    }
    assert.match((await failing('RNN509', () => predict(forecaster, inputs))).message, /not data without `past`/)
    await failing('RNN509', () => predict(trained, inputs, { sizes: { T: 3 } }))
    assert.equal(predict(trained, inputs).y.length, 2)
    await failing('RNN509', () => evaluate(trained, { x, y }, { part: 'train' }))
  })

  it('are no sizes that a model does not have, and whole numbers', async () => {
    // B is the number of examples.
    for (const name of ['B', 'Q']) {
      const sizes = { [name]: 4 }
      await failing('RNN105', () => predict(trained, { x }, { sizes }))
      await failing('RNN105', () => stream(trained, { sizes }))
      await failing('RNN105', () => fit(model, { x, y }, { sizes }))
      await failing('RNN105', () => loadData(model, { read: () => assert.fail('nothing is read'), sizes }))
    }
    for (const T of ['a', -1, 1.5, Number.NaN, null]) {
      // @ts-expect-error: some are no numbers.
      await failing('RNN509', () => predict(trained, { x }, { sizes: { T } }))
    }
  })

  it('of a predictor are no decoding, which it would not use', async () => {
    // @ts-expect-error: it has no such option.
    await failing('RNN105', () => predictor(trained, { decoding: { steps: 3 } }))
  })

  it('may have no number that the scaling of the training makes infinite', async () => {
    for (const precision of ['f32', 'f64'] as const) {
      const scaled = await fit(
        model,
        { x: [[[1, 2]], [[3, 4]]], y },
        { epochs: 1, seed: 1, precision, encode: { x: 'log' } },
      )
      for (const value of [0, -1]) {
        const { message } = await failing('RNN424', () => predict(scaled, { x: [[[1, 1]], [[1, value]]] }))
        assert.match(message, new RegExp(`the scaling of \`x\`.*from ${value} in example 2`))
        await failing('RNN424', () => stream(scaled).step({ x: [1, value] }))
      }
    }
  })

  it('of memory and of a signal are heeded by a model that is fed back', async () => {
    const data = { mood: [1, 2], note: [[1, 2], [3]] }
    await failing('RNN519', () => evaluate(writer, data, { free: {}, memory: 10 }))
    const controller = new AbortController()
    const run = evaluate(writer, data, {
      free: {},
      batch: 1,
      signal: controller.signal,
      onBatch: () => controller.abort(),
    })
    await assert.rejects(run, { name: 'AbortError' })
  })

  it('encode numbers as numbers', async () => {
    const data = { past: [[1, 2]], next: [3] }
    const { message } = await failing('RNN509', () => fit(line, data, { encode: { next: 'words' } }))
    assert.match(message, /`encode\.next` takes functions of numbers, as `next` is declared as real, not `words`/)
  })

  it('of forecast follow the number of steps', async () => {
    for (const steps of [undefined, null, 0, 1.5, '2'])
      await refusing(() => call(forecast, forecaster, { past: [[1, 2]] }, steps))
  })
})

describe('states of a stream', () => {
  it('are typed arrays by name', async () => {
    const one = stream(trained)
    one.step({ x: [1, 2] })
    const lists = Object.fromEntries(Object.entries(one.states).map(([name, data]) => [name, [...data]]))
    for (const states of [undefined, null, 3, [], lists, JSON.parse(JSON.stringify(one.states))]) {
      await refusing(() => call(one.restore, states))
    }
    const { message } = await failing('RNN509', () => call(one.restore, lists))
    assert.match(message, /`restore` takes typed arrays by name.*not a list for `/)
    await failing('RNN520', () => call(one.restore, {}))
  })
})

describe('inverse', () => {
  it('refuses what is no code', async () => {
    const labels = await fit(
      compile(
        'model K { input x: real; target k: class of K; p = [x] |> dense(K, softmax); loss cross_entropy(p, k) }',
      ),
      { x: [1, 2], k: ['a', 'b'] },
      { epochs: 1, encode: { x: 'standardize' } },
    )
    assert.deepEqual(inverse(labels.fitted, 'k', [1, 0]), ['b', 'a'])
    assert.deepEqual(inverse(labels.fitted, 'x', Float32Array.of(0)), [1.5])
    for (const wrong of [99, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const { message } = await failing('RNN412', () => inverse(labels.fitted, 'k', [0, wrong]))
      assert.equal(message, `${wrong} is not a class of 2, in \`k\`, value 2`)
      await failing('RNN412', () => inverse(speller.fitted, 'name', [wrong]))
    }
    for (const values of [undefined, 3, ['a'], [[1]], null])
      await refusing(() => call(inverse, labels.fitted, 'k', values))
    for (const fitted of [undefined, null, {}, labels]) await refusing(() => call(inverse, fitted, 'k', [1]))
  })
})

it('an executable has a graph that there is', async () => {
  const target = { graph: 'foo', backend: js, precision: 'f32' }
  const { message } = await failing('RNN509', () => call(executable, model, target))
  assert.match(message, /`graph` takes one of predict, loss, .*, not `foo`/)
})
