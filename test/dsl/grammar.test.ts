// What the grammar accepts, and the tree that it gives.
import assert from 'node:assert/strict'
import { Lexer } from 'chevrotain'
import { test } from 'vitest'
import type { Expr, Span } from '../../dsl/ast.ts'
import { Grammar } from '../../dsl/grammar.ts'
import { parse } from '../../dsl/parse.ts'
import { printAst } from '../../dsl/printAst.ts'
import { standardLibrary } from '../../dsl/std.ts'
import { vocabulary } from '../../dsl/tokens.ts'
import { fixture, parsed, statements, tree } from './support.ts'

test('chevrotain finds no mistake in the tokens and the rules: each start skips its checks', () => {
  assert.doesNotThrow(() => new Lexer(vocabulary, { ensureOptimizations: true }))
  assert.doesNotThrow(() => new Grammar(false))
})

test('the standard library and the programs of the proposal parse', () => {
  const counts = Object.entries(standardLibrary).map(([name, text]) => [name, parsed(text).items.length])
  assert.deepEqual(Object.fromEntries(counts), {
    'cells.rnn': 4,
    'functions.rnn': 12,
    'layers.rnn': 4,
    'losses.rnn': 5,
    'metrics.rnn': 16,
    'optimizers.rnn': 12,
    'schedules.rnn': 6,
  })
  assert.equal(parsed(fixture('library.rnn')).items.length, 16)
  assert.equal(parsed(fixture('programs.rnn')).items.length, 22)
})

test('the library is what the proposal says, but for its layout and its optimizers, which have had schedules since', () => {
  const texts = Object.values(standardLibrary).join('\n')
  const optimizers = parsed(standardLibrary['optimizers.rnn']).items
  const units = new Set(
    printAst(parsed(texts))
      .split('\n\n')
      .map(unit => unit.trimEnd()),
  )
  for (const unit of printAst(parsed(fixture('library.rnn')))
    .trimEnd()
    .split('\n\n')) {
    const isOptimizer = optimizers.some(item => item.kind === 'unit' && unit.startsWith(`cell ${item.name.text} `))
    assert.ok(isOptimizer || units.has(unit), unit)
  }
})

test('precedence, from the loosest operator to the tightest', () => {
  const trees: Record<string, string> = {
    'a |> f or b |> g': '(|> (|> a (or f b)) g)',
    'a or b and not c == d': '(or a (and b (not (== c d))))',
    'not not a': '(not (not a))',
    'a + b < c * d': '(< (+ a b) (* c d))',
    'a - b - c': '(- (- a b) c)',
    'a / b * c % d': '(% (* (/ a b) c) d)',
    'r * U @ h': '(* r (@ U h))',
    'A @ B @ x': '(@ A (@ B x))',
    '-W @ x^2': '(- (@ W (^ x 2)))',
    'W @ -x': '(@ W (- x))',
    '-a * b': '(* (- a) b)',
    '- - a': '(- (- a))',
    'a ^ b ^ c': '(^ a (^ b c))',
    'a ^ -b': '(^ a (- b))',
    'a ^ -b ^ c': '(^ a (- (^ b c)))',
    "b2^t'": "(^ b2 t')",
    '-2^2': '(- (^ 2 2))',
    '(a + b) * c': '(* (+ a b) c)',
    'f(x).y[0](z)': '(call (at (. (call f x) y) 0) z)',
    '(a < b) == c': '(== (< a b) c)',
  }
  for (const [source, expected] of Object.entries(trees)) assert.equal(tree(source), expected, source)
})

test('primaries, calls and indices', () => {
  const trees: Record<string, string> = {
    '[]': '[]',
    '[a, [b], 1,]': '[a [b] 1]',
    'f()': '(call f)',
    'f(a, b = 1, over T,)': '(call f a b=1 over=T)',
    'M[:, j]': '(at M : j)',
    'x[a:b]': '(at x a:b)',
    'x[1:]': '(at x 1:)',
    'x[:n - 1]': '(at x :(- n 1))',
    'E[i]': '(at E i)',
    '"a\\"b\\\\c\\n\\t"': '"a\\"b\\\\c\\n\\t"',
    'true and false': '(and true false)',
    '1e-5 + 1.5 + 2E3': '(+ (+ 0.00001 1.5) 2e+3)',
    'LSTM(100)(x)': '(call (call LSTM 100) x)',
  }
  for (const [source, expected] of Object.entries(trees)) assert.equal(tree(source), expected, source)
})

test('a keyword followed by = or : is a name', () => {
  const words = [
    ...['cell', 'layer', 'fn', 'model', 'train', 'data', 'import', 'from', 'for', 'on', 'token', 'class'],
    ...['input', 'target', 'param', 'state', 'part', 'output', 'loss', 'metric', 'predict'],
  ]
  for (const word of words) {
    assert.deepEqual(statements(`${word} = ${word} + 1`), [`${word} = (+ ${word} 1)`])
    assert.deepEqual(statements(`${word}: real = 1`), [`${word} : real = 1`])
    assert.deepEqual(statements(`y = f(${word}, ${word} = ${word}, over ${word}).${word}`), [
      `y = (. (call f ${word} ${word}=${word} over=${word}) ${word})`,
    ])
    assert.deepEqual(statements(`input ${word}, a: [${word}] over ${word}[${word}]`), [
      `input ${word} a : [${word}] over ${word}[${word}]`,
    ])
    parsed(`fn ${word}(${word}, ${word} = 1) = ${word}`)
    parsed(`import ${word}, ${word} from "a.rnn"`)
  }
})

