// Units and fns that no model uses are checked alone: sizes as symbols, inputs over axes of their own.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { linkProgram } from '../../compiler/elaborate/linking/linkProgram.ts'
import { check, checkProgram, compile, type ImportReader } from '../../compiler/index.ts'
import { standardLibrary } from '../../dsl/std.ts'

/** Each finding as its code and the text it points at. */
function found(source: string): string[] {
  return check(source, { file: 'units.rnn' }).map(({ code, span }) =>
    span === undefined ? code : `${code} ${source.slice(span.start, span.end)}`,
  )
}

const waiting = (source: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    checkProgram(linkProgram(source, 'units.rnn')).alone.flatMap(({ unit, waitsFor }) =>
      waitsFor.length === 0 ? [] : [[unit.name.text, waitsFor]],
    ),
  )

/** A cell with these equations. */
const cell = (body: string, head = 'c(units)'): string => `cell ${head} {
  input x: [D]
  state h: [units]
  param W: [units, D], U: [units, units], b: [units]
  ${body}
  return h'
}`

describe('a unit that no model uses', () => {
  const mistakes: Readonly<Record<string, readonly [source: string, ...found: string[]]>> = {
    'names what is not there': [cell("h' = tanh(W @ x + V @ h + b)"), 'RNN106 V'],
    'names two things that are not there': [cell("h' = tanh(W @ x + V @ h + d)"), 'RNN106 V', 'RNN106 d'],
    'multiplies shapes that do not meet': [cell("h' = W @ h + U @ h + b"), 'RNN201 W @ h'],
    'adds shapes that do not meet': [cell("h' = x + U @ h + b + W @ x"), 'RNN203 x + U @ h'],
    'gives a state twice its shape': [cell("h' = [W @ x, U @ h + b]"), "RNN301 h'"],
    'gives a state no equation': [cell('y = W @ x + U @ h + b').replace("return h'", 'return y'), 'RNN302 h'],
    'calls a function with too many arguments': [cell("h' = tanh(W @ x, U @ h + b)"), 'RNN208 tanh(W @ x, U @ h + b)'],
    'calls one of the library with too few': [
      cell("h' = clamp(W @ x + U @ h + b, 0)"),
      'RNN209 clamp(W @ x + U @ h + b, 0)',
    ],
    'asks a number for a choice': [cell("h' = where(W @ x, U @ h, b)"), 'RNN216 where(W @ x, U @ h, b)'],
    'applies a cell that is not there': [
      'layer l(units) { input x: [D] over T; return x |> LTSM(units) |> last }',
      'RNN106 LTSM',
    ],
    'misspells a hyper-parameter of what it applies': [
      'layer l(n) { input x: [D] over T; return x |> LSTM(unit = n) |> last }',
      'RNN105 unit',
      'RNN209 LSTM(unit = n)',
    ].slice(0, 2) as [string, string],
    'takes the last of no sequence': ['layer l { input x: [D]; return last(x) }', 'RNN215 last(x)'],
    'has a param of a size that nothing brings': [
      'layer l { input x: [D]; param W: [E, D]; return W @ x }',
      'RNN220 E',
    ],
    'joins what its parts give in another shape': [
      'layer l(units) { input x: [D] over T; param v: [units]; return v @ mean(x |> bidirectional(GRU(units)), over T) }',
      'RNN201 v @ mean(x |> bidirectional(GRU(units)), over T)',
    ],
    'has a default that is not there': [cell("h' = tanh(W @ x + U @ h + b)", 'c(units = many)'), 'RNN106 many'],
    'is given a value twice over an axis': [
      'layer l { input x: [D] over S over S; return sum(x, over S) }',
      'RNN107 S',
    ],
    'uses itself': ['layer l { input x: [D]; return x |> l }', 'RNN227 l'],
    'adds what two of its inputs are not over': [
      'layer l { input q: [A] over T, m: [A] over S; return q + m }',
      'RNN211 q + m',
    ],
  }
  for (const [what, [source, ...expected]] of Object.entries(mistakes)) {
    it(what, () => assert.deepEqual(found(source), expected))
  }

  it('has an input that it never reads', () => {
    assert.deepEqual(found('layer l { input x: [D], y: [D]; return x }'), ['RNN342 y'])
  })
})

describe('a fn that nothing calls', () => {
  it('names what is not there', () => assert.deepEqual(found('fn f(x) = tanh(x) + y'), ['RNN106 y']))
  it('names it in an argument', () => assert.deepEqual(found('fn f(x, g) = g(x + y, z)'), ['RNN106 y', 'RNN106 z']))
  it('calls with too many arguments', () => assert.deepEqual(found('fn f(x) = tanh(x, x)'), ['RNN208 tanh(x, x)']))
  it('calls a fn of the file with too few', () =>
    assert.deepEqual(found('fn f(x) = g(x)\nfn g(x, y) = x * y'), ['RNN209 g(x)']))
  it('has weights', () =>
    assert.deepEqual(
      found('fn f(x) = x |> dense(3)'),
      ['RNN114 x |> dense(3)'].map(s => s.replace('x |> ', '')),
    ))
  it('adds shapes of its own that do not meet', () =>
    assert.deepEqual(found('fn f(x) = x * ([1, 2] + [1, 2, 3])'), ['RNN203 [1, 2] + [1, 2, 3]']))
  it('calls itself', () => assert.deepEqual(found('fn f(x) = f(x - 1)'), ['RNN227 f(x - 1)']))
})

