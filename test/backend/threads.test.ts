// WebAssembly on several threads: it agrees with the interpreter as every backend does, and its bits are those of one thread.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterAll, describe, it } from 'vitest'
import type { Backend, Buffer, Precision } from '../../compiler/backend/backend.ts'
import { openWasmBy, type WasmBackend } from '../../compiler/backend/openWasm.ts'
import type { StartWorker } from '../../compiler/backend/wasm/threadPool.ts'
import { wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { type CompiledModel, compile, type Graph, load, type OptimizerState, plan } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { openWasm } from '../../runtime/node/index.ts'
import { drawInputs, initialStates } from '../../runtime/session.ts'
import { drawBatch, drawWeights } from '../../trust/fuzz/drawBatch.ts'
import { fuzzCases } from '../../trust/fuzz/generate/index.ts'
import { argumentsFor, bufferOf } from './agree.ts'
import { interpretedBy } from './interpreted.ts'
import { recurrentGradient } from './recurrent.ts'
import { suite } from './suite.ts'

/** However little there is to do, all threads take part. */
const open = (threads: number, relaxed = false): Promise<WasmBackend> => openWasm({ threads, relaxed, leastWork: 0 })

const two = await open(2)
const backends = [
  { alone: wasm, together: [two, await open(3)] },
  { alone: wasmRelaxed, together: [await open(2, true), await open(3, true)] },
]
afterAll(() => {
  for (const backend of backends.flatMap(c => c.together)) backend.close()
})

suite(two, { graphs: 100 })

type Arrays = Readonly<Record<string, Buffer>>

const mapped = (arrays: Arrays, change: (data: Buffer) => Buffer): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, change(data)]))

/** Runs a graph again and again, on copies of the inputs; the results are the caller's own. */
type Run = (sizes: Sizes, inputs: Arrays) => Arrays

interface Own {
  readonly context: Context
  readonly graph: Graph
}

function runOf(backend: Backend, { context, graph }: Own, precision: Precision): Run {
  const executable = load(context, graph, backend, precision)
  const copy = (data: Buffer): Buffer =>
    data instanceof Float64Array && precision === 'f32' ? Float32Array.from(data) : data.slice()
  return (sizes, inputs) => mapped(executable.run(sizes, executable.store(mapped(inputs, copy))), data => data.slice())
}

function assertSameBits(found: Arrays, wanted: Arrays, what: string): void {
  assert.deepEqual(Object.keys(found), Object.keys(wanted))
  for (const [name, data] of Object.entries(wanted)) {
    const at = data.findIndex((x, i) => !Object.is(x, found[name][i]))
    assert.ok(at < 0 && data.length === found[name].length, `${name}[${at}] of ${what}`)
  }
}

/** The graphs of a model, each with the first states of the optimizer. */
function graphsOf(
  model: CompiledModel,
): readonly (Own & { readonly name: string; readonly states: readonly OptimizerState[] })[] {
  const batch = (['predict', 'gradient'] as const).map(name => {
    return { name, context: model.context, graph: model[name](), states: [] }
  })
  return model.settings.optimizer === undefined ? batch : [...batch, { name: 'train', ...model.train() }]
}

/** A batch that fits a model, with weights. */
type Given = { readonly sizes: Sizes; readonly inputs: Arrays }

function givenFor({ signature }: CompiledModel, batch: Parameters<typeof drawBatch>[1]): Given {
  const { sizes, arrays } = drawBatch(signature, batch)
  const inputs = { ...arrays, ...drawWeights(signature, sizes, batch.data), ...drawInputs(batch.data, 0) }
  return { sizes, inputs }
}

/** On 2 and 3 threads, with each way of rounding, in both precisions. */
function assertSameOnThreads(model: CompiledModel, list: readonly Given[], source: string): void {
  for (const own of graphsOf(model)) {
    for (const precision of ['f32', 'f64'] as const) {
      for (const { alone, together } of backends) {
        const wanted = runOf(alone, own, precision)
        const found = together.map(backend => runOf(backend, own, precision))
        for (const { sizes, inputs } of list) {
          const all = { ...inputs, ...initialStates(own.states, sizes, 0, 'f64') }
          const what = `${own.name} for ${JSON.stringify(sizes)} in ${precision} of\n${source}`
          for (const run of found) assertSameBits(run(sizes, all), wanted(sizes, all), what)
        }
      }
    }
  }
}

