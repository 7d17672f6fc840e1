// jax-js on WebAssembly. It has no scan, so time is unrolled as the step is traced; and no gradient of a gather, so one-hot rows and a
// product stand for an embedding.
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax'
import { ints, reals, serve } from './serve.ts'

await init('wasm')
defaultDevice('wasm')

const tensor = (...shape) => np.array(reals(shape.reduce((n, d) => n * d, 1))).reshape(shape)
const weights = (...shape) => np.array(reals(shape.reduce((n, d) => n * d, 1)).map(v => v * 0.1)).reshape(shape)
const oneHot = (bound, ...shape) =>
  nn
    .oneHot(
      np.array(
        ints(
          shape.reduce((n, d) => n * d, 1),
          bound,
        ),
        { dtype: np.int32 },
      ),
      bound,
    )
    .reshape([...shape, bound])

// Arrays are counted: each use but the last is of `x.ref`. The layers below keep their weights, which the step disposes of.
const linear = (w, x) => np.matmul(x, w.W.ref).add(w.b.ref)
const lstmWeights = (D, H) => ({ W: weights(D, 4 * H), U: weights(H, 4 * H), b: weights(4 * H) })
const gruWeights = (D, H) => ({ W: weights(D, 3 * H), U: weights(H, 3 * H), b: weights(3 * H), c: weights(3 * H) })
const rnnWeights = (D, H) => ({ W: weights(D, H), U: weights(H, H), b: weights(H) })

/** One step of a cell: [h, c] → [h', c']. */
function lstmStep(w, xw, [h, c], H) {
  const gates = xw.add(np.matmul(h, w.U.ref))
  const part = k => gates.ref.slice([], [k * H, (k + 1) * H])
  const next = nn
    .sigmoid(part(1))
    .mul(c)
    .add(nn.sigmoid(part(0)).mul(np.tanh(part(2))))
  const out = nn.sigmoid(part(3)).mul(np.tanh(next.ref))
  gates.dispose()
  return [out, next]
}

function gruStep(w, xw, [h], H) {
  const uh = np.matmul(h.ref, w.U.ref).add(w.c.ref)
  const part = (a, k) => a.ref.slice([], [k * H, (k + 1) * H])
  const z = nn.sigmoid(part(xw, 0).add(part(uh, 0)))
  const r = nn.sigmoid(part(xw, 1).add(part(uh, 1)))
  const n = np.tanh(part(xw, 2).add(r.mul(part(uh, 2))))
  xw.dispose()
  uh.dispose()
  return [n.ref.add(z.mul(h.sub(n)))]
}

const rnnStep = (w, xw, [h]) => [np.tanh(xw.add(np.matmul(h, w.U.ref)))]

/** Cells, with the number of their states. */
const LSTM = { step: lstmStep, states: 2 }
const GRU = { step: gruStep, states: 1 }
const RNN = { step: rnnStep, states: 1 }

/** A layer over time, from and to a list of one array a step: the gradient of a slice is a padded array, so nothing is sliced by time. */
function layer({ step, states }, w, xs, [B, H], order = [...xs.keys()]) {
  let state = Array.from({ length: states }, () => np.zeros([B, H]))
  const out = []
  for (const t of order) {
    state = step(w, linear(w, xs[t]), state, H)
    out[t] = state[0].ref
  }
  for (const s of state) s.dispose()
  return out
}

const lstm = (w, xs, B, H, order) => layer(LSTM, w, xs, [B, H], order)
const steps = (T, make) => Array.from({ length: T }, make)
const last = list => {
  for (const h of list.slice(0, -1)) h.dispose()
  return list.at(-1)
}
const stacked = list => np.stack(list, 1)
const crossEntropy = (logits, y) => nn.logSoftmax(logits).mul(y).sum(-1).mean().neg()

/** A training step: loss, gradients, and Adam over the whole tree of weights, in one traced function. */
function training(params, forward, data, note) {
  let state = {
    p: params,
    m: tree.map(p => np.zerosLike(p.ref), params),
    v: tree.map(p => np.zerosLike(p.ref), params),
    t: np.array(0),
  }
  const step = jit(({ p, m, v, t }, key, ...batch) => {
    const [loss, g] = valueAndGrad(forward)(tree.ref(p), key, ...batch)
    const next = t.add(1)
    const m2 = tree.map((a, b) => a.mul(0.9).add(b.ref.mul(0.1)), m, g)
    const v2 = tree.map((a, b) => a.mul(0.999).add(np.square(b).mul(0.001)), v, g)
    const power = base => np.exp(next.ref.mul(Math.log(base)))
    const rate = np
      .sqrt(np.subtract(1, power(0.999)))
      .div(np.subtract(1, power(0.9)))
      .mul(0.001)
    const p2 = tree.map((a, b, c) => a.sub(rate.ref.mul(b.ref).div(np.sqrt(c.ref).add(1e-7))), p, m2, v2)
    rate.dispose()
    return [loss, { p: p2, m: m2, v: v2, t: next }]
  })
  let count = 0
  return {
    step: async () => {
      const [loss, next] = step(state, random.key(count++), ...tree.ref(data))
      state = next
      const [value] = await loss.data()
      if (!Number.isFinite(value)) throw new Error(`the loss is ${value} after ${count} steps`)
      await blockUntilReady(tree.ref(state))
    },
    note,
  }
}

