// Loops cut into windows, by examples in IR text: before and after.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { cost, savedElements } from '../../compiler/ir/cost.ts'
import { evaluate, format, symbol } from '../../compiler/ir/dim.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'
import { carryOver } from '../../compiler/passes/carryOver.ts'
import { checkpoint } from '../../compiler/passes/checkpoint.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { grad } from '../../compiler/passes/grad.ts'
import { hoist } from '../../compiler/passes/hoist.ts'
import { runPasses, standard } from '../../compiler/passes/pipeline.ts'
import { simplify } from '../../compiler/passes/simplify.ts'
import { sink } from '../../compiler/passes/sink.ts'
import { unroll } from '../../compiler/passes/unroll.ts'
import { becomes, graphText } from './passes.ts'

const inputs = `input x: real[T, B, 3]
input z: real[4, B, 3]
input U: real[3, 3]
input h0: real[B, 3]
`

const loop = (over: string, length: string, reverse = false): string => `%last, %all = scan(${length}, ${reverse}) {
  const %U = %U
  carry %h = %h0
  each %a = %${over}
  %p = matmul(%h, %U)
  %s = add(%p, %a)
  %n = tanh(%s)
  next %n
  yield %s
}
output last
output all
`

/** One step on %h and %a, whose names end in a number. */
const step = (i: number, h: string, a: string): string =>
  `%p${i} = matmul(${h}, %U)\n%s${i} = add(%p${i}, ${a})\n%n${i} = tanh(%s${i})`

const body = (carry: string, each: string): string => `const %U = %U
    carry %h = ${carry}
    each %a = ${each}
    %p = matmul(%h, %U)
    %s = add(%p, %a)
    %n = tanh(%s)
    next %n
    yield %s`

describe('checkpoint', () => {
  it('makes a loop one over windows, whose steps are done again, and one over what is left', () => {
    becomes(
      [checkpoint(16)],
      inputs + loop('x', 'T'),
      `${inputs}%front = slice(%x, -3, 0, 16*floor(T/16))
%cut = reshape(%front, [floor(T/16), 16, B, 3])
%mid, %ys = scan(floor(T/16), false, recompute=true) {
  const %U = %U
  carry %h = %h0
  each %a = %cut
  %k, %y = scan(16, false) {
    ${body('%h', '%a')}
  }
  next %k
  yield %y
}
%early = reshape(%ys, [16*floor(T/16), B, 3])
%back = slice(%x, -3, 16*floor(T/16), T - 16*floor(T/16))
%last, %late = scan(T - 16*floor(T/16), false) {
  ${body('%mid', '%back')}
}
%all = concat(%early, %late, axis=-3)
output last
output all
`,
    )
  })

  it('begins at the other end of a loop that runs backward', () => {
    const { graph, context } = readGraph(graphText(inputs + loop('x', 'T', true)))
    const after = runPasses(context, graph, [checkpoint('root')])
    const [rest, windows] = after.eqns.filter(e => e.op === 'scan')
    assert.equal(format(windows.ins[2].shape[0]), 'floor(T/root(T))')
    assert.equal(windows.ins[1], rest.outs[0])
    const concat = after.eqns.find(e => e.op === 'concat')
    assert.equal(concat?.ins[1], rest.outs[1])
  })

  it('needs no loop for what is left of a known length that its windows cover', () => {
    const { graph, context } = readGraph(graphText(inputs + loop('z', '4')))
    const after = runPasses(context, graph, [checkpoint(2)])
    assert.deepEqual(
      after.eqns.map(e => e.op),
      ['slice', 'reshape', 'scan', 'reshape'],
    )
    assert.deepEqual(
      runPasses(context, graph, [checkpoint(4)]).eqns.map(e => e.op),
      ['scan'],
    )
  })

  it('cuts no window again', () => {
    const { graph, context } = readGraph(graphText(inputs + loop('x', 'T')))
    const once = runPasses(context, graph, [checkpoint(16)])
    const windows = once.eqns.find(e => e.attrs.recompute === true)
    const twice = runPasses(context, once, [checkpoint(16)])
    assert.equal(twice.eqns.find(e => e.attrs.recompute === true)?.body, windows?.body)
  })
})

describe('the gradient of windows', () => {
  const text = `graph loss {
  input x: real[T, B, 3]
  input W: real[3, 3]
  input U: real[3, 3]
  input h0: real[B, 3]
  %last, %all = scan(T, false) {
    const %W = %W
    const %U = %U
    carry %h = %h0
    each %a = %x
    %q = matmul(%a, %W)
    %p = matmul(%h, %U)
    %s = add(%p, %q)
    %n = tanh(%s)
    next %n
    yield %n
  }
  %l = sum(%all, [-3, -2, -1])
  output loss %l
}
`
  const differentiated = (size: number | 'root') => {
    const { graph, context } = readGraph(text)
    const forward = runPasses(context, graph, [checkpoint(size), hoist, simplify])
    const { builder, gradients } = grad(context, forward, 'loss', ['W', 'U', 'h0'])
    const names = [...gradients.keys()].map(n => `d:${n}`)
    const block = builder.finish([...forward.results, ...gradients.values()])
    const whole = { ...forward, ...block, outputs: ['loss', ...names] }
    return { context, after: runPasses(context, whole, [...standard.backward, sink, dce]) }
  }

  it('keeps a carry for each of them, and the steps of one', () => {
    const { after, context } = differentiated(16)
    verify(context, after)
    // Of the way there the outputs of all steps and a carry for each window; of one window the outputs, the states on both sides of
    // each step, and the cotangents that its weight gradients are made of.
    const sizes = { T: 160, B: 1 }
    assert.equal(evaluate(savedElements(after), sizes), 3 * 160 + 3 * 10 + 16 * (3 + 3 + 3 + 3))
  })

  it('leaves every contraction of a window in it, once', () => {
    const { after, context } = differentiated(16)
    const windows = after.eqns.filter(e => e.attrs.recompute === true)
    assert.equal(windows.length, 2)
    for (const { body } of windows) assert.ok(body !== undefined && cost(context, body).contractions.outside > 0)
    assert.ok(!printGraph(after).includes('real[floor(T/16), 16, B, 3] = matmul'))
  })
})

