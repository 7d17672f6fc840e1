// Print, read, print is the identity; bad text is refused with its line.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { constant, symbol } from '../../compiler/ir/dim.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'
import { randomGraphs } from './randomGraph.ts'

const rnn = `graph rnn {
  input x: real[T, B, D]
  input h0.W %W: real[4*H + 1, D]
  input "a b" %a_b: bool
  input T-1: int[T-1]
  %W.2: real[T, B, 4*H + 1] = matmul(%x, %W)
  %1: real = constant(value=-Infinity, dtype=real)
  %2: real[B, 4*H + 1] = broadcast(%1, at=[-2, -1], sizes=[B, 4*H + 1])
  %h: real[B, 4*H + 1], %3: real[T, B, 4*H + 1] = scan(length=T, reverse=true) {
    const %1: real = %1
    carry %h: real[B, 4*H + 1] = %2
    each %a': real[B, 4*H + 1] = %W.2
    %h.2: real[B, 4*H + 1] = add(%h, %a')
    next %h.2
    yield %h.2
  }
  output h
  output all.h %3
  output d:h0.W %3
}
`.replace('input T-1: ', 'input T-1 %T: ')

describe('text', () => {
  it('reads what it prints', () => {
    const { graph, context } = readGraph(rnn)
    verify(context, graph)
    assert.equal(printGraph(graph), rnn)
    assert.deepEqual(graph.inputs, ['x', 'h0.W', 'a b', 'T-1'])
    assert.deepEqual(graph.outputs, ['h', 'all.h', 'd:h0.W'])
  })

  it('is the identity on random graphs', () => {
    const property = fc.property(randomGraphs, ({ graph, context }) => {
      verify(context, graph)
      const text = printGraph(graph)
      const again = readGraph(text)
      verify(again.context, again.graph)
      assert.equal(printGraph(again.graph), text)
    })
    fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 60_000 })
  })

  it('needs no types of results, no names of attributes, and ignores comments', () => {
    const { graph } = readGraph(
      `
      graph small {                  # a comment
        input x: real[T, 4]
        # another
        %i, %n = scan(T, false) {
          carry %i = %k
          each %r = %x
          %s = slice(%r, -1, 1, size=2)
          next %i
          yield %s
        }
        output n
      }`.replace('%i, %n =', '%k = constant(0, int)\n%i, %n ='),
    )
    assert.match(printGraph(graph), /%n: real\[T, 2\] = scan\(length=T, reverse=false\) \{/)
    assert.match(printGraph(graph), /%s: real\[2\] = slice\(%r, axis=-1, start=1, size=2\)/)
  })

  it('keeps a type that is written, for the verifier to judge', () => {
    const { graph, context } = readGraph('graph g {\ninput x: real[2]\n%y: real[3] = neg(%x)\noutput y\n}')
    assert.throws(
      () => verify(context, graph),
      /%y: real\[3\] = neg\(%x\): the rule gives real\[2\], recorded is real\[3\]/,
    )
  })

  it('prints numbers exactly', () => {
    const text = (value: string): string =>
      `graph g {\n  %1: real = constant(value=${value}, dtype=real)\n  output y %1\n}\n`
    for (const value of ['0.1', '-0', 'NaN', 'Infinity', '1e-300', '0.30000000000000004']) {
      assert.equal(printGraph(readGraph(text(value)).graph), text(value))
    }
  })

  it('makes names unique, and hints that would not read back safe', () => {
    const { graph, context } = readGraph('graph g {\ninput x: real[T-1]\noutput x\n}')
    const odd = ['h', 'h', '', '', 'h.2', '3', 'a b', "c'"].map((hint, i) => ({
      id: context.nextId + i,
      dtype: 'real' as const,
      shape: [symbol('T', 1), constant(2)],
      hint,
    }))
    const text = printGraph({ ...graph, inputs: odd.map((_, i) => `p${i}`), params: odd, results: [odd[0]] })
    const names = [...text.matchAll(/(%[^:\s]+):/g)].map(m => m[1])
    assert.deepEqual(names, ['%h', '%h.2', '%1', '%2', '%h_2', '%_3', '%a_b', "%c'"])
    assert.equal(printGraph(readGraph(text).graph), text)
  })

  const bad: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /line 1: the text ends before: graph NAME \{/],
    ['graph g', /line 1: expected graph NAME \{, found: graph g/],
    ['graph g {', /line 1: the text ends before: \}/],
    ['graph g {\n  input x real\n}', /line 2: expected input NAME: TYPE/],
    ['graph g {\n  input x: reel[2]\n}', /line 2: reel is not real, int or bool/],
    ['graph g {\n  input x: real[2 * ]\n}', /line 2: not a dimension/],
    ['graph g {\n  input x: real\n\n  input x: real\n}', /line 4: %x is defined twice/],
    ['graph g {\n  %y = neg(%x)\n}', /line 2: %x is not defined/],
    ['graph g {\n  input x: real\n  %y = nag(%x)\n}', /line 3: no op is called nag/],
    ['graph g {\n  input x: real\n  %y = neg %x\n}', /line 3: expected %VALUE = OP\(…\), found: %y = neg %x/],
    ['graph g {\n  input x: real\n  %y = sum(%x)\n}', /line 3: the attribute axes is missing/],
    ['graph g {\n  input x: real\n  %y = sum(%x, [], 3)\n}', /line 3: there is no attribute for 3/],
    ['graph g {\n  input x: real\n  %y = sum(%x, axis=3)\n}', /line 3: there is no attribute for axis=3/],
    ['graph g {\n  input x: real[2]\n  %y = sum(%x, [a])\n}', /line 3: a is not a number/],
    ['graph g {\n  input x: real[2]\n  %y = sum(%x, -1)\n}', /line 3: -1 is not a list/],
    ['graph g {\n  input x: real[2]\n  %y, %z = neg(%x)\n}', /line 3: neg has 1 results/],
    [
      'graph g {\n  input x: real[2]\n  input y: real[3]\n  %z = add(%x, %y)\n}',
      /line 4: add: operands of different shapes/,
    ],
    ['graph g {\n  input x: real\n  output y %z\n}', /line 3: %z is not defined/],
    ['graph g {\n}\nmore', /line 3: the graph has ended/],
    [
      'graph g {\n  input x: real\n  %y = scan(T, maybe) {\n  carry %h = %x\n  next %h\n}\n}',
      /line 3: maybe is not true or false/,
    ],
    [
      'graph g {\n  input x: real\n  %y = scan(T, false) {\n  carry %h = %x\n  }\n}',
      /line 5: 1 carries enter the step and 0 leave/,
    ],
    [
      'graph g {\n  input x: real\n  %y = scan(T, false) {\n  carry %h = %x\n  next %x\n  }\n}',
      /line 5: %x is not defined/,
    ],
    [
      'graph g {\n  input x: real\n  %y = scan(T, false) {\n  each %h = %x\n  }\n}',
      /line 3: scan: operand 0 is not over/,
    ],
  ]
  for (const [text, message] of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => readGraph(text), message))
  }
})