describe('threads leave every bit as it is', () => {
  it('of random programs', () => {
    const property = fc.property(fuzzCases(), ({ source, ...batch }) => {
      const model = compile(source)
      assertSameOnThreads(model, [givenFor(model, batch)], source)
    })
    fc.assert(property, { numRuns: 3 })
  })

  for (const [name, source] of Object.entries(wide())) {
    const model = compile(source)
    const batch = (B: number, T: number): Given =>
      givenFor(model, {
        sizes: { B, T, ...(model.freeDims.includes('V') && { V: 37 }) },
        lengths: { T: Array.from({ length: B }, (_, i) => Math.max(0, T - (i % 3))) },
        data: 5,
      })

    it(`of ${name}, for few rows and many, short sequences and long`, () => {
      const list = [batch(0, 2), batch(1, 3), batch(2, 0), batch(2, 1), batch(17, 5), batch(5, 3)]
      assertSameOnThreads(model, list, source)
    })

    it(`of ${name}, by the interpreter, in which none is in the way of another`, () => {
      const { sizes, inputs } = batch(3, 2)
      for (const own of graphsOf(model)) {
        const all = { ...inputs, ...initialStates(own.states, sizes, 0, 'f64') }
        const wanted = runOf(wasm, own, 'f64')(sizes, all)
        assertSameBits(runOf(interpretedBy(2), own, 'f64')(sizes, all), wanted, own.name)
      }
    })
  }
})

it('weights that stay the same are packed by all threads, once', () => {
  const model = compile(wide()['a GRU of vectors'])
  const { start, step } = model.stream()
  const { sizes, inputs } = givenFor(model, { sizes: { B: 5, T: 1 }, lengths: { T: [1, 1, 1, 1, 1] }, data: 7 })
  const run = (backend: Backend): readonly Arrays[] => {
    const executable = load(model.context, step, backend, 'f64')
    const first = executable.store({
      ...inputs,
      ...runOf(wasm, { context: model.context, graph: start }, 'f64')(sizes, inputs),
    })
    const other = executable.store(mapped(first, data => data.map(x => x / 2)))
    return [first, first, other, first].map(all => mapped(executable.run(sizes, all), data => data.slice()))
  }
  const wanted = run(wasm)
  for (const backend of [...backends[0].together, interpretedBy(2)])
    for (const [i, found] of run(backend).entries()) assertSameBits(found, wanted[i], `step ${i}`)
})

/** Programs that are wide enough for weights to be shared out. */
function wide(): Readonly<Record<string, string>> {
  const data = (fields: string) => `data d for m { t = jsonl("t.jsonl"); ${fields} }
train m on d { optimizer = Adam(0.01) }`
  return {
    'words through an LSTM': `model m {
  input a: token of V over T
  target b: token of V over T
  loss cross_entropy(a |> embedding(40) |> LSTM(36) |> dense(V, softmax), b)
}
${data('a = t.a; b = t.b')}`,
    'a GRU of vectors': `model m {
  input x: [33] over T
  target y: [33] over T
  loss mse(x |> GRU(40) |> dense(33), y)
}
${data('x = t.x; y = t.y')}`,
    'both directions, and dropout': `model m {
  input x: [40] over T
  target y: [7]
  loss mse(x |> bidirectional(LSTM(34)) |> last |> dropout(0.3) |> dense(64, relu) |> dense(7), y)
}
${data('x = t.x; y = t.y')}`,
  }
}

