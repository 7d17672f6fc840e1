// Ints, bools and reals wherever the language lets one meet another: the program is checked, lowered and differentiated, or the user is told.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Backend } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { wasm } from '../../compiler/backend/wasm.ts'
import { check, compile, load, plan } from '../../compiler/index.ts'

/** Bodies of models; a semicolon stands for a new line. */
const bodies = [
  'input i: int over T; output y = decide(i)',
  'input i: int; output y = decide(i)',
  'input b: bool; output y = decide(b)',
  'input i: int over T; output y = mean(i, over T)',
  'input i: int over T; output y = sum(i, over T)',
  'input i: int over T; output y = max(i, over T)',
  'input b: bool over T; output y = sum(b, over T)',
  'input b: bool over T; output y = mean(b, over T)',
  'input b: bool over T; output y = max(b, over T)',
  'input i: int over T; metric m = average(i); output y = i',
  'input b: bool over T; metric m = average(b); output y = b',
  'input i: int over T; loss i; output y = i',
  'input i: int, x: real; loss i; loss x; output y = x',
  'input b: bool; loss b; output y = b',
  'input i: int, x: real; output y = max(i, x)',
  'input i: int, x: real; output y = i % x',
  'input i: int, x: real; output y = x % i',
  'input i: int; output y = i % 2.5',
  'input i: int; output y = i ^ i',
  'input i: int; output y = i ^ 2',
  'input i: int; output y = i ^ 0.5',
  'input i: int; output y = 2 ^ i',
  'input i: int, x: real; output y = i == x',
  'input b: bool, c: bool; output y = b == c',
  'input b: bool; output y = b == true',
  'input b: bool, i: int; output y = b == i',
  'input i: int over T; output y = logsumexp(i, over T)',
  'input i: int over T; output y = softmax(i, over T)',
  'input i: int over T; output y = argmax(i, over T)',
  'input b: bool over T; output y = argmax(b, over T)',
  'input i: int; output y = softmax([i, i])',
  'input i: int, x: real; output y = [i, x]',
  'input i: int; output y = [i, 1.5]',
  'input i: int; output y = [i, 1, 2]',
  'input b: bool; output y = [b, b]',
  'input i: int over T; output y = delay(i, 0.5)',
  'input i: int over T, x: real; output y = delay(i, x)',
  'input x: real over T, i: int; output y = delay(x, i)',
  'input b: bool over T; output y = delay(b, true)',
  'input b: bool over T; output y = delay(b)',
  'input i: int; output y = exp(i)',
  'input i: int; output y = abs(i)',
  'input i: int; output y = -i',
  'input b: bool; output y = -b',
  'input i: int; output y = sigmoid(i) * i',
  'input i: int; output y = 1 / i',
  'input i: int; output y = i / i',
  'input i: int, b: bool; output y = where(b, i, 0.5)',
  'input i: int, b: bool; output y = where(b, i, 1)',
  'input b: bool; output y = where(b, b, b)',
  'input b: bool, x: real; output y = where(b, b, x)',
  'input i: int, x: real; output y = where(i, x, x)',
  'input i: int; output y = bernoulli(0.5, i)',
  'input i: int over T; output y = bernoulli(i, i)',
  'input i: int over T; output y = first(i) + last(i)',
  'input i: int over T; output y = reverse(i)',
  'input i: int over T; output y = repeat(last(i), over T)',
  'input x: [3], i: int; output y = x * i',
  'input x: [3], i: int; output y = outer(x, [i, i])',
  'input x: [3], i: int; output y = x[i % 3] * i',
  'param E: [3, 2]; input i: int; output y = E[i] * i',
  'param E: [3, 2]; input i: int over T; output y = sum(E[i], over T) / length(over T)',
  'input i: int over T; output y = clip(i, 0, 1)',
  'input i: int; target c: class of 3; loss cross_entropy(softmax([i, 1, 2]), c); output y = i',
  'input i: int; target y: real; loss mse(i, y)',
  'input i: int; target y: int; loss mse(i, y)',
  'input i: int; target y: int; metric a = accuracy(i, y); loss mse(i, y)',
  'input b: bool; target c: class of 2; loss binary_cross_entropy(sigmoid(real(b)), c)',
  'input x: real; target b: bool; loss binary_cross_entropy(sigmoid(x), b)',
  'input x: real; target b: bool; loss mse(x, b)',
  'input x: real; target b: bool; loss mse(x, real(b))',
  'input x: [3] over T, i: int over T; output y = x @ [1, 2, 3] + i',
  'input i: int over T; output y = position(over T) * i',
  'input i: int over T; output y = length(over T) / 2',
  'input i: int over T; output y = drop_first(i, 1)',
  'input i: int over T; output y = min(i, 3)',
  'input i: int; output y = floor(i)',
  'input i: int; output y = floor(i / 2) % 2',
  'input i: int; output y = not i',
  'input b: bool; output y = real(b) % 2',
  'input i: int; output y = stop_gradient(i)',
  'input i: int over T; output y = norm(i)',
  'input i: int over T; output y = sqrt(sum(i^2, over T))',
  'input i: int over T; output y = sum(i^2, over T)',
  'input i: token of 4 over T; output y = i + 0.5',
  'input i: token of 4 over T; output y = decide(i)',
  'input i: token of 4 over T; output y = i == 2',
  'input x: [2] over T; state s: int = 0',
  'input i: int over T; output y = mean(where(i > 2, i, 0), over T)',
  'input i: int; output y = layer_norm([i, 2, 3])',
  'input i: int over T; output y = layer_norm([i, i])',
  'input i: int; output y = gelu(i) + relu(i) + softplus(i) + silu(i)',
  'input i: int over T; output y = probability(i)',
]