test('the keywords that begin a statement', () => {
  assert.deepEqual(statements('loss = a'), ['loss = a'])
  assert.deepEqual(statements('loss a = b'), ['loss a = b'])
  assert.deepEqual(statements('loss a'), ['loss a'])
  assert.deepEqual(statements('loss loss = loss'), ['loss loss = loss'])
  assert.deepEqual(statements('loss (a + b)'), ['loss (+ a b)'])
  assert.deepEqual(statements('loss [a][0]'), ['loss (at [a] 0)'])
  assert.deepEqual(statements('loss f(a = 1)'), ['loss (call f a=1)'])
  assert.deepEqual(statements('loss 0.3 * e'), ['loss (* 0.3 e)'])
  assert.deepEqual(statements('loss -e'), ['loss (- e)'])
  assert.deepEqual(statements('metric a == b'), ['metric (== a b)'])
  assert.deepEqual(statements('metric from'), ['metric from'])
  assert.deepEqual(statements('predict y from p'), ['predict y from p'])
  assert.deepEqual(statements('predict from from from'), ['predict from from from'])
  assert.deepEqual(statements('y = dec(y, from = s)'), ['y = (call dec y from=s)'])
  assert.deepEqual(statements('y |> dec(from = s)'.replace(/^/, 'p = ')), ['p = (|> y (call dec from=s))'])
  assert.deepEqual(statements('part cell = LSTM(2), f = cell'), ['part cell = (call LSTM 2)', 'part f = cell'])
  assert.deepEqual(statements('output a, b = 2 * a, c'), ['output a', 'output b = (* 2 a)', 'output c'])
})

test('types', () => {
  assert.deepEqual(statements('input x: token of 7 over W over C[5], y: class of K'), [
    'input x : (token of 7) over W over C[5]',
    'input y : (class of K)',
  ])
  assert.deepEqual(statements('param W, V: [4 * units, D] = normal(0.1), b: P'), [
    'param W V : [(* 4 units) D] = (call normal 0.1)',
    'param b : P',
  ])
  assert.deepEqual(statements('x: token = 1'), ['x : token = 1'])
  assert.deepEqual(statements('a: real over S = softmax(e, over S)'), ['a : real over S = (call softmax e over=S)'])
})

test('new lines are spaces inside a statement, and end none that goes on', () => {
  assert.deepEqual(statements('y = a\n  |> f\n  |> g\nz = 1; w = 2'), ['y = (|> (|> a f) g)', 'z = 1', 'w = 2'])
  assert.deepEqual(statements('input a: [2],\n  b: real,\n  c, d: [3]'), [
    'input a : [2]',
    'input b : real',
    'input c d : [3]',
  ])
  assert.deepEqual(statements('part a = f,\n  b = g\noutput c,\n  d = 1'), [
    'part a = f',
    'part b = g',
    'output c',
    'output d = 1',
  ])
  assert.deepEqual(statements('y = # a comment\n  f(a, # another\n    b)'), ['y = (call f a b)'])
  assert.deepEqual(statements('y = 1\r\nz = 2'), ['y = 1', 'z = 2'])
})

test('units and their hyper-parameters', () => {
  const { items } = parsed('cell a {}\ncell b() {}\nlayer c(x, y = 2,) { return x }\nfn f(x) = -x')
  assert.deepEqual(
    items.map(item => (item.kind === 'unit' ? [item.unit, item.hasParams, item.params.length] : item.kind)),
    [['cell', false, 0], ['cell', true, 0], ['layer', true, 2], 'fn'],
  )
  assert.equal(printAst({ ...parsed('fn f(x) = -x') }), 'fn f (x)\n  return (- x)\n')
})

test('spans cover what they name, in the source as it is written', () => {
  const source = `cell a(units = 1 + 2) {
  state h, c: [units] over S[2] = zeros, k: real
  part f = LSTM(3)
  h' = (h + c) * f(x, over T).y[0, 1:2]   # not this
}
`
  const cut = (span: Span) => source.slice(span.start, span.end)
  const { program } = parse(source, 'a.rnn')
  assert.equal(cut(program.span), source)
  const [unit] = program.items
  assert.ok(unit.kind === 'unit')
  assert.equal(cut(unit.span), source.trimEnd())
  assert.equal(cut(unit.name.span), 'a')
  assert.equal(cut(unit.params[0].span), 'units = 1 + 2')
  const [states, k, part, equation] = unit.body
  assert.equal(cut(states.span), 'state h, c: [units] over S[2] = zeros')
  assert.equal(cut(k.span), 'k: real')
  assert.equal(cut(part.span), 'part f = LSTM(3)')
  assert.ok(states.kind === 'state' && equation.kind === 'equation')
  assert.equal(cut(states.type.span), '[units] over S[2]')
  assert.equal(cut(states.type.item.span), '[units]')
  assert.equal(cut(states.type.axes[0].span), 'over S[2]')
  assert.equal(cut(equation.name.span), "h'")
  assert.equal(cut(equation.span), "h' = (h + c) * f(x, over T).y[0, 1:2]")
  const product: Expr = equation.value
  assert.ok(product.kind === 'binary' && product.right.kind === 'index')
  assert.equal(cut(product.span), '(h + c) * f(x, over T).y[0, 1:2]')
  assert.equal(cut(product.left.span), 'h + c')
  assert.deepEqual(
    product.right.slices.map(slice => cut(slice.span)),
    ['0', '1:2'],
  )
})
