// Writes the new value of an input over the old one where that is not read any more, so that a step of training copies no weights.
import { add, type Dim } from '../../ir/dim.ts'
import { programReads, pruned, read } from '../instructions.ts'
import { isApart, reachOf, sameOperand } from '../operands.ts'
import type { Buffer, MapKernel, Operand, Plan, Port, Step, Write } from '../plan.ts'
import { mapOperands, readsOf, writesOf } from '../steps.ts'
import type { PlanPass } from './planPass.ts'

export const updateInPlace: PlanPass = {
  name: 'update-in-place',
  contract: 'in a plan that runs in place, an output shares the memory of the input of the same name',
  run: plan => (plan.inPlace ? updating(plan) : plan),
}

/**
 * Makes every output with the name of an input lie in the place of that input. Where the old value is still read after the new one
 * is written, the new one is copied over it at the end.
 */
function updating(plan: Plan): Plan {
  let steps = plan.steps
  const moved = new Map<Buffer, Port>()
  const copies: Step[] = []
  for (const output of plan.outputs) {
    const input = plan.inputs.find(i => i.name === output.name)
    const { buffer } = output.operand
    if (input === undefined) continue
    const others = plan.outputs.filter(o => o.operand.buffer === buffer)
    if (others.length === 1 && legal(steps, buffer, input)) {
      steps = steps.map(step => mapOperands(step, o => (o.buffer === buffer ? inside(input, o) : o)))
      moved.set(buffer, input)
    } else copies.push(copy(output, input))
  }
  const outputs = plan.outputs.map(o => {
    const input = plan.inputs.find(i => i.name === o.name)
    return input === undefined ? o : { ...o, operand: input.operand }
  })
  return {
    ...plan,
    steps: [...changing(steps, outputs), ...copies],
    outputs,
    buffers: plan.buffers.filter(b => !moved.has(b)),
  }
}

/** The steps without writes of what is there: the new value of an input may be the old one. */
const changing = (steps: readonly Step[], outputs: readonly Port[]): Step[] =>
  steps.flatMap((step): Step[] => {
    if (step.kind !== 'map') return [step]
    const kept = step.writes.filter(w => keeps(step, w))
    if (kept.length === 0) return [step]
    const writes = step.writes.filter(w => !kept.includes(w))
    const names = outputs.filter(o => kept.some(w => sameOperand(w.to, o.operand))).map(o => o.name)
    const hint = step.hint
      .split(', ')
      .filter(name => !names.includes(name))
      .join(', ')
    return writes.length === 0 ? [] : [{ ...step, ...pruned(step.program, writes), hint }]
  })

/** Tells whether a kernel writes to each place what it has read there. */
function keeps({ program }: MapKernel, { value, to, indirect, accumulate }: Write): boolean {
  const source = program[value]
  const isRead = source.kind === 'read' && source.indirect === undefined && sameOperand(source.from, to)
  return isRead && indirect === undefined && accumulate !== true
}

const inside = ({ operand }: Port, { offset, strides }: Operand): Operand => ({
  buffer: operand.buffer,
  offset: add(operand.offset, offset),
  strides,
})

function copy(output: Port, input: Port): MapKernel {
  return {
    kind: 'map',
    domain: output.shape,
    program: [read(output.operand)],
    writes: [{ value: 0, to: input.operand }],
    hint: output.name,
  }
}

/** Tells whether a single kernel writes the buffer, and no later step reads the old value of the input. */
function legal(steps: readonly Step[], buffer: Buffer, input: Port): boolean {
  const writers = steps.flatMap((step, i) => (writesOf(step).some(o => o.buffer === buffer) ? [i] : []))
  const [place] = writers
  const writer = steps[place]
  if (writers.length !== 1 || writer.kind !== 'map') return false
  const writes = writer.writes.filter(w => w.to.buffer === buffer)
  if (writes.length !== 1 || writes[0].indirect !== undefined || writes[0].accumulate === true) return false
  const target = inside(input, writes[0].to)
  // The kernel reads each element of the old value before it writes the new one there.
  const aligned = programReads(writer.program).every(
    o => sameOperand(o, target) || isElsewhere(o, writer.domain, input),
  )
  const direct = writer.program.every(
    i => i.kind !== 'read' || i.indirect === undefined || i.from.buffer !== target.buffer,
  )
  return aligned && direct && steps.slice(place + 1).every(step => !reads(step, input))
}

/** Tells whether a step may read elements of an input. */
function reads(step: Step, input: Port): boolean {
  if (step.kind === 'map') {
    const indirect = step.program.some(
      i => i.kind === 'read' && i.indirect !== undefined && i.from.buffer === input.operand.buffer,
    )
    return indirect || programReads(step.program).some(o => !isElsewhere(o, step.domain, input))
  }
  return readsOf(step).some(o => o.buffer === input.operand.buffer)
}

/** Tells whether an operand over a domain provably has no element in common with an input. */
const isElsewhere = (operand: Operand, domain: readonly Dim[], input: Port): boolean =>
  isApart(reachOf(operand, domain), reachOf(input.operand, input.shape))