describe('a whole number of more than 32 bits', () => {
  /** Gives the output y of a model for an int n, on a backend. */
  const y = (body: string, n: number, backend: Backend): number => {
    const { context, predict } = compile(`model m {\n  input n: int\n  ${body.replaceAll('; ', '\n  ')}\n}`)
    return load(context, predict(), backend, 'f64').run({ B: 1 }, { n: Int32Array.of(n) }).y[0]
  }
  const large = 5_000_000_000
  const rows: readonly (readonly [body: string, n: number, found: number])[] = [
    [`output y = n + ${large}`, 1, large + 1],
    [`output y = ${large} - n`, 1, large - 1],
    [`output y = n * ${2 ** 31}`, 3, 3 * 2 ** 31],
    [`output y = n - ${2 ** 31}`, -1, -1 - 2 ** 31],
    [`output y = max(n, ${large})`, 1, large],
    [`output y = where(n == 1, n, ${large})`, 2, large],
    [`output y = where(n < ${large}, 1, 0)`, 7, 1],
    [`output y = where(n == ${2 ** 32 + 1}, 1, 0)`, 1, 0],
    [`output y = [n, ${large}][1]`, 1, large],
    [`output y = n + ${2 ** 31 - 1}`, -1, 2 ** 31 - 2],
    [`output y = n + -${2 ** 31}`, 1, 1 - 2 ** 31],
  ]
  for (const [body, n, found] of rows) {
    it(`${body}, of ${n}`, () => {
      for (const backend of [js, wasm]) assert.equal(y(body, n, backend), found)
    })
  }

  it('is no int', () => {
    const codes = check('model m {\n  input n: int over T\n  output y = delay(n, 5000000000)\n}').map(d => d.code)
    assert.deepEqual(codes, ['RNN216'])
  })
})

describe('types that meet', () => {
  for (const body of bodies) {
    // Anything but an error for the user is thrown.
    it(body, () => {
      const source = `model m {\n  ${body.replaceAll('; ', '\n  ')}\n}`
      const isRight = check(source).every(d => d.severity !== 'error')
      if (isRight && body.includes('loss ')) plan(compile(source).context, compile(source).gradient({ inputs: true }))
    })
  }
})
