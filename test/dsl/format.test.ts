// The formatter: the same program, every comment in its order, and a second time nothing changes; for all files and for random ones.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { RnnError } from '../../dsl/diagnostics.ts'
import { format } from '../../dsl/format/format.ts'
import { parse } from '../../dsl/parse.ts'
import { printAst } from '../../dsl/printAst.ts'
import { scan } from '../../dsl/scanText.ts'
import { fuzzCases } from '../../trust/fuzz/generate/index.ts'
import { seed } from '../support/seed.ts'

const root = new URL('../../', import.meta.url)
const parses = (source: string): boolean => parse(source, 'a.rnn').diagnostics.every(d => d.severity !== 'error')

const sources = globSync('{bench,dsl,examples,test}/**/*.rnn', { cwd: root })
  .map(path => readFileSync(new URL(path, root), 'utf8'))
  .filter(parses)

const ast = (source: string): string => printAst(parse(source, 'a.rnn').program)

/** The comments of a source, in their order: a string may hold a `#` too, so those are taken out. */
const comments = (source: string): string[] =>
  (
    source
      .replace(/"(?:[^"\\\r\n]|\\[^\r\n])*"|#[^\r\n]*/g, found => (found.startsWith('#') ? found : ''))
      .match(/#[^\r\n]*/g) ?? []
  ).map(text => text.trimEnd())

function check(source: string): void {
  const text = format(source, 'a.rnn')
  assert.equal(ast(text), ast(source))
  assert.deepEqual(comments(text), comments(source))
  assert.equal(format(text, 'a.rnn'), text)
  assert.doesNotMatch(text, /[ \t]\r?\n|\n\r?\n\r?\n|^\s|\n\r?\n$/)
}

describe('formatting keeps the program and the comments, and is done at once', () => {
  it('for the files of the repository', () => {
    assert.ok(sources.length > 150)
    for (const source of sources) check(source)
  })

  it('for random programs', () => {
    fc.assert(
      fc.property(fuzzCases(), ({ source }) => check(source)),
      { numRuns: 60, seed },
    )
  })

  it('with comments, empty lines, tabs and other line ends between any two tokens', () => {
    let tried = 0
    const between = fc.constantFrom(
      '',
      '',
      '',
      '',
      ' # one\n',
      '\n# two  \n',
      '\n\n\n',
      '\t',
      ' # three\r\n',
      '\r\n\t# four\r\n\r\n',
      '#\n',
    )
    const short = sources.filter(s => s.length < 3000)
    const given = fc.oneof(
      fc.constantFrom(...short),
      fuzzCases().map(c => c.source),
    )
    fc.assert(
      fc.property(given, fc.infiniteStream(between), fc.boolean(), (source, more, bom) => {
        let [text, read] = [bom ? '\uFEFF' : '', 0]
        for (const { startOffset } of scan(source, 'a.rnn').tokens) {
          const gap = source.slice(read, startOffset)
          text += gap + (more.next().value ?? '')
          read = startOffset
        }
        text += source.slice(read)
        if (!parses(text)) return
        tried++
        check(text)
      }),
      { numRuns: 80, seed },
    )
    assert.ok(tried > 30, `only ${tried} could be read`)
  })
})

/** Formats lines; the result as lines. */
const formatted = (...source: string[]): string[] =>
  format(`${source.join('\n')}\n`, 'a.rnn')
    .trimEnd()
    .split('\n')

