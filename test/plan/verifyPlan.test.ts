// The verifier of plans refuses a kernel that reads what it writes at another point, also where data choose the places.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { constant } from '../../compiler/ir/dim.ts'
import { newContext } from '../../compiler/ir/ops/index.ts'
import type { Buffer, GemmKernel, Instruction, MapKernel, Operand, Step, Write } from '../../compiler/plan/plan.ts'
import { verifyPlan } from '../../compiler/plan/verifyPlan.ts'

const reals = (id: number, size: number): Buffer => ({ id, dtype: 'real', size: constant(size), hint: `b${id}` })
const shared = reals(0, 8)
const sums = reals(1, 4)

const operand = (buffer: Buffer, offset: number, ...strides: number[]): Operand => ({
  buffer,
  offset: constant(offset),
  strides: strides.map(constant),
})

/** One of `size` places from the offset on, chosen by instruction 0. */
const chosen = (size: number) => ({ at: 0, stride: constant(1), size: constant(size) })

const position: Instruction = { kind: 'position', dtype: 'int', dim: 0 }

function map(read: Pick<Instruction & { kind: 'read' }, 'from' | 'indirect'>, write: Omit<Write, 'value'>): MapKernel {
  const program: Instruction[] = [position, { kind: 'read', dtype: 'real', ...read }]
  return { kind: 'map', domain: [constant(2)], program, writes: [{ value: 1, ...write }], hint: '' }
}

/** A product of the last four elements of the shared buffer with themselves, whose tail writes to one of its first `size` places. */
const product = (size: number): GemmKernel => ({
  kind: 'gemm',
  batch: [],
  ...{ m: constant(2), n: constant(2), k: constant(2) },
  ...{ a: operand(shared, 4, 2, 1), b: operand(shared, 4, 2, 1), c: operand(sums, 0, 2, 1) },
  ...{ strongLeft: false, strongRight: false },
  tail: {
    domain: [constant(2), constant(2)],
    program: [position, { kind: 'read', dtype: 'real', from: operand(sums, 0, 2, 1) }],
    writes: [{ value: 1, to: operand(shared, 0, 0, 0), indirect: chosen(size) }],
  },
  hint: '',
})

function verify(step: Step): void {
  const whole = operand(shared, 0, 1)
  const port = { name: 'x', operand: whole, shape: [constant(8)] }
  verifyPlan(newContext(), { name: 'p', inputs: [port], outputs: [port], buffers: [shared, sums], steps: [step] })
}

describe('a kernel that', () => {
  const rows: readonly (readonly [what: string, step: (size: number) => Step])[] = [
    [
      'reads at places of data',
      n => map({ from: operand(shared, 0, 0), indirect: chosen(n) }, { to: operand(shared, 4, 1) }),
    ],
    [
      'writes at places of data',
      n => map({ from: operand(shared, 4, 1) }, { to: operand(shared, 0, 0), indirect: chosen(n) }),
    ],
    ['writes at places of data behind a product', product],
  ]
  for (const [what, step] of rows) {
    it(`${what} apart from the others is right`, () => verify(step(4)))
    it(`${what} that reach the others is refused`, () =>
      assert.throws(() => verify(step(5)), /is read and written|is a factor, and written/))
  }

  it('reads where it writes, at one place of data, is right', () => {
    const at = { to: operand(shared, 0, 0), indirect: chosen(8) }
    verify(map({ from: at.to, indirect: at.indirect }, at))
  })
  it('reads at a place of data and writes at others is refused', () => {
    const from = { from: operand(shared, 0, 0), indirect: chosen(8) }
    for (const to of [operand(shared, 1, 0), operand(shared, 0, 1)])
      assert.throws(() => verify(map(from, { to, indirect: chosen(7) })), /is read and written/)
  })
  it('does so behind a product, whose points have no order, is refused', () => {
    const { tail, ...plain } = product(4)
    const from = { kind: 'read', dtype: 'real', from: operand(shared, 0, 0, 0), indirect: chosen(4) } as const
    assert.ok(tail !== undefined)
    const step = { ...plain, tail: { ...tail, program: [position, from] } }
    assert.throws(() => verify(step), /is read and written/)
  })
})
