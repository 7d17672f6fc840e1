// Tests which carries are stored in the stack that collects the results of their steps.
import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { plan } from '../../compiler/index.ts'
import { format } from '../../compiler/ir/dim.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { build, type } from '../backend/agree.ts'
import { scan } from '../backend/cases.ts'
import { kinds } from '../ir/steps.ts'

/**
 * Plans a loop with a carry h, whose results of a step are those of `stacks`; they are summed, so that they are no results of the graph.
 */
function planOf(reverse: boolean, stacks: (h: Value, next: Value) => readonly Value[], last = false): Plan {
  const { context, graph } = build([type('T, B, H'), type('B, H')], (b, [x, h0]) => {
    const [final, ...ys] = scan(b, { carries: [h0], xs: [x], reverse }, (s, [h], [xt]) => {
      const next = s.emit('tanh', [s.emit('add', [h, xt])], {}, { hint: "h'" })
      return [next, ...stacks(h, next)]
    })
    const total = (y: Value): Value => b.emit('sum', [y], { axes: [-3] })
    return [...ys.map(total), ...(last ? [b.emit('neg', [final])] : [])]
  })
  return plan(context, graph)
}

/** Sizes of the buffers that are neither inputs nor outputs. */
const own = ({ buffers, inputs, outputs }: Plan): readonly string[] => {
  const ports = new Set([...inputs, ...outputs].map(p => p.operand.buffer))
  return buffers.filter(b => !ports.has(b)).map(b => format(b.size))
}

it('lays a carry into the stack of what leaves each step', () => {
  expect(printPlan(planOf(false, (_, next) => [next], true))).toMatchInlineSnapshot(`
    "plan test {
      input x0 = x0[T, B, H]
      input x1 = x1[B, H]
      output y0 = $1[B, H]
      output y1 = $2[B, H]
      buffer x12: real B*H + B*H*T
      map [B, H] { # x1
        %0: real = x1 (H, 1)
        x12 (H, 1) = %0
      }
      loop t up to T { # x1
        map [B, H] { # h'
          %0: real = x12 + B*H*t (H, 1)
          %1: real = x0 + B*H*t (H, 1)
          %2: real = add %0 %1
          %3: real = tanh %2
          x12 + B*H + B*H*t (H, 1) = %3
        }
      }
      reduce [B, H] over [T] {
        %0: real = x12 + B*H (H, 1, B*H)
        $1 (H, 1) = add from 0 of %0
      }
      map [B, H] {
        %0: real = x12 + B*H*T (H, 1)
        %1: real = neg %0
        $2 (H, 1) = %1
      }
    }
    "
  `)
})

it('goes the other way in a loop backwards', () => {
  expect(printPlan(planOf(true, (_, next) => [next], true))).toMatchInlineSnapshot(`
    "plan test {
      input x0 = x0[T, B, H]
      input x1 = x1[B, H]
      output y0 = $1[B, H]
      output y1 = $2[B, H]
      buffer x12: real B*H + B*H*T
      map [B, H] { # x1
        %0: real = x1 (H, 1)
        x12 + B*H*T (H, 1) = %0
      }
      loop t down from T { # x1
        map [B, H] { # h'
          %0: real = x12 + B*H + B*H*t (H, 1)
          %1: real = x0 + B*H*t (H, 1)
          %2: real = add %0 %1
          %3: real = tanh %2
          x12 + B*H*t (H, 1) = %3
        }
      }
      reduce [B, H] over [T] {
        %0: real = x12 (H, 1, B*H)
        $1 (H, 1) = add from 0 of %0
      }
      map [B, H] {
        %0: real = x12 (H, 1)
        %1: real = neg %0
        $2 (H, 1) = %1
      }
    }
    "
  `)
})

it('lays it into the stack of what enters each step', () => {
  const made = planOf(false, h => [h])
  assert.deepEqual(own(made), ['B*H + B*H*T'])
})

it('makes one stack of both', () => {
  for (const reverse of [false, true]) {
    const made = planOf(reverse, (h, next) => [h, next])
    assert.deepEqual(own(made), ['B*H + B*H*T'], printPlan(made))
  }
})

it('leaves a carry alone that is kept nowhere, or of which something else is kept', () => {
  const nowhere = planOf(false, () => [], true)
  assert.equal(kinds(nowhere.steps), 'map loop(map) map')
})
