// Plans of small graphs: which kernels, which buffers, and in which order.
import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { broadcast, constantLike } from '../../compiler/ir/builder.ts'
import { lowerGraph } from '../../compiler/plan/lowerGraph.ts'
import { dropDeadStores } from '../../compiler/plan/passes/dropDeadStores.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { readsOf, writesOf } from '../../compiler/plan/steps.ts'
import { build, dim, type } from '../backend/agree.ts'
import { cases, scan } from '../backend/cases.ts'
import { kinds, recurrent } from '../ir/steps.ts'

function planOf(...given: Parameters<typeof build>): Plan {
  const { context, graph } = build(...given)
  return dropDeadStores.run(lowerGraph(context, graph))
}

it('makes one product and one elementwise kernel of a recurrent step', () => {
  const plan = planOf(...recurrent)
  expect(printPlan(plan)).toMatchInlineSnapshot(`
    "plan test {
      input x0 = x0[T, B, H]
      input x1 = x1[H, H]
      input x2 = x2[H]
      input x3 = x3[B, H]
      output y0 = x32[B, H]
      output y1 = $1[T, B, H]
      buffer Wh: real B*H
      map [B, H] { # x3
        %0: real = x3 (H, 1)
        x32 (H, 1) = %0
      }
      loop t up to T { # x3
        gemm B x H x H: Wh (H, 1) = x32 (H, 1) @ x1 (1, H) # Wh
        map [B, H] { # h'
          %0: real = Wh (H, 1)
          %1: real = x0 + B*H*t (H, 1)
          %2: real = add %0 %1
          %3: real = x2 (0, 1)
          %4: real = add %2 %3
          %5: real = tanh %4
          $1 + B*H*t (H, 1) = %5
          x32 (H, 1) = %5
        }
      }
    }
    "
  `)
})

it('gives constants, sizes and positions no buffer', () => {
  const plan = planOf([type('B, T')], (b, [x]) => {
    const positions = b.emit('real', [broadcast(b, b.emit('iota', [], { size: dim('T') }), [-2], [dim('B')])])
    const length = b.emit('real', [broadcast(b, b.emit('size', [], { dim: dim('T') }), [-2, -1], [...x.shape])])
    const scaled = b.emit('mul', [b.emit('div', [positions, length]), constantLike(b, 3, x)])
    return [b.emit('add', [x, scaled])]
  })
  assert.equal(kinds(plan.steps), 'map')
  assert.equal(plan.buffers.length, 2)
})

it('fuses over a product that has nothing to do with it', () => {
  const plan = planOf([type('B, H'), type('H, H')], (b, [x, w]) => {
    const first = b.emit('sin', [x])
    const product = b.emit('matmul', [x, w])
    return [b.emit('cos', [first]), product]
  })
  assert.equal(kinds(plan.steps), 'map gemm')
})

it('computes nothing early only to keep it for later', () => {
  const plan = planOf([type('B, H'), type('B, H'), type('H, H')], (b, [x, y, w]) => {
    const product = b.emit('matmul', [b.emit('sin', [x]), w])
    return [b.emit('add', [product, b.emit('cos', [y])])]
  })
  assert.equal(kinds(plan.steps), 'map gemm map')
  assert.equal(plan.buffers.length, 6)
})

it('reads a common operand once, and keeps what nobody else needs out of memory', () => {
  const plan = planOf([type('B')], (b, [x]) => [b.emit('add', [b.emit('sin', [x]), b.emit('mul', [x, x])])])
  const [step] = plan.steps
  assert.ok(step.kind === 'map')
  assert.equal(step.program.filter(i => i.kind === 'read').length, 1)
  assert.equal(step.writes.length, 1)
})

it('lets a kernel write into the concatenation that it feeds', () => {
  const plan = planOf([type('B, H'), type('3*H, H')], (b, [x, w]) => {
    const gates = (['sin', 'cos', 'tanh'] as const).map(op => b.emit(op, [x]))
    return [b.emit('matmulT', [b.emit('concat', gates, { axis: -1 }), w])]
  })
  assert.equal(kinds(plan.steps), 'map gemm')
  assert.equal(plan.buffers.length, 4)
})

it('leaves out what nothing needs', () => {
  const plan = planOf([type('B, H'), type('H, H')], (b, [x, w]) => {
    const unused = b.emit('sum', [b.emit('matmul', [b.emit('exp', [x]), w])], { axes: [-1] })
    b.emit('tanh', [unused])
    return [b.emit('sin', [x])]
  })
  assert.equal(kinds(plan.steps), 'map')
})

it('puts a carry aside when two change places', () => {
  const plan = planOf([type('B'), type('B')], (b, [p, q]) =>
    scan(b, { carries: [p, q], xs: [] }, (_, [u, v]) => [v, u]),
  )
  assert.equal(kinds(plan.steps), 'map loop(map map)')
})

it('calls the index of a loop by a name that no size has', () => {
  const plan = planOf([type('t, t2')], (b, [x]) =>
    scan(b, { length: 't', carries: [], xs: [x] }, (s, _, [row]) =>
      scan(s, { length: 't2', carries: [], xs: [row] }, (r, __, [element]) => [r.emit('sin', [element])]),
    ),
  )
  const [outer] = plan.steps
  assert.ok(outer.kind === 'loop' && outer.steps[0].kind === 'loop')
  assert.deepEqual([outer.index, outer.steps[0].index], ['t3', 't4'])
})

it('ends each result in a dense buffer of its own, and knows every buffer that a step touches', () => {
  for (const { name, params, body } of cases) {
    const plan = planOf(params, body)
    const ports = [...plan.inputs, ...plan.outputs]
    const results = plan.outputs.map(p => p.operand.buffer)
    assert.equal(new Set(results).size, results.length, name)
    assert.ok(!plan.inputs.some(p => results.includes(p.operand.buffer)), name)
    const touched = plan.steps.flatMap(s => [...readsOf(s), ...writesOf(s)]).map(o => o.buffer)
    for (const buffer of [...ports.map(p => p.operand.buffer), ...touched])
      assert.ok(plan.buffers.includes(buffer), name)
    assert.equal(new Set(plan.buffers.map(b => b.id)).size, plan.buffers.length, name)
  }
})
