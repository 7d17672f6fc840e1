// Moves random numbers to the host: they are hashes of 32 bits, which no 32-bit float holds, and depend on no weight.
import { product } from '../../ir/dim.ts'
import { type FreshBuffer, freshBuffers } from '../../plan/freshBuffers.ts'
import { neededFor, programReads, pruned, read } from '../../plan/instructions.ts'
import { whole } from '../../plan/operands.ts'
import type { Buffer, Instruction, MapKernel, Plan, Port, Step } from '../../plan/plan.ts'
import { inputBuffers, portBuffers } from '../../plan/ports.ts'
import { kernelsOf, programOf, readsOf, touched, writesOf } from '../../plan/steps.ts'
import { isHashing } from './kernelAlgebra.ts'

const isHash = (i: Instruction): boolean => i.kind === 'apply' && isHashing(i.op)

export interface Split {
  /** Computes the draws from the inputs that they depend on. */
  readonly host: Plan
  /** The plan without draws; the outputs of `host` are further inputs of it. */
  readonly device: Plan
}

/** Splits a plan that draws in two: undefined if it draws nothing, a reason if the draws cannot be separated. */
export function splitDraws(plan: Plan): Split | undefined | string {
  const drawing = plan.steps.filter(usesHashes)
  if (drawing.length === 0) return undefined
  const inside = drawing.find(s => s.kind !== 'map')
  if (inside !== undefined) return `it draws random numbers in ${inside.kind === 'loop' ? 'a loop' : 'a sum'}`
  const splitting: Splitting = {
    plan,
    inputs: inputBuffers(plan),
    hosted: new Map(),
    hashed: new Set(),
    hostSteps: [],
    ports: [],
    fresh: freshBuffers(plan),
  }
  const { hashed, hostSteps, ports } = splitting
  const device: Step[] = []
  for (const [place, step] of plan.steps.entries()) {
    const left = step.kind === 'map' && usesHashes(step) ? withoutDraws(splitting, step, place) : step
    if (typeof left === 'string') return left
    if (left === undefined) continue
    if (usesHashes(left) || readsOf(left).some(o => hashed.has(o.buffer))) return wholeNumbers
    for (const { buffer } of writesOf(left)) hashed.delete(buffer)
    device.push(left)
  }
  const hostBuffers = new Set(hostSteps.flatMap(touched))
  const hostInputs = plan.inputs.filter(p => hostBuffers.has(p.operand.buffer))
  const deviceBuffers = new Set([...device.flatMap(touched), ...portBuffers(plan)])
  return {
    host: { name: plan.name, inputs: hostInputs, outputs: ports, buffers: [...hostBuffers], steps: hostSteps },
    device: {
      ...plan,
      inputs: [...plan.inputs, ...ports],
      buffers: [...plan.buffers.filter(b => deviceBuffers.has(b)), ...ports.map(p => p.operand.buffer)],
      steps: device,
    },
  }
}

/** The host's part of a plan, as far as its steps have been looked at. */
interface Splitting {
  readonly plan: Plan
  readonly inputs: ReadonlySet<Buffer>
  /** The step whose values the host has of each buffer. */
  readonly hosted: Map<Buffer, Step>
  /** The buffers that hold hashes. */
  readonly hashed: Set<Buffer>
  readonly hostSteps: Step[]
  readonly ports: Port[]
  readonly fresh: FreshBuffer
}

/** Makes the host compute a buffer as it is before step `before`; false if only the device can. */
function fetch(splitting: Splitting, buffer: Buffer, before: number): boolean {
  const { plan, hosted, hostSteps } = splitting
  const place = plan.steps.slice(0, before).findLastIndex(s => writesOf(s).some(o => o.buffer === buffer))
  if (place < 0) return splitting.inputs.has(buffer)
  const writer = plan.steps[place]
  if (hosted.get(buffer) === writer) return true
  if (writer.kind !== 'map' || buffer.dtype === 'real' || usesHashes(writer)) return false
  const part = pruned(
    writer.program,
    writer.writes.filter(w => w.to.buffer === buffer),
  )
  if (!programReads(part.program).every(o => fetch(splitting, o.buffer, place))) return false
  hosted.set(buffer, writer)
  hostSteps.push({ ...writer, ...part })
  return true
}

/** Moves the draws of a step to the host; returns what is left for the device, if anything, or why the draws cannot be moved. */
function withoutDraws(splitting: Splitting, step: MapKernel, place: number): Step | undefined | string {
  const { hosted, hashed, hostSteps, ports, fresh } = splitting
  const { program, writes, domain, hint } = step
  const onHost = neededFor(
    program,
    program.flatMap((i, ref) => (isHash(i) ? [ref] : [])),
  )
  const reads = programReads(program.filter((_, ref) => onHost.has(ref)))
  if (!reads.every(o => fetch(splitting, o.buffer, place))) return 'its random numbers depend on values of the network'
  const ofHashes = writes.filter(w => w.to.buffer.dtype !== 'real' && isHash(program[w.value]))
  const others = writes.filter(w => !ofHashes.includes(w))
  // Passes to the device those draws that it still uses.
  const crossing = [...onHost].filter(
    ref =>
      isHash(program[ref]) &&
      (others.some(w => w.value === ref) ||
        program.some((i, r) => !onHost.has(r) && i.kind === 'apply' && i.args.includes(ref))),
  )
  // The device can use a hash only as a real number.
  if (crossing.some(ref => program[ref].dtype !== 'real')) return wholeNumbers
  const draws = crossing.map(value => {
    const operand = whole(fresh(product(domain), `${hint} draws`), domain)
    ports.push({ name: `@draws.${ports.length}`, operand, shape: domain })
    return { value, operand }
  })
  const hostWrites = [...ofHashes, ...draws.map(({ value, operand }) => ({ value, to: operand }))]
  if (hostWrites.length > 0) hostSteps.push({ ...step, ...pruned(program, hostWrites) })
  for (const { to } of ofHashes) {
    hosted.set(to.buffer, step)
    hashed.add(to.buffer)
  }
  if (others.length === 0) return undefined
  const moved = draws.reduce<readonly Instruction[]>(
    (list, { value, operand }) => list.with(value, read(operand)),
    program,
  )
  return { ...step, ...pruned(moved, others) }
}

const wholeNumbers = 'its random numbers are used as whole numbers'

const usesHashes = (step: Step): boolean => kernelsOf(step).some(kernel => programOf(kernel).some(isHash))
