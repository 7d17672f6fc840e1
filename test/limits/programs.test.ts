// Programs that other programs write: long chains, deep nests, and few lines that come to very much. Each compiles, or ends with a message.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { check, compile, load } from '../../compiler/index.ts'
import type { Code } from '../../dsl/diagnostics.ts'
import { printAst } from '../../dsl/printAst.ts'

const repeat = (n: number, part: (i: number) => string, between = '\n'): string =>
  Array.from({ length: n }, (_, i) => part(i)).join(between)

/** A model of these statements, before which these units stand. */
const model = (body: string, before = ''): string =>
  `${before}\nmodel M {\n  input x: real, v: [4]\n  target y: real\n  param w: real = 1, W: [4, 4]\n${body}\n  output all = w + x + sum(W[0] + v)\n}\n`

const codes = (source: string): Code[] => [...new Set(check(source).map(d => d.code))]

/** The loss and its gradient for w, at one example. */
function measured(source: string, x: number): { readonly loss: number; readonly slope: number } {
  const compiled = compile(source)
  const run = load(compiled.context, compiled.gradient(), js, 'f64')
  const inputs = { x: Float64Array.of(x), v: new Float64Array(4), y: Float64Array.of(0) }
  const results = run.run({ B: 1 }, { ...inputs, w: Float64Array.of(1), W: new Float64Array(16) })
  return { loss: results.loss[0], slope: results['d:w'][0] }
}

test('a sum of many terms is their sum', () => {
  const sum = (n: number): string => model(`  loss mse(w * (${repeat(n, () => 'x', ' + ')}), y)`)
  assert.deepEqual(measured(sum(4000), 0.5), { loss: 4e6, slope: 8e6 })
  assert.deepEqual(codes(sum(20_000)), [])
})

test('a chain of 4,000 equations is what each adds', () => {
  const source = model(`  a0 = w * x\n${repeat(4000, i => `  a${i + 1} = a${i} + x`)}\n  loss mse(a4000, y)`)
  assert.deepEqual(measured(source, 0.5), { loss: 2000.5 ** 2, slope: 2000.5 })
})

test('a pipe of 3,000 functions is each of them in turn', () => {
  const source = model(`  loss mse(w * (x${' |> tanh'.repeat(3000)}), y)`)
  const value = Array.from({ length: 3000 }).reduce((z: number) => Math.tanh(z), 0.5)
  assert.ok(Math.abs(measured(source, 0.5).loss - value ** 2) < 1e-12)
})

test('chains of every kind are read, printed and checked', () => {
  const n = 5000
  const chains = {
    members: `x${'.a'.repeat(n)}`,
    calls: `x${'(x)'.repeat(n)}`,
    places: `v${'[0:4]'.repeat(n)}`,
    products: repeat(n, () => 'x', ' * '),
    comparisons: repeat(n, () => 'x > 0', ' and '),
    mixed: `${repeat(n, () => 'x', ' - ')} |> tanh`,
  }
  for (const [kind, e] of Object.entries(chains)) {
    const source = model(`  _z = ${e}\n  loss mse(w * x, y)`)
    assert.deepEqual(codes(source), { members: ['RNN218'], calls: ['RNN225'] }[kind] ?? [], kind)
  }
  const { program } = compile(model(`  loss mse(w * (${chains.products}), y)`)).program
  assert.equal(printAst(program).split('(* ').length, n + 1)
})

test('what is behind a probability may be far away', () => {
  const far = (last: string): string =>
    model(`  p = softmax(W @ v)${' |> same'.repeat(4000)}\n  loss mse(${last}, y)`, 'fn same(p) = p[0:4]')
  assert.deepEqual(codes(far('-log(probability(p)[0])')), [])
  const source = `fn same(p) = p[0:4]
model M {
  input v: [4]
  target k: class of 4
  loss cross_entropy(sigmoid(v)${' |> same'.repeat(4000)}, k)
}`
  assert.deepEqual(codes(source), ['RNN345'])
})

test('places of places are evaluated once each', () => {
  assert.deepEqual(codes(model(`  u = [0, 1, 2]\n  loss mse(w * ${'u['.repeat(90)}0${']'.repeat(90)} + x, y)`)), [])
})

