// Buffers that share a place: fewer of them, at the top and inside loops.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { sameShape } from '../../compiler/ir/dim.ts'
import { lowerGraph } from '../../compiler/plan/lowerGraph.ts'
import { shareBuffers } from '../../compiler/plan/passes/shareBuffers.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { build, dim, type } from '../backend/agree.ts'
import { type Case, scan } from '../backend/cases.ts'

/** How many buffers of a size the plan has but for inputs and results, and how many of them it keeps. */
function counts({ params, body }: Omit<Case, 'name'>, size: string): { readonly made: number; readonly kept: number } {
  const { context, graph } = build(params, body)
  const plan = lowerGraph(context, graph)
  const count = ({ buffers, inputs, outputs }: Plan): number => {
    const ports = new Set([...inputs, ...outputs].map(p => p.operand.buffer))
    return buffers.filter(b => !ports.has(b) && sameShape([b.size], [dim(size)])).length
  }
  return { made: count(plan), kept: count(shareBuffers.run(plan)) }
}

it('lets what lives within one round of a loop share', () => {
  const found = counts(
    {
      params: [type('T, B, H'), type('H, H'), type('B, H')],
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
          const step = (v: typeof h) => s.emit('matmul', [s.emit('tanh', [v]), s.use(w)])
          return [step(step(step(s.emit('add', [h, xt]))))]
        }),
    },
    'B*H',
  )
  // Each product reads the output of the kernel before it, written in place of the product before.
  assert.deepEqual(found, { made: 6, kept: 2 })
})

it('keeps apart what goes round, also in a loop inside', () => {
  const found = counts(
    {
      params: [type('T, B, H'), type('H, H'), type('B, H')],
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
          const [last] = scan(s, { length: '3', carries: [s.emit('sin', [xt])], xs: [] }, (r, [c]) => [
            r.emit('cos', [r.emit('add', [r.emit('matmul', [c, r.use(w)]), r.use(h)])]),
          ])
          return [s.emit('matmul', [last, s.use(w)])]
        }),
    },
    'B*H',
  )
  // The carry of the loop inside, its product, and the one that leaves as the carry of the loop outside.
  assert.deepEqual(found, { made: 3, kept: 2 })
})

const two = [type('H, H'), type('H, H')]

it('writes a result over the last reading of an operand, at the same places only', () => {
  const straight = counts(
    {
      params: two,
      body: (b, [x, w]) => {
        const product = b.emit('matmul', [x, w])
        return [b.emit('matmul', [b.emit('tanh', [product]), w])]
      },
    },
    'H*H',
  )
  assert.deepEqual(straight, { made: 2, kept: 1 })
  const across = counts(
    {
      params: two,
      body: (b, [x, w]) => {
        const product = b.emit('matmul', [x, w])
        const turned = b.emit('transpose', [product], { order: [-1, -2] })
        return [b.emit('matmul', [b.emit('add', [turned, x]), w])]
      },
    },
    'H*H',
  )
  assert.deepEqual(across, { made: 2, kept: 2 })
})
