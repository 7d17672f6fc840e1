// The verifier refuses each kind of damage, and names the equation.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { constant } from '../../compiler/ir/dim.ts'
import type { Block, Eqn, Graph, Value } from '../../compiler/ir/graph.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'
import { runPasses } from '../../compiler/passes/pipeline.ts'

const text = `graph rnn {
  input w: real[H, H]
  input s: real[B, H]
  input x: real[T, B, H]
  %y = tanh(%x)
  %last, %all = scan(T, false) {
    const %w = %w
    carry %h = %s
    each %a = %y
    %r = matmul(%h, %w)
    %n = add(%r, %a)
    next %n
    yield %n
  }
  output all
}`

const { graph, context } = readGraph(text)
const [tanh, scan] = graph.eqns

const edited = (eqns: readonly Eqn[]): Graph => ({ ...graph, eqns })
const withScan = (change: Partial<Eqn>): Graph => edited([tanh, { ...scan, ...change }])
const withBody = (change: (body: Block) => Partial<Block>): Graph => {
  assert.ok(scan.body)
  return withScan({ body: { ...scan.body, ...change(scan.body) } })
}
const renumbered = (value: Value, id: number): Value => ({ ...value, id })

const damages: readonly (readonly [what: string, damaged: Graph, message: RegExp])[] = [
  [
    'a value used before its definition',
    edited([scan, tanh]),
    /= scan\(.*\): operand %y is not defined in this block before/,
  ],
  [
    'a value assigned twice',
    edited([tanh, tanh, scan]),
    /%y: real\[T, B, H\] = tanh\(%x\): %y \(id \d+\) is defined a second time$/,
  ],
  [
    'a value that a body assigns again',
    withBody(body => {
      const [first, last] = body.eqns
      const again = { ...last, outs: [renumbered(last.outs[0], tanh.outs[0].id)] }
      return { eqns: [first, again], results: [again.outs[0], again.outs[0]] }
    }),
    /= scan\(.*\): %n: real\[B, H\] = add\(%r, %a\): %n \(id \d+\) is defined a second time/,
  ],
  [
    'a parameter that is another value',
    { ...graph, params: [graph.params[0], graph.params[0], graph.params[2]] },
    /defined a second time as a parameter/,
  ],
  [
    'a body that uses a value from outside',
    withBody(body => ({ eqns: [{ ...body.eqns[0], ins: [body.params[1], graph.params[0]] }, body.eqns[1]] })),
    /%r: real\[B, H\] = matmul\(%h, %\?\d+\): operand %w \(id \d+\) is not defined in this block/,
  ],
  [
    'a result of the body from outside',
    withBody(body => ({ results: [body.results[0], graph.params[1]] })),
    /= scan\(.*: result %\w* \(id \d+\) is not defined in this block/,
  ],
  ['a result that nothing defines', edited([tanh]), /result %\w* \(id \d+\) is not defined in this block$/],
  [
    'another recorded shape',
    edited([{ ...tanh, outs: [{ ...tanh.outs[0], shape: [constant(3)] }] }, scan]),
    /%y: real\[3\] = tanh\(%x\): the rule gives real\[T, B, H\], recorded is real\[3\]$/,
  ],
  [
    'another recorded dtype',
    edited([{ ...tanh, outs: [{ ...tanh.outs[0], dtype: 'int' }] }, scan]),
    /the rule gives real\[T, B, H\], recorded is int\[T, B, H\]/,
  ],
  [
    'operands that do not fit',
    edited([{ ...tanh, op: 'matmul', ins: [graph.params[1], graph.params[2]] }, scan]),
    /matmul: the last dim/,
  ],
  ['too few operands', edited([{ ...tanh, op: 'add' }, scan]), /add takes 2 operands, not 1/],
  ['too few results', edited([{ ...tanh, outs: [] }, scan]), /the rule gives 1 results, recorded are 0/],
  // @ts-expect-error: no op is called that
  ['an op that does not exist', edited([{ ...tanh, op: 'tan' }, scan]), /no op is called tan/],
  ['an attribute that does not exist', edited([{ ...tanh, attrs: { axis: 1 } }, scan]), /there is no attribute axis/],
  [
    'an attribute of another kind',
    withScan({ attrs: { ...scan.attrs, reverse: 1 } }),
    /attribute reverse should be a boolean/,
  ],
  ['a count too large', withScan({ attrs: { ...scan.attrs, consts: 4 } }), /4 constants and 1 carries of 3 operands/],
  [
    'a count that is off',
    withScan({ attrs: { ...scan.attrs, consts: 2 } }),
    /scan: operand 1 is not over|does not fit the body/,
  ],
  [
    'more carries than results',
    withScan({ attrs: { ...scan.attrs, consts: 0, carries: 3 } }),
    /3 carries of 2 results/,
  ],
  ['a negative count', withScan({ attrs: { ...scan.attrs, consts: -1 } }), /are not numbers/],
  [
    'a carry that changes its type',
    withBody(body => ({ results: [body.params[0], body.results[1]] })),
    /carry 0 leaves/,
  ],
  ['another length', withScan({ attrs: { ...scan.attrs, length: constant(3) } }), /operand 2 is not over its steps/],
  ['an operand without a parameter', withScan({ ins: [...scan.ins, graph.params[2]] }), /4 operands for 3 parameters/],
  ['no body', edited([tanh, { op: 'scan', ins: scan.ins, attrs: scan.attrs, outs: scan.outs }]), /there is no body/],
  ['a body where none belongs', edited([{ ...tanh, body: scan.body }, scan]), /tanh has no body/],
  ['too few names', { ...graph, inputs: ['w', 's'] }, /2 names for 3 inputs/],
  ['too many outputs', { ...graph, outputs: ['all', 'more'] }, /2 names for 1 outputs/],
]

describe('verify', () => {
  it('accepts a good graph', () => verify(context, graph))

  for (const [what, damaged, message] of damages) {
    it(`refuses ${what}`, () => assert.throws(() => verify(context, damaged), message))
  }

  it('names the pass that broke the graph', () => {
    const damage = { name: 'break', contract: '', run: () => edited([scan, tanh]) }
    assert.throws(() => runPasses(context, graph, [damage]), /^Error: after break: .*operand %y is not defined/)
  })

  it('lets a dump see the graph after each pass', () => {
    const seen: string[] = []
    const same = (name: string) => ({ name, contract: '', run: () => graph })
    runPasses(context, graph, [same('one'), same('two')], { onDump: (pass, g) => seen.push(`${pass} ${g.name}`) })
    assert.deepEqual(seen, ['one rnn', 'two rnn'])
  })
})