test('what is nested too deeply is RNN119 at its place', () => {
  const deep = {
    brackets: `${'('.repeat(300)}x${')'.repeat(300)}`,
    calls: `${'tanh('.repeat(300)}x${')'.repeat(300)}`,
    minus: `${'-'.repeat(300)}x`,
    'very many minus': `${'-'.repeat(100_000)}x`,
    powers: repeat(300, () => 'x', ' ^ '),
    products: repeat(300, () => 'W', ' @ '),
    not: `${'not '.repeat(300)}(x > 0)`,
  }
  for (const [kind, e] of Object.entries(deep)) {
    const [only, ...others] = check(model(`  _z = ${e}\n  loss mse(w * x, y)`))
    assert.deepEqual([only.code, others], ['RNN119', []], kind)
    assert.ok((only.span?.start ?? 0) > 80, kind)
  }
  const dims = `model M {\n  input x: [${'('.repeat(300)}3${')'.repeat(300)}]\n  output z = x\n}`
  assert.deepEqual(codes(dims), ['RNN119'])
  const fns = `fn f0(x) = x + 1\n${repeat(3000, i => `fn f${i + 1}(x) = f${i}(x)`)}`
  assert.deepEqual(codes(model('  loss mse(w * f3000(x), y)', fns)), ['RNN119'])
  const layers = `layer l0() {\n  input x: real\n  return x\n}\n${repeat(
    300,
    i => `layer l${i + 1}() {\n  input x: real\n  part p = l${i}()\n  return p(x)\n}`,
  )}`
  assert.deepEqual(codes(model('  loss mse(w * (x |> l300()), y)', layers)), ['RNN119'])
})

test('as many brackets, and as many functions inside each other, as are allowed', () => {
  assert.deepEqual(codes(model(`  loss mse(w * ${'tanh('.repeat(190)}x${')'.repeat(190)}, y)`)), [])
  const fns = `fn f0(x) = x + 1\n${repeat(98, i => `fn f${i + 1}(x) = tanh(1 * (2 + f${i}(x)))`)}`
  assert.deepEqual(codes(model('  loss mse(w * f98(x), y)', fns)), [])
})

/** f30, which comes to 2^30 of what f0 does. */
const doubled = (first: string, twice: (f: string) => string): string =>
  `fn f0(x) = ${first}\n${repeat(30, i => `fn f${i + 1}(x) = ${twice(`f${i}`)}`)}`

test('few lines that come to very much are RNN121, at the use in the model', () => {
  const parts = `layer l0() {\n  input x: real\n  param a: real\n  return a * x\n}\n${repeat(
    24,
    i => `layer l${i + 1}() {\n  input x: real\n  part a = l${i}(), b = l${i}()\n  return a(b(x))\n}`,
  )}`
  const cases = {
    nested: model(
      '  loss mse(w * f30(x), y)',
      doubled('x + 1', f => `${f}(${f}(x))`),
    ),
    beside: model(
      '  loss mse(w * f30(x), y)',
      doubled('x + 1', f => `${f}(x) + ${f}(-x)`),
    ),
    nothing: model(
      '  loss mse(w * f30(x), y)',
      doubled('x', f => `${f}(${f}(x))`),
    ),
    wrong: model(
      '  loss mse(w * f30(x), y)',
      doubled('x', f => `${f}(x) + q + ${f}(x)`),
    ),
    numbers: model(
      '  _z = [x][f30(0)]\n  loss mse(w * x, y)',
      doubled('x', f => `${f}(${f}(x))`),
    ),
    parts: model('  part p = l24()\n  loss mse(p(x), y)', parts),
  }
  for (const [kind, source] of Object.entries(cases)) {
    const found = check(source).filter(d => d.code === 'RNN121')
    assert.equal(found.length, 1, kind)
    const at = found[0].span?.start ?? 0
    assert.ok(at > source.indexOf('model M'), kind)
  }
})

test('sizes with too many terms are RNN121, and axes alone are no such', () => {
  const names = Array.from({ length: 24 }, (_, i) => `n${i}`)
  const inputs = names.map(n => `v${n}: [${n}]`).join(', ')
  const all = `model M {\n  input ${inputs}, x: [${names.map(n => `${n} + 1`).join(', ')}]\n  output z = sum(2 * [sum(x[0]), 1])\n}`
  assert.deepEqual(codes(all), ['RNN121'])
  const axes = repeat(24, i => `over A${i}`, ' ')
  assert.deepEqual(codes(`model M {\n  input x: real ${axes}\n  output z = 2 * x\n}`), [])
})

test('roots and logarithms look once at what is used twice, forty times, and not too far', () => {
  const chain = (n: number, first: string, next: (a: string, i: number) => string, last: string): string =>
    model(
      `  a0 = ${first}\n${repeat(n, i => `  a${i + 1} = ${next(`a${i}`, i)}`)}\n  loss ${last.replaceAll('@', `a${n}`)} + 0 * y`,
    )
  const root = chain(40, '(w * x) ^ 2', a => `${a} + ${a}`, 'sqrt(@)')
  const { loss, slope } = measured(root, 0.5)
  assert.ok(Math.abs(loss / 2 ** 19 - 1) < 1e-14 && Math.abs(slope / 2 ** 19 - 1) < 1e-14)
  const far = measured(
    chain(2000, '(w * x) ^ 2', (a, i) => `where(x > ${i + 1}, 0, ${a} + 0 * (w * x) ^ 2)`, 'sqrt(@)'),
    0.5,
  )
  assert.deepEqual(far, { loss: 0.5, slope: 0.5 })
  const rows = chain(
    40,
    'softmax(w * x * [0, 1, 2, 3])',
    (a, i) => `where(x > ${i}, ${a}, where(x > ${-i}, ${a}, 1 * ${a}))`,
    'log(@[0] + @[1])',
  )
  const own = measured(model('  p = softmax(w * x * [0, 1, 2, 3])\n  loss log(p[0] + p[1]) + 0 * y'), 0.5)
  const found = measured(rows, 0.5)
  assert.ok(Math.abs(found.loss - own.loss) < 1e-13 && Math.abs(found.slope - own.slope) < 1e-13)
  const sequence = `model M {
  input x: [2] over T
  target y: real
  part f = dense(3, softmax)
  q0 = f(x)
${repeat(40, i => `  q${i + 1} = where(x[0] > ${i}, q${i}, delay(q${i}))`)}
  loss sum(log(q40[0] + q40[1]), over T) - y
}`
  assert.doesNotThrow(() => compile(sequence).gradient())
})