describe('the form', () => {
  it('has one space around operators, none around powers and within brackets', () => {
    assert.deepEqual(formatted('fn f( x,n=2 )=-x^( n )*[ 1 ,2 ,] @ (x)[1 : n]+x[ n-1: ]'), [
      'fn f(x, n = 2) = -x^(n) * [1, 2] @ (x)[1:n] + x[n - 1 :]',
    ])
  })

  it('has a statement a line, where they are not all on one line that holds them', () => {
    assert.deepEqual(formatted('train M on D { batch=3;epochs=2; }'), ['train M on D { batch = 3; epochs = 2 }'])
    assert.deepEqual(formatted('train M on D { batch=3;', 'epochs=2 }'), [
      'train M on D {',
      '  batch = 3',
      '  epochs = 2',
      '}',
    ])
    const long = `x = ${'aaaaaaaaa + '.repeat(7)}a`
    assert.deepEqual(formatted(`train M on D { ${long}; batch = 3 }`), [
      'train M on D {',
      `  ${long}`,
      '  batch = 3',
      '}',
    ])
  })

  it('breaks what is too long: a chain before its operators, brackets inside, declarations into several', () => {
    const [long, wide] = ['a_name_that_is_long', 'another_name_that_is_even_longer_than_the_first']
    assert.deepEqual(
      formatted(
        'model M {',
        `param ${long}, b: [3], ${wide}: [4] = zeros, c: [5]`,
        `p = ${long} |> ${wide} |> ${long}(${long}) |> b`,
        `q = ${wide}(${long}, ${long} * ${long}, b)`,
        `r = ${wide} + ${long} * b - ${wide}`,
        '}',
      ),
      [
        'model M {',
        `  param ${long}, b: [3]`,
        `  param ${wide}: [4] = zeros`,
        '  param c: [5]',
        `  p = ${long}`,
        `    |> ${wide}`,
        `    |> ${long}(${long})`,
        '    |> b',
        `  q = ${wide}(`,
        `    ${long},`,
        `    ${long} * ${long},`,
        '    b',
        '  )',
        `  r = ${wide}`,
        `    + ${long} * b`,
        `    - ${wide}`,
        '}',
      ],
    )
  })

  it('keeps comments at the ends of lines, below each other, and those on lines of their own', () => {
    assert.deepEqual(
      formatted(
        '# first',
        'model M { # head',
        '  # inside',
        '',
        '',
        '  input x: [3] # x',
        '  target label: [3]',
        '  p = x # read',
        '  |> # embed',
        '  f( # open',
        '    a # a',
        '    , b, # b',
        '    # last',
        '  )',
        '  # end',
        '} # closed',
        'fn f(x) = x',
        '# after',
      ),
      [
        '# first',
        'model M {   # head',
        '  # inside',
        '',
        '  input  x: [3]   # x',
        '  target label: [3]',
        '  p = x           # read',
        '    # embed',
        '    |> f(         # open',
        '      a,          # a',
        '      b           # b',
        '      # last',
        '    )',
        '  # end',
        '}                 # closed',
        '',
        'fn f(x) = x',
        '# after',
      ],
    )
  })

  it('sets apart items of several lines, and lets one-line items stand together', () => {
    assert.deepEqual(
      formatted('fn f(x) = x', 'fn g(x) = x', '', '', 'fn h(x) = x', 'data D for M { x = a', 'y = b }'),
      ['fn f(x) = x', 'fn g(x) = x', '', 'fn h(x) = x', '', 'data D for M {', '  x = a', '  y = b', '}'],
    )
  })

  it('keeps line ends as the first line has them, and drops a byte order mark', () => {
    assert.equal(format('\uFEFFfn f(x)=x\r\n\r\n\r\nfn g(x)=x', 'a.rnn'), 'fn f(x) = x\r\n\r\nfn g(x) = x\r\n')
    assert.equal(format('fn f(x)=x\nfn g(x)=x\r\n', 'a.rnn'), 'fn f(x) = x\nfn g(x) = x\n')
    assert.equal(format('', 'a.rnn'), '')
    assert.equal(format('\r\n', 'a.rnn'), '')
  })

  it('needs no names to be known, and has none for what does not parse', () => {
    assert.deepEqual(formatted('model M { p=nothing(known) }'), ['model M { p = nothing(known) }'])
    assert.throws(() => format('model M { p = }', 'a.rnn'), RnnError)
  })

  it('takes chains that are longer than the stack is deep', () => {
    check(`fn f(x) = ${'x + '.repeat(2000)}x\nfn g(x) = x${' |> f'.repeat(2000)}\nfn h(x) = x${'(x)'.repeat(2000)}\n`)
  })
})
