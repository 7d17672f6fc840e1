// Which elementwise kernels are joined to the product before them, and where the product then lands.
import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { plan } from '../../compiler/index.ts'
import { broadcast } from '../../compiler/ir/builder.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import type { Plan, Step } from '../../compiler/plan/plan.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { build, dim, type } from '../backend/agree.ts'
import { cases, scan } from '../backend/cases.ts'
import { graphText } from '../ir/passes.ts'
import { kinds, recurrent } from '../ir/steps.ts'

function planOf(...given: Parameters<typeof build>): Plan {
  const { context, graph } = build(...given)
  return plan(context, graph)
}

it('makes one kernel of a recurrent step whose states are all kept', () => {
  const [types, body] = recurrent
  const made = planOf(types, (b, xs) => [b.emit('sum', [body(b, xs)[1]], { axes: [-3] })])
  assert.equal(kinds(made.steps), 'map loop(gemm+) reduce')
  expect(printPlan(made)).toMatchInlineSnapshot(`
    "plan test {
      input x0 = x0[T, B, H]
      input x1 = x1[H, H]
      input x2 = x2[H]
      input x3 = x3[B, H]
      output y0 = $1[B, H]
      buffer x32: real B*H + B*H*T
      map [B, H] { # x3
        %0: real = x3 (H, 1)
        x32 (H, 1) = %0
      }
      loop t up to T { # x3
        gemm B x H x H: x32 + B*H + B*H*t (H, 1) = x32 + B*H*t (H, 1) @ x1 (1, H) then [B, H] { # h'
          %0: real = x32 + B*H + B*H*t (H, 1)
          %1: real = x0 + B*H*t (H, 1)
          %2: real = add %0 %1
          %3: real = x2 (0, 1)
          %4: real = add %2 %3
          %5: real = tanh %4
          x32 + B*H + B*H*t (H, 1) = %5
        }
      }
      reduce [B, H] over [T] {
        %0: real = x32 + B*H (H, 1, B*H)
        $1 (H, 1) = add from 0 of %0
      }
    }
    "
  `)
})

it('leaves a kernel apart that writes over a factor of the product', () => {
  const made = planOf(...recurrent)
  assert.equal(kinds(made.steps), 'map loop(gemm map)')
})

it('writes a product into the carry that it leaves as', () => {
  const made = planOf([type('T, B, H'), type('H, H'), type('B, H')], (b, [x, w, h0]) =>
    scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => [
      s.emit('matmul', [s.emit('sin', [s.emit('add', [h, xt])]), s.use(w)]),
    ]),
  )
  assert.equal(kinds(made.steps), 'map loop(map gemm)')
  assert.equal(made.buffers.length, 5)
})

const two = [type('B, H'), type('H, H'), type('B, H')]

it('joins over dimensions that the product has as one', () => {
  const made = planOf([type('T, B, H'), type('H, H'), type('H')], (b, [x, w, bias]) => [
    b.emit('add', [b.emit('matmul', [x, w]), broadcast(b, bias, [-3, -2], [dim('T'), dim('B')])]),
  ])
  assert.equal(kinds(made.steps), 'gemm+')
  assert.equal(made.buffers.length, 4)
})

it('keeps the sums apart from a result that the tail reads', () => {
  const { context, graph } = readGraph(
    graphText('input w: real[H, H]\ninput x: real[H, H]\n%p = matmul(%x, %x)\n%n = sub(%w, %p)\noutput w %n'),
  )
  const [step, ...more] = plan(context, { ...graph, inPlace: true }).steps
  assert.ok(step.kind === 'gemm' && step.tail !== undefined)
  const [write] = step.tail.writes
  assert.equal(write.to.buffer.hint, 'w')
  assert.notEqual(step.c.buffer, write.to.buffer)
  assert.equal(kinds(more), '')
})

it('leaves a product alone that has another reader', () => {
  const made = planOf(two, (b, [x, w, y]) => {
    const product = b.emit('matmul', [x, w])
    return [b.emit('add', [product, y]), b.emit('sum', [product], { axes: [-1] })]
  })
  assert.equal(kinds(made.steps), 'gemm map reduce')
})

it('leaves a product alone that is a result', () => {
  const made = planOf(two, (b, [x, w, y]) => {
    const product = b.emit('matmul', [x, w])
    return [product, b.emit('add', [product, y])]
  })
  assert.equal(kinds(made.steps), 'gemm map')
})

it('leaves a product alone that is read at other points than it is written', () => {
  const made = planOf([type('H, H'), type('H, H'), type('H, H')], (b, [x, w, y]) => [
    b.emit('add', [b.emit('transpose', [b.emit('matmul', [x, w])], { order: [-1, -2] }), y]),
  ])
  assert.equal(kinds(made.steps), 'gemm map')
})

it('lets nobody else touch the sums', () => {
  for (const { name, params, body } of cases) {
    const visit = (step: Step): void => {
      if (step.kind === 'loop') step.steps.forEach(visit)
      if (step.kind === 'choice') step.ways.flat().forEach(visit)
      if (step.kind !== 'gemm' || step.tail === undefined) return
      const { a, b, c, tail } = step
      const reads = tail.program.filter(i => i.kind === 'read' && i.from.buffer === c.buffer)
      assert.ok(reads.length <= 1, name)
      assert.ok(a.buffer !== c.buffer && b.buffer !== c.buffer, name)
    }
    planOf(params, body).steps.forEach(visit)
  }
})