describe('one cause is one message', () => {
  const wrong = cell("h' = tanh(W @ x + V @ h + b)")
  it('where a model uses the unit', () =>
    assert.deepEqual(found(`${wrong}\nmodel m { input x: [3] over T; output y = last(x |> c(2)) }`), ['RNN106 V']))
  it('where another unit does', () =>
    assert.deepEqual(found(`${wrong}\nlayer l(n) { input x: [D] over T; return last(x |> c(n)) }`), ['RNN106 V']))
  it('where two models do, and one is wrong before it', () => {
    const models = `model m { input x: [3] over T; output y = last(x |> c(2)) }
model n { input x: [3] over T; output y = last(none |> c(2)) }`
    assert.deepEqual(found(`${wrong}\n${models}`), ['RNN106 V', 'RNN106 none'])
  })
  it('where a model that is wrong does not come to it', () =>
    assert.deepEqual(found(`${wrong}\nmodel n { input x: [3] over T; output y = last(none |> c(2)) }`), [
      'RNN106 V',
      'RNN106 none',
    ]))
  it('and a model that is right is not wrong for other sizes', () => {
    const same = 'layer l { input x: [D]; param b: [3]; return x + b }\n'
    assert.deepEqual(found(same), ['RNN203 x + b'])
    assert.deepEqual(found(`${same}model m { input x: [3]; output y = x |> l }`), [])
  })
})

