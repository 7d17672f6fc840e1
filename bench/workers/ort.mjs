// onnxruntime, in WebAssembly or native; SYSTEM names which. It cannot train from JavaScript.
import { lstmModel } from './onnx.mjs'
import { reals, serve } from './serve.ts'

const web = process.env.SYSTEM === 'ort-web'
const ort = await import(web ? 'onnxruntime-web' : 'onnxruntime-node')
if (web) ort.env.wasm.numThreads = 1

const options = {
  executionProviders: [web ? 'wasm' : 'cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
}
const tensor = (...shape) => new ort.Tensor('float32', reals(shape.reduce((n, d) => n * d, 1)), shape)

/** One LSTM node with random weights. */
const session = model => ort.InferenceSession.create(lstmModel(model), options)

const training = () => 'onnxruntime does not train from JavaScript'

await serve({
  W1: training,
  W2: training,
  'W3-lstm': training,
  'W3-gru': training,
  W4: training,
  'W5-t2': training,
  'W5-t16': training,
  'W6-stream': async () => {
    const run = await session({ T: 1, D: 64, H: 128, directions: 1, carried: true })
    const x = tensor(1, 1, 64)
    let h = tensor(1, 1, 128)
    let c = tensor(1, 1, 128)
    return {
      step: async () => {
        const out = await run.run({ x, h, c })
        h = out.next_h
        c = out.next_c
      },
    }
  },
  'W6-bilstm': async () => {
    const run = await session({ T: 100, D: 100, H: 100, directions: 2, carried: false })
    const x = tensor(100, 1, 100)
    return { step: () => run.run({ x }) }
  },
})
