// TensorFlow.js through its layers, on its cpu or wasm backend; SYSTEM names which.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { ints, reals, serve } from './serve.ts'

const wasm = process.env.SYSTEM === 'tfjs-wasm'
if (wasm) {
  setThreadsCount(1)
  setWasmPaths(`${dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm')))}/`)
}
await tf.setBackend(wasm ? 'wasm' : 'cpu')
await tf.ready()
if (tf.getBackend() !== (wasm ? 'wasm' : 'cpu')) throw new Error(`the backend is ${tf.getBackend()}`)

const { layers } = tf
// The library itself says, once, that tfjs-node would be faster.
const floats = (...shape) => tf.tensor(reals(shape.reduce((n, d) => n * d, 1)), shape)
const indices = (bound, ...shape) =>
  tf.tensor(
    ints(
      shape.reduce((n, d) => n * d, 1),
      bound,
    ),
    shape,
    'int32',
  )
const oneHot = (bound, ...shape) => tf.tidy(() => tf.oneHot(indices(bound, ...shape), bound).toFloat())
const noInitialCost = { recurrentInitializer: 'glorotUniform' }

/** A training step: one batch through the whole network, its gradients, and Adam. */
function training(stack, loss, x, y, note) {
  const model = tf.sequential({ layers: stack })
  model.compile({ optimizer: tf.train.adam(0.001), loss })
  return { step: () => model.trainOnBatch(x, y), note }
}

const lacks = 'the kernel UnsortedSegmentSum, which the gradient of an embedding needs, is missing'

function characters(cell, different) {
  const rest = [
    cell({ units: 128, returnSequences: true, ...noInitialCost }),
    layers.dense({ units: 65, activation: 'softmax' }),
  ]
  const y = oneHot(65, 32, 64)
  if (!wasm)
    return training(
      [layers.embedding({ inputDim: 65, outputDim: 64, inputLength: 64 }), ...rest],
      'categoricalCrossentropy',
      indices(65, 32, 64),
      y,
      different && `near analogue: ${different}`,
    )
  const first = layers.dense({ units: 64, useBias: false, inputShape: [64, 65] })
  const note = [
    'a dense layer on one-hot input in place of the embedding',
    lacks,
    ...(different ? [different] : []),
  ].join('; ')
  return training([first, ...rest], 'categoricalCrossentropy', oneHot(65, 32, 64), y, `near analogue: ${note}`)
}

function series(T) {
  const stack = [
    layers.simpleRNN({ units: 10, returnSequences: true, inputShape: [T, 1] }),
    layers.simpleRNN({ units: 1 }),
  ]
  return training(stack, 'meanSquaredError', floats(4, T, 1), floats(4, 1))
}

await serve({
  W1: () =>
    training(
      [layers.simpleRNN({ units: 64, inputShape: [28, 28] }), layers.dense({ units: 10, activation: 'softmax' })],
      'categoricalCrossentropy',
      floats(32, 28, 28),
      oneHot(10, 32),
    ),
  W2: () =>
    training(
      [
        layers.embedding({ inputDim: 10000, outputDim: 100, inputLength: 50, trainable: !wasm }),
        layers.lstm({ units: 100, returnSequences: true, ...noInitialCost }),
        layers.dropout({ rate: 0.5 }),
        layers.lstm({ units: 50, ...noInitialCost }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
      'binaryCrossentropy',
      indices(10000, 32, 50),
      tf.tensor(Float32Array.from(ints(32, 2)), [32, 1]),
      wasm ? `near analogue: the embedding is frozen; ${lacks}` : undefined,
    ),
  'W3-lstm': () => characters(layers.lstm),
  'W3-gru': () => characters(layers.gru, 'its GRU resets before the product'),
  W4: () =>
    training(
      [
        layers.lstm({ units: 512, returnSequences: true, inputShape: [32, 512], ...noInitialCost }),
        layers.dense({ units: 512 }),
      ],
      'meanSquaredError',
      floats(64, 32, 512),
      floats(64, 32, 512),
    ),
  'W5-t2': () => series(2),
  'W5-t16': () => series(16),
  'W6-stream': () => {
    const input = tf.input({ batchShape: [1, 1, 64] })
    const output = layers.lstm({ units: 128, stateful: true, ...noInitialCost }).apply(input)
    const model = tf.model({ inputs: input, outputs: output })
    const x = floats(1, 1, 64)
    return { step: () => tf.tidy(() => void model.predict(x).dataSync()) }
  },
  'W6-bilstm': () => {
    const layer = layers.lstm({ units: 100, returnSequences: true, ...noInitialCost })
    const model = tf.sequential({
      layers: [layers.bidirectional({ layer, mergeMode: 'concat', inputShape: [100, 100] })],
    })
    const x = floats(1, 100, 100)
    return { step: () => tf.tidy(() => void model.predict(x).dataSync()) }
  },
})