describe('unroll', () => {
  it('does several steps at a time', () => {
    becomes(
      [unroll(2)],
      inputs + loop('x', 'T'),
      `${inputs}%front = slice(%x, -3, 0, 2*floor(T/2))
%cut = reshape(%front, [floor(T/2), 2, B, 3])
%mid, %ys = scan(floor(T/2), false) {
  const %U = %U
  carry %h = %h0
  each %a = %cut
  %x0 = slice(%a, -3, 0, 1)
  %a0 = reshape(%x0, [B, 3])
  ${step(0, '%h', '%a0')}
  %x1 = slice(%a, -3, 1, 1)
  %a1 = reshape(%x1, [B, 3])
  ${step(1, '%n0', '%a1')}
  %r0 = reshape(%s0, [1, B, 3])
  %r1 = reshape(%s1, [1, B, 3])
  %y = concat(%r0, %r1, axis=-3)
  next %n1
  yield %y
}
%early = reshape(%ys, [2*floor(T/2), B, 3])
%back = slice(%x, -3, 2*floor(T/2), T - 2*floor(T/2))
%last, %late = scan(T - 2*floor(T/2), false) {
  ${body('%mid', '%back')}
}
%all = concat(%early, %late, axis=-3)
output last
output all
`,
    )
  })

  it('leaves nothing of a loop of a known length', () => {
    const { graph, context } = readGraph(graphText(inputs + loop('z', '4', true)))
    const after = runPasses(context, graph, [unroll(4), simplify, dce])
    assert.ok(after.eqns.every(e => e.body === undefined))
    assert.equal(after.eqns.filter(e => e.op === 'matmul').length, 4)
  })

  it('goes into the bodies of other loops', () => {
    const nested = `%end = scan(T, false) {
  const %U = %U
  const %z = %z
  carry %h0 = %h0
  %last, %all = scan(4, false) {
    ${body('%h0', '%z')}
  }
  next %last
}
output end
`
    const { graph, context } = readGraph(graphText(inputs + nested))
    const after = runPasses(context, graph, [unroll(4)])
    const inner = after.eqns.flatMap(e => e.body?.eqns ?? [])
    assert.ok(inner.some(e => e.op === 'matmul') && inner.every(e => e.body === undefined))
  })
})

describe('carry-over', () => {
  const carried = (text: string, fromStart: Readonly<Record<string, 'position' | 'first'>> = {}): string => {
    const { graph, context } = readGraph(graphText(text))
    const ids = graph.eqns.flatMap(e => e.outs.map(out => [out.id, fromStart[out.hint]] as const))
    const known = new Map(ids.flatMap(([id, kind]) => (kind === undefined ? [] : [[id, kind] as const])))
    const after = carryOver(context, graph, symbol('T'), known)
    verify(context, after)
    return printGraph(after)
  }

  it('brings in what a loop carries, and gives it out', () => {
    const text = carried(inputs + loop('x', 'T'))
    assert.match(
      text,
      /input @first %first: bool\n {2}input @start %start: int\n {2}input @carried\.0 %h0_before: real\[B, 3\]/,
    )
    assert.match(text, /%h0\.2: real\[B, 3\] = where\(%\w+(?:\.\d+)?, %h0, %h0_before\)/)
    assert.match(text, /carry %h: real\[B, 3\] = %h0\.2/)
    assert.match(text, /output @carried\.0 %last\n/)
  })

  it('leaves loops alone that run backward, or over something else', () => {
    assert.doesNotMatch(carried(inputs + loop('x', 'T', true)), /carried/)
    assert.doesNotMatch(carried(inputs + loop('z', '4')), /carried/)
  })

  it('gives a delay the last element before', () => {
    const text = carried(`${inputs}%late = shift(%x, %h0, axis=-3, by=1)\noutput late\n`)
    assert.match(text, /%late: real\[T, B, 3\] = shift\(%x, %h0\.2, axis=-3, by=1\)/)
    assert.match(text, /= slice\(%\w+(?:\.\d+)?, axis=-3, start=T, size=1\)/)
    assert.match(text, /output @carried\.0/)
  })

  it('goes on with places and with the first element', () => {
    const text = carried(
      `${inputs}%place = iota(T)
%none = broadcast(%place, [-1], [B])
%zero = constant(0, int)
%at = broadcast(%zero, [-1], [B])
%head = pick(%x, %at, axis=-3, tail=1)
output none
output head
`,
      { place: 'position', head: 'first' },
    )
    assert.match(text, /= add\(%place, %\w+(?:\.\d+)?\)/)
    assert.match(text, /%head\.2: real\[B, 3\] = where\(%\w+(?:\.\d+)?, %head, %head_before\)/)
    assert.match(text, /output head %head\.2/)
  })
})