describe('no message', () => {
  const right: Readonly<Record<string, string>> = {
    'for a recurrent cell': cell("h' = tanh(W @ x + U @ h + b)"),
    'for functions that are given': cell("h' = activation(W @ x + U @ h + b)", 'c(units, activation = tanh)'),
    'for a size with a default': cell("h' = tanh(W @ x + U @ h + b)", 'c(units = 2)'),
    'for a rate': cell("h' = rate * tanh(W @ x + U @ h + b) + (1 - rate) * h", 'c(units, rate)'),
    'for a chance': cell("h' = zoneout(dropout(W @ x, p) + U @ h + b, h, 0.5 * p)", 'c(units, p)'),
    'for a function without a default': cell("h' = f(W @ x + U @ h + b)", 'c(units, f)'),
    'for a list with a default': `layer l(weights = [0.5, 0.25, 0.25]) {
  input x: [3]
  return weights[0] * x + sum(weights * x) * weights
}`,
    'for a list without one': 'layer l(w) { input x: [D]; return sum(w) * x * w[0] }',
    'for a choice': "cell c(flag) { input x: [D]; state h: [D]; h' = where(flag, x, h); return h' }",
    'for a recipe': `layer Twice(cell) {
  input x: [D] over T
  part a = cell, b = cell
  y = b(a(x))
  return last(y)
}`,
    'for a template': 'layer l(cell, units) { input x: [D] over T; return x |> cell(units) |> last |> dense(units) }',
    'for a recipe that is passed on': 'layer l(cell) { input x: [D] over T; return x |> bidirectional(cell) |> last }',
    'for a recipe with a default': 'layer l(cell = GRU(3)) { input x: [D] over T; return x |> cell |> last }',
    'for a size that is passed on': `layer l(units, out) {
  input x: [D] over T
  param v: [2 * units]
  return [v @ mean(x |> bidirectional(LSTM(units)), over T)] |> dense(out)
}`,
    'for half of a size': `layer l(units) {
  input x: [D] over T
  param v: [units]
  return v @ mean(x |> bidirectional(LSTM(units / 2)), over T)
}`,
    'for a part of a size': `layer l(units, heads) {
  input x: [D]
  param W: [units / heads, D], b: [units / heads]
  return W @ x + b
}`,
    'for gates in one matrix': `cell Gates(units) {
  input x: [D]
  state h: [units]
  param W: [2 * units, D], U: [2 * units, units], b: [2 * units]
  a = W @ x + U @ h + b
  h' = sigmoid(a[0:units]) * h + tanh(a[units:2 * units])
  return h'
}`,
    'for two axes': `layer attend(units) {
  input q: [Q], m: [A] over S
  param W: [units, Q], U: [units, A], v: [units]
  a = softmax(v @ tanh(W @ q + U @ m), over S)
  return sum(a * m, over S)
}`,
    'for a param over an axis': 'layer l { input x: [D] over S; param w: real over S; return sum(w * x, over S) }',
    'for an axis without its ends':
      'layer l(n) { input x: [D] over T[n + 1]; param b: [n]; return sum(b) * last(drop_last(x)) }',
    'for initializers': `cell c(units, sd, low, start) {
  input x: [D]
  state h: [units] = start
  param W: [units, D] = normal(sd), U: [units, units] = uniform(-low, low), b: [units] = start
  h' = tanh(W @ x + U @ h + b)
  return h'
}`,
    'for tokens': 'layer l(n) { input i: token of N, k: class of K; return (i |> embedding(n)) * (k |> embedding(n)) }',
    'for any item': `cell Sum { input x: P; state s: P; s' = s + x; return s' }
cell Count { input x: P; state n: int; n' = n + 1 + 0 * int_of(x); return n' }
fn int_of(x) = argmax([x, x])`,
    'for a scalar item': "cell c { input x: P; state s: real; s' = s + x; return s' }",
    'for a cell without an input': "cell Clock { state n: int; n' = n + 1; return n' }",
    'for a cell of a cell': `cell Outer(units) {
  input x: [D]
  state h: [units]
  part inner = SimpleRNN(units)
  r = inner(x, h = h)
  h' = r
  return h'
}`,
    'for an optimizer': `cell Sign(rate) { input g: P; state p: P; p' = p - rate * where(g > 0, 1, -1) }`,
    "for a fn over its caller's axis": 'fn f(x) = sum(x, over S) / real(length(over S)) + real(position(over S))',
    'for a fn of a function': 'fn twice(f, x) = f(f(x))\nfn g(x) = twice(tanh, x) + twice(relu, x)',
    'for a fn of matrices': 'fn f(A, x) { y = A @ x; return [y[0], sum(y[1:3])] }',
    'for a fn of probabilities': 'fn mine(p, y, weight = 2) = weight * cross_entropy(p, y) + l2(p)',
  }
  for (const [what, source] of Object.entries(right)) it(what, () => assert.deepEqual(found(source), []))

  for (const [file, text] of Object.entries(standardLibrary)) {
    it(`for the library's ${file}`, () => assert.deepEqual(check(text, { file }), []))
  }

  const root = fileURLToPath(new URL('../../', import.meta.url))
  const read: ImportReader = (path, from) => {
    const file = join(dirname(from), path)
    return { file, text: readFileSync(file, 'utf8') }
  }
  for (const file of ['test/good', 'test/keras/programs', 'examples/*', 'bench/workloads'].flatMap(f =>
    globSync(`${root}${f}/*.rnn`),
  )) {
    // Its cell takes inputs of 2 alone, and does not say so.
    if (file.endsWith('/words_in_steps.rnn')) continue
    it(`for the units of ${relative(root, file)}`, () => {
      const { program, ...linked } = linkProgram(readFileSync(file, 'utf8'), file, read)
      const items = program.items.filter(
        i => i.kind !== 'train' && i.kind !== 'data' && !(i.kind === 'unit' && i.unit === 'model'),
      )
      const errors = checkProgram({
        ...linked,
        program: { ...program, items },
        models: [],
        trains: [],
        datas: [],
      }).found
      assert.deepEqual(
        errors.filter(d => d.severity === 'error'),
        [],
      )
    })
  }
})

describe('what waits for its use', () => {
  it('is what is made of a recipe or a function without a default', () => {
    assert.deepEqual(waiting('layer Twice(cell) { input x: [D] over T; part a = cell, b = cell; return b(a(x)) }'), {
      Twice: ['cell'],
    })
    assert.deepEqual(waiting(cell("h' = f(W @ x) + g(U @ h + b)", 'c(units, f, g)')), { c: ['f', 'g'] })
  })
  it('is a size that is no sum of products', () => {
    const source = 'layer l(units, heads) { input x: [D]; param W: [units / heads, D]; return W @ x }'
    assert.deepEqual(waiting(source), { l: ['units / heads'] })
  })
  it('is nothing where sizes and rates are all that is given', () => {
    assert.deepEqual(waiting(cell("h' = k * tanh(W @ x + U @ h + b)", 'c(units, k)')), {})
  })
  it('hides nothing else', () => {
    const source = cell("y = f(W @ x)\n  z = W @ h\n  h' = f(U @ h + V) + b", 'c(units, f)')
    assert.deepEqual(found(source), ['RNN342 y', 'RNN342 z', 'RNN201 W @ h', 'RNN106 V'])
  })
})

describe('a file without a model', () => {
  it('compiles to nothing', () => {
    assert.throws(() => compile(cell("h' = tanh(W @ x + U @ h + b)")), /RNN106/)
  })
  it('is checked in time that grows with the file', () => {
    const fns = Array.from({ length: 40 }, (_, i) => `fn f${i + 1}(x) = f${i}(x) + f${i}(-x)`)
    assert.deepEqual(found(['fn f0(x) = tanh(x)', ...fns].join('\n')), [])
  })
})
