"""JAX, compiled by XLA for the CPU, on one thread."""

from serve import keep_cores, serve

keep_cores()

import jax  # noqa: E402: after the thread's core is chosen
from jax import lax, nn, random  # noqa: E402
from jax import numpy as np  # noqa: E402

KEY = random.key(0)


def normal(*shape):
    return random.normal(KEY, shape, np.float32)


def weights(*shape):
    return 0.1 * normal(*shape)


def ints(bound, *shape):
    return random.randint(KEY, shape, 0, bound)


def cell_weights(gates, inputs, units):
    return {
        "W": weights(inputs, gates * units),
        "U": weights(units, gates * units),
        "b": np.zeros(gates * units),
        "c": np.zeros(gates * units),
    }


def dense_weights(inputs, units):
    return {"W": weights(inputs, units), "b": np.zeros(units)}


def dense(w, x):
    return x @ w["W"] + w["b"]


def rnn_step(w, state, xw):
    (h,) = state
    h = np.tanh(xw + h @ w["U"])
    return (h,)


def lstm_step(w, state, xw):
    h, c = state
    i, f, g, o = np.split(xw + h @ w["U"], 4, -1)
    c = nn.sigmoid(f) * c + nn.sigmoid(i) * np.tanh(g)
    return nn.sigmoid(o) * np.tanh(c), c


def gru_step(w, state, xw):
    (h,) = state
    xz, xr, xn = np.split(xw, 3, -1)
    uz, ur, un = np.split(h @ w["U"] + w["c"], 3, -1)
    z = nn.sigmoid(xz + uz)
    n = np.tanh(xn + nn.sigmoid(xr + ur) * un)
    return ((1 - z) * n + z * h,)


def layer(step, w, x, states, reverse=False):
    """x [T, B, D] → [T, B, H]; the products with x are one product before the loop."""
    start = tuple(np.zeros((x.shape[1], w["U"].shape[0])) for _ in range(states))

    def body(state, xw):
        state = step(w, state, xw)
        return state, state[0]

    return lax.scan(body, start, dense(w, x), reverse=reverse)[1]


def training(params, loss, *batch):
    def step(state, key, *batch):
        p, m, v, t = state
        value, g = jax.value_and_grad(loss)(p, key, *batch)
        t = t + 1
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        rate = 0.001 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        p = jax.tree.map(lambda a, b, c: a - rate * b / (np.sqrt(c) + 1e-7), p, m, v)
        return (p, m, v, t), value

    compiled = jax.jit(step, donate_argnums=0)
    zeros = jax.tree.map(np.zeros_like, params)
    held = [(params, zeros, jax.tree.map(np.zeros_like, params), np.float32(0))]

    def run():
        held[0], value = compiled(held[0], KEY, *batch)
        jax.block_until_ready((held[0], value))

    return run


def cross_entropy(logits, y):
    return -np.take_along_axis(nn.log_softmax(logits), y[..., None], -1).mean()


def w1():
    params = {"rnn": cell_weights(1, 28, 64), "head": dense_weights(64, 10)}

    def loss(p, _, x, y):
        return cross_entropy(dense(p["head"], layer(rnn_step, p["rnn"], x, 1)[-1]), y)

    return training(params, loss, normal(28, 32, 28), ints(10, 32))


def dropout(x, key):
    return np.where(random.bernoulli(key, 0.5, x.shape), x / 0.5, 0)


def w2():
    params = {
        "E": weights(10000, 100),
        "first": cell_weights(4, 100, 100),
        "second": cell_weights(4, 100, 50),
        "head": dense_weights(50, 1),
    }

    def loss(p, key, x, y):
        one, two = random.split(key)
        h = dropout(layer(lstm_step, p["first"], p["E"][x], 2), one)
        z = dense(p["head"], dropout(layer(lstm_step, p["second"], h, 2)[-1], two))
        return (nn.softplus(z) - z * y).mean()

    return training(params, loss, ints(10000, 50, 32), ints(2, 32, 1).astype(np.float32))


def characters(step, gates, states):
    params = {"E": weights(65, 64), "cell": cell_weights(gates, 64, 128), "head": dense_weights(128, 65)}

    def loss(p, _, x, y):
        return cross_entropy(dense(p["head"], layer(step, p["cell"], p["E"][x], states)), y)

    return training(params, loss, ints(65, 64, 32), ints(65, 64, 32))


def w4():
    params = {"cell": cell_weights(4, 512, 512), "head": dense_weights(512, 512)}

    def loss(p, _, x, y):
        return ((dense(p["head"], layer(lstm_step, p["cell"], x, 2)) - y) ** 2).mean()

    return training(params, loss, normal(32, 64, 512), normal(32, 64, 512))


def w5(steps):
    params = {"first": cell_weights(1, 1, 10), "second": cell_weights(1, 10, 1)}

    def loss(p, _, x, y):
        return ((layer(rnn_step, p["second"], layer(rnn_step, p["first"], x, 1), 1)[-1] - y) ** 2).mean()

    return training(params, loss, normal(steps, 4, 1), normal(4, 1))


def stream():
    w = cell_weights(4, 64, 128)
    step = jax.jit(lambda w, state, x: lstm_step(w, state, dense(w, x)))
    x = normal(1, 64)
    held = [(np.zeros((1, 128)), np.zeros((1, 128)))]

    def run():
        held[0] = jax.block_until_ready(step(w, held[0], x))

    return run


def bilstm():
    there, back = cell_weights(4, 100, 100), cell_weights(4, 100, 100)

    @jax.jit
    def both(there, back, x):
        return np.concatenate([layer(lstm_step, there, x, 2), layer(lstm_step, back, x, 2, reverse=True)], -1)

    x = normal(100, 1, 100)
    return lambda: jax.block_until_ready(both(there, back, x))


serve(
    {
        "W1": w1,
        "W2": w2,
        "W3-lstm": lambda: characters(lstm_step, 4, 2),
        "W3-gru": lambda: characters(gru_step, 3, 1),
        "W4": w4,
        "W5-t2": lambda: w5(2),
        "W5-t16": lambda: w5(16),
        "W6-stream": stream,
        "W6-bilstm": bilstm,
    }
)
