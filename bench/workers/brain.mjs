// brain.js: near analogues all. It has no mini-batch, so B sequences are B updates (by its own rule, close to RMSprop), no class at the
// end of a sequence, no tanh in its plain cell, and its "LSTM" has no cell state apart from its output.
import brain from 'brain.js'
import { ints, reals, serve } from './serve.ts'

const { GRU, LSTM, LSTMTimeStep, RNNTimeStep } = brain.recurrent
const general = 'near analogue: no mini-batch, B sequences are B updates; an optimizer of its own'

const sequence = (T, D) => Array.from({ length: T }, () => reals(D))

/** Its networks in time learn to predict the next vector of their input, at every step: T inputs take T + 1 vectors. */
function series(Net, { B, T, D, hiddenLayers, note }) {
  const net = new Net({ inputSize: D, hiddenLayers, outputSize: D })
  net.initialize()
  const batch = Array.from({ length: B }, () => sequence(T + 1, D))
  return {
    step: () => {
      for (const one of batch) net.trainPattern(one)
    },
    note: `${general}; ${note}`,
  }
}

/** The two small layers of W5. */
const small = T =>
  series(RNNTimeStep, {
    B: 4,
    T,
    D: 1,
    hiddenLayers: [10, 1],
    note: 'relu for tanh; an output at every step, and a product more for it',
  })

/** Its networks over tokens have an embedding, and START before the first token: T steps take T − 1 tokens. */
function characters(Net, different) {
  const net = new Net({ inputSize: 64, inputRange: 65, outputSize: 65, hiddenLayers: [128], dataFormatter: undefined })
  net.initialize()
  const batch = Array.from({ length: 32 }, () => Array.from(ints(63, 65)))
  return {
    step: () => {
      for (const one of batch) {
        net.trainInput(one)
        net.backpropagate(one)
        net.adjustWeights()
      }
    },
    note: `${general}; ${different}`,
  }
}

/** `steps` forward steps, each from the state of the one before. */
function forward(steps, D, units, note) {
  const net = new LSTMTimeStep({ inputSize: D, hiddenLayers: [units], outputSize: D })
  net.initialize()
  const x = sequence(steps, D)
  for (let t = 0; t < steps; t++) net.bindEquation()
  return {
    step: () => {
      for (let t = 0; t < steps; t++) net.model.equations[t].runInput(x[t])
    },
    note,
  }
}

await serve({
  W1: () =>
    series(RNNTimeStep, {
      B: 32,
      T: 28,
      D: 28,
      hiddenLayers: [64],
      note: 'relu for tanh; a prediction of the next row at every step for the class at the end',
    }),
  W2: () => 'two layers to one class at the end of a sequence of words, with dropout, cannot be said',
  'W3-lstm': () => characters(LSTM, 'a class more, for the end'),
  'W3-gru': () => characters(GRU, 'a class more, for the end; it resets before the product'),
  W4: () =>
    series(LSTMTimeStep, { B: 64, T: 32, D: 512, hiddenLayers: [512], note: 'the targets are the next inputs' }),
  'W5-t2': () => small(2),
  'W5-t16': () => small(16),
  'W6-stream': () =>
    forward(1, 64, 128, 'near analogue: no carried state, each call starts anew; a product more for the output'),
  'W6-bilstm': () => {
    const note =
      'near analogue: two forward runs, for it has no bidirection; a product more at each step for the output'
    const [there, back] = [forward(100, 100, 100), forward(100, 100, 100)]
    return {
      step: () => {
        there.step()
        back.step()
      },
      note,
    }
  },
})