/** Zero or 1 / (1 - rate) for each element. */
function dropout(x, key, rate = 0.5) {
  const keep = random.bernoulli(key, 1 - rate, x.shape)
  return np.where(keep, x.div(1 - rate), 0)
}

function characters(cell, make) {
  const params = { E: weights(65, 64), cell: make(64, 128), head: { W: weights(128, 65), b: weights(65) } }
  const forward = (p, key, xs, y) => {
    key.dispose()
    const h = layer(
      cell,
      p.cell,
      xs.map(x => np.matmul(x, p.E.ref)),
      [32, 128],
    )
    const loss = crossEntropy(linear(p.head, stacked(h)), y)
    tree.dispose(p)
    return loss
  }
  return training(
    params,
    forward,
    [steps(64, () => oneHot(65, 32)), oneHot(65, 32, 64)],
    'near analogue: a product with one-hot rows in place of the embedding',
  )
}

function series(T) {
  const forward = (p, key, x, y) => {
    key.dispose()
    const h = layer(RNN, p.first, x, [4, 10])
    const out = last(layer(RNN, p.second, h, [4, 1]))
    tree.dispose(p)
    return np.square(out.sub(y)).mean()
  }
  return training({ first: rnnWeights(1, 10), second: rnnWeights(10, 1) }, forward, [
    steps(T, () => tensor(4, 1)),
    tensor(4, 1),
  ])
}

await serve({
  W1: () => {
    const forward = (p, key, x, y) => {
      key.dispose()
      const loss = crossEntropy(linear(p.head, last(layer(RNN, p.rnn, x, [32, 64]))), y)
      tree.dispose(p)
      return loss
    }
    return training({ rnn: rnnWeights(28, 64), head: { W: weights(64, 10), b: weights(10) } }, forward, [
      steps(28, () => tensor(32, 28)),
      oneHot(10, 32),
    ])
  },
  W2: () => {
    const forward = (p, key, x, y) => {
      const [k1, k2] = [random.split(key.ref, 2).slice(0), random.split(key, 2).slice(1)]
      const first = lstm(p.first, x, 32, 100).map((h, t) => dropout(h, random.split(k1.ref, 50).slice(t)))
      k1.dispose()
      const h = dropout(last(lstm(p.second, first, 32, 50)), k2)
      const z = linear(p.head, h)
      tree.dispose(p)
      return nn.softplus(z.ref).sub(z.mul(y)).mean()
    }
    return training(
      { first: lstmWeights(100, 100), second: lstmWeights(100, 50), head: { W: weights(50, 1), b: weights(1) } },
      forward,
      [steps(50, () => tensor(32, 100)), np.array(Float32Array.from(ints(32, 2))).reshape([32, 1])],
      'near analogue: the embedding is frozen and its rows are given; a table of 10,000 has no gradient here but through one-hot rows',
    )
  },
  'W3-lstm': () => characters(LSTM, lstmWeights),
  'W3-gru': () => characters(GRU, gruWeights),
  W4: () => {
    const forward = (p, key, x, y) => {
      key.dispose()
      const out = linear(p.head, stacked(lstm(p.cell, x, 64, 512)))
      tree.dispose(p)
      return np.square(out.sub(y)).mean()
    }
    return training({ cell: lstmWeights(512, 512), head: { W: weights(512, 512), b: weights(512) } }, forward, [
      steps(32, () => tensor(64, 512)),
      tensor(64, 32, 512),
    ])
  },
  'W5-t2': () => series(2),
  'W5-t16': () => series(16),
  'W6-stream': () => {
    const w = lstmWeights(64, 128)
    const run = jit((p, x, h, c) => {
      const out = lstmStep(p, linear(p, x), [h, c], 128)
      tree.dispose(p)
      return out
    })
    const x = tensor(1, 64)
    let [h, c] = [np.zeros([1, 128]), np.zeros([1, 128])]
    return {
      step: async () => {
        ;[h, c] = run(tree.ref(w), x.ref, h, c)
        await h.ref.data()
      },
    }
  },
  'W6-bilstm': () => {
    const [f, b] = [lstmWeights(100, 100), lstmWeights(100, 100)]
    const backwards = [...Array(100).keys()].reverse()
    const run = jit((f, b, x) => {
      const out = np.concatenate([stacked(lstm(f, tree.ref(x), 1, 100)), stacked(lstm(b, x, 1, 100, backwards))], -1)
      tree.dispose(f)
      tree.dispose(b)
      return out
    })
    const x = steps(100, () => tensor(1, 100))
    return { step: async () => void (await run(tree.ref(f), tree.ref(b), tree.ref(x)).data()) }
  },
})