describe('a thread pool', () => {
  const executable = (backend: Backend) => {
    const { context, graph } = recurrentGradient()
    const inputsFor = (sizes: Sizes): Arrays => {
      const args = argumentsFor(graph, sizes)
      return Object.fromEntries(graph.inputs.map((name, i) => [name, bufferOf('real', args[i].data, 'f32')]))
    }
    const sizes = { B: 5, T: 4, H: 9 }
    return { made: backend.load(plan(context, graph), 'f32'), sizes, inputs: inputsFor(sizes), inputsFor }
  }

  it('runs several programs by turns, with memories that grow', () => {
    const all = [executable(two), executable(two), executable(two)]
    const { made: alone, inputsFor } = executable(wasm)
    for (const B of [5, 1, 0, 3000, 2]) {
      const sizes = { B, T: 4, H: 9 }
      const inputs = inputsFor(sizes)
      const wanted = mapped(alone.run(sizes, inputs), data => data.slice())
      for (const { made } of all) assertSameBits(made.run(sizes, inputs), wanted, `B = ${B}`)
    }
  })

  it('takes no memory step by step, in this thread or in others', () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const { made, sizes, inputs } = executable(two)
    const used = (): number => {
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    for (let i = 0; i < 200; i++) made.run(sizes, inputs)
    const before = used()
    for (let i = 0; i < 1000; i++) made.run(sizes, inputs)
    assert.ok(used() - before < 2 ** 18)
  })

  it('says how many threads there are, and how many have taken part', async () => {
    assert.equal(two.threads, 2)
    const usual = await openWasm({ threads: 2 })
    for (const [backend, took] of [
      [two, 2],
      [wasm, 1],
      // There is too little to do for two.
      [usual, 1],
    ] as const) {
      const { made, sizes, inputs } = executable(backend)
      assert.equal(made.threads, 1)
      made.run(sizes, inputs)
      assert.equal(made.threads, took)
    }
    usual.close()
  })

  it('is no pool of another size', async () => {
    for (const threads of [0, -1, 1.5, 65, Number.NaN]) await assert.rejects(openWasm({ threads }), RangeError)
    assert.equal((await openWasm({ threads: 1 })).threads, 1)
  })

  it('runs nothing after its memory was freed', () => {
    for (const backend of [two, wasm]) {
      const { made, sizes, inputs } = executable(backend)
      const bound = made.bind?.(sizes, inputs)
      made.run(sizes, inputs)
      made.dispose?.()
      assert.throws(() => made.run(sizes, inputs), /after its memory was freed/)
      assert.throws(() => bound?.(), /after its memory was freed/)
      made.dispose?.()
    }
  })

  it('whose workers have ended is an error', async () => {
    const backend = await open(2)
    const { made, sizes, inputs } = executable(backend)
    made.run(sizes, inputs)
    backend.close()
    assert.throws(() => made.run(sizes, inputs), /RNN524.*they were ended/)
  })

  it('of which a worker dies is an error, in this run and in later ones', async () => {
    const dies = (text: string): string => text.replace('exports[run](frame)', "throw new Error('no more')")
    const backend = await openWasmBy(starting(dies), { threads: 3, leastWork: 0 })
    assert.equal(backend.threads, 3)
    const { made, sizes, inputs } = executable(backend)
    assert.throws(() => made.run(sizes, inputs), /RNN524/)
    await new Promise(resolve => setTimeout(resolve, 0))
    assert.throws(() => made.run(sizes, inputs), /RNN524/)
    backend.close()
  })

  it('of which a worker is ended by others is an error', async () => {
    const workers: Worker[] = []
    const backend = await openWasmBy(starting(undefined, workers), { threads: 2, leastWork: 0 })
    const { made, sizes, inputs } = executable(backend)
    made.run(sizes, inputs)
    await workers[0].terminate()
    assert.throws(() => made.run(sizes, inputs), /RNN524.*one of them ended/)
  })

  it('that cannot start is one thread, and says why', async () => {
    const broken = await openWasmBy(
      starting(() => 'throw new Error("not here")'),
      { threads: 2, leastWork: 0 },
    )
    assert.equal(broken.threads, 1)
    assert.match(broken.why ?? '', /RNN524|not here/)
    const { made, sizes, inputs } = executable(broken)
    assertSameBits(made.run(sizes, inputs), executable(wasm).made.run(sizes, inputs), 'one thread')
  })

  it('does not keep its process alive', () => {
    const library = new URL('../../runtime/node/index.ts', import.meta.url)
    const script = `const { openWasm } = await import('${library}'); console.log((await openWasm({ threads: 3 })).threads)`
    const args = ['--input-type=module', '--eval', script]
    assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 }).trim(), '3')
  })
})

/** Starts workers whose script a test changes. */
const starting =
  (change: (text: string) => string = text => text, workers: Worker[] = []): StartWorker =>
  (text, { onMessage, onEnd }) => {
    const links = `const { parentPort } = require('node:worker_threads')
const receive = handler => parentPort.on('message', handler)
const send = message => parentPort.postMessage(message)\n`
    const worker = new Worker(links + change(text), { eval: true })
    workers.push(worker)
    worker.on('message', onMessage)
    worker.on('error', error => onEnd(String(error)))
    worker.on('exit', () => onEnd('one of them ended'))
    return { post: message => worker.postMessage(message), end: () => void worker.terminate() }
  }
