// Lists the sizes that steps depend on.
import { type Dim, symbol } from '../ir/dim.ts'
import type { Indirect, Instruction, Operand, Pointwise, Step } from './plan.ts'

/** The sizes, offsets and strides of a step and the steps inside it. */
export function dimsOf(step: Step): Dim[] {
  switch (step.kind) {
    case 'loop':
      return [symbol(step.index), step.length, ...step.steps.flatMap(dimsOf)]
    case 'choice':
      return [step.less, step.than, ...step.ways.flat().flatMap(dimsOf)]
    case 'gemm':
      return [
        ...[...step.batch, step.m, step.n, step.k, ...[step.a, step.b, step.c].flatMap(operandDims)],
        ...(step.tail === undefined ? [] : elementwiseDims(step.tail)),
      ]
    case 'map':
      return elementwiseDims(step)
    case 'reduce':
      return [...step.domain, ...step.over, ...step.program.flatMap(instructionDims), ...operandDims(step.to)]
  }
}

const elementwiseDims = ({ domain, program, writes }: Pointwise): Dim[] => [
  ...domain,
  ...program.flatMap(instructionDims),
  ...writes.flatMap(writeDims),
]

const operandDims = (o: Operand): Dim[] => [o.offset, ...o.strides]

const indirectDims = (i: Indirect | undefined): Dim[] => (i === undefined ? [] : [i.stride, i.size])

const writeDims = (w: { to: Operand; indirect?: Indirect }): Dim[] => [
  ...operandDims(w.to),
  ...indirectDims(w.indirect),
]

function instructionDims(i: Instruction): Dim[] {
  if (i.kind === 'size') return [i.dim]
  return i.kind === 'read' ? [...operandDims(i.from), ...indirectDims(i.indirect)] : []
}