test('values that are made of the one before twice, forty times', () => {
  const chain = (first: string, next: (a: string) => string, last: string): string =>
    model(
      `  a0 = ${first}\n${repeat(40, i => `  a${i + 1} = ${next(`a${i}`)}`)}\n  loss ${last.replaceAll('@', 'a40')}`,
    )
  const cases = {
    sums: chain('w * x', a => `${a} + ${a}`, 'mse(@, y)'),
    choices: chain('w * x', a => `where(${a} > 0, ${a}, -${a})`, 'mse(@, y)'),
    pieces: chain('W @ v', a => `[${a}[2:4], ${a}[0:2]]`, 'mse(sum(@), y)'),
    probabilities: chain('softmax(W @ v)', a => `[${a}[2:4], ${a}[0:2]]`, 'mse(-log(probability(@)[0]), y)'),
    lists: chain('[w * x]', a => `[${a}, ${a}]`, 'mse(sum(@), y)'),
  }
  for (const [kind, source] of Object.entries(cases)) assert.deepEqual(codes(source), [], kind)
  const steps = repeat(40, i => `  a${i + 1} = a${i} + a${i}`)
  const cell = `cell C() {\n  input x: real\n  state h: real\n  param u: real\n  a0 = u * h + x\n${steps}\n  h' = a40\n  return h'\n}\n`
  assert.deepEqual(codes(`${cell}model M {\n  input x: real over T\n  output z = x |> C()\n}`), [])
})

test('a cell of 5,000 equations', () => {
  const steps = repeat(5000, i => `  a${i + 1} = a${i} + 0.001 * x`)
  const cell = `cell C() {\n  input x: real\n  state h: real\n  param u: real\n  a0 = u * h\n${steps}\n  h' = a5000\n  return h'\n}\n`
  const source = `${cell}model M {\n  input x: real over T\n  target y: real\n  loss mse(x |> C() |> last, y)\n}`
  compile(source).gradient()
})

test('thousands of errors of each kind are all found', () => {
  const n = 5000
  const cases = {
    RNN106: repeat(n, i => `  a${i} = q${i} + x`),
    // A chain that is deeper than the stack.
    RNN109: repeat(4 * n, i => `  a${i} = a${i + 1} + x`),
    RNN107: repeat(n, () => '  a = x'),
    RNN102: `  a = ${'& '.repeat(n)}x`,
  }
  const least = { RNN106: n, RNN109: 4 * n - 1, RNN107: n - 1, RNN102: n }
  for (const [code, body] of Object.entries(cases)) {
    const found = check(model(`${body}\n  loss mse(w * x, y)`)).filter(d => d.code === code)
    assert.ok(found.length >= (Object.entries(least).find(([c]) => c === code)?.[1] ?? n), `${code}: ${found.length}`)
  }
})

test('a name of a million letters is a name, and a message about it is short', () => {
  const name = 'n'.repeat(1e6)
  assert.deepEqual(codes(`model M {\n  input ${name}: real\n  output y = 2 * ${name}\n}`), [])
  const [{ code, message, help }] = check(`model M {\n  input ${name}: real\n  output y = 2 * ${name}x\n}`)
  assert.equal(code, 'RNN106')
  assert.ok(message.length < 1000 && (help ?? '').length < 1000)
})

test('files that import the next one twice, and a chain of files', () => {
  const files = (n: number, times: number) => (path: string) => {
    const i = Number(path.slice(1))
    const text = i === n ? 'fn last_of_all(x) = 2 * x' : `import "f${i + 1}"\n`.repeat(times)
    return { file: path, text }
  }
  const source = `import "f1"\n${model('  loss mse(w * last_of_all(x), y)')}`
  assert.deepEqual(check(source, { read: files(40, 2) }), [])
  assert.deepEqual(
    check(source, { read: files(5000, 1) }).map(d => d.code),
    ['RNN119'],
  )
})
