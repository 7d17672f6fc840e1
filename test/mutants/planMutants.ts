// Makes mutants of the passes over plans: breaks each kernel that a pass made or changed.
import { add, constant, equal } from '../../compiler/ir/dim.ts'
import type { PlanPass } from '../../compiler/plan/passes/planPass.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import type { Buffer, Kernel, Operand, Plan, Step } from '../../compiler/plan/plan.ts'
import { kernelsOf, mapOperands, readsOf, touched, writesOf } from '../../compiler/plan/steps.ts'
import { type Changes, ends } from './changes.ts'
import type { Watch } from './instrument.ts'

/** Watches every kernel that the passes over plans made or changed. */
export const watchedPlanPasses = (watch: Watch): readonly PlanPass[] =>
  planPasses.map(pass => ({
    ...pass,
    run: before => {
      const after = pass.run(before)
      const known = new Set(before.steps.flatMap(kernelsOf))
      return after === before ? before : { ...after, steps: watched(after.steps, after, known, pass.name, watch) }
    },
  }))

function watched(
  steps: readonly Step[],
  plan: Plan,
  known: ReadonlySet<Kernel>,
  pass: string,
  watch: Watch,
): readonly Step[] {
  const made: Step[] = []
  for (let place = 0; place < steps.length; place++) {
    const step = steps[place]
    if (step.kind === 'loop') made.push({ ...step, steps: watched(step.steps, plan, known, pass, watch) })
    else if (step.kind === 'choice') {
      const [first, second] = step.ways.map(way => watched(way, plan, known, pass, watch))
      made.push({ ...step, ways: [first, second] })
    } else {
      const next = steps[place + 1]
      const changed = known.has(step)
        ? undefined
        : watch(`${pass} ${step.kind}`, () => changesOf(step, next, plan.buffers))
      made.push(...(changed?.steps ?? [step]))
      if (changed?.both) place++
    }
  }
  return made
}

interface Changed {
  readonly steps: readonly Step[]
  /** Whether the steps replace the next step as well. */
  readonly both?: true
}

/** Lists the possible mistakes in a kernel. */
function changesOf(kernel: Kernel, next: Step | undefined, buffers: readonly Buffer[]): Changes<Changed> {
  const found = new Map<string, () => Changed>()
  const offer = (name: string, ...steps: readonly Step[]): void => {
    found.set(name, () => ({ steps }))
  }
  const operands = [
    { kind: 'read', of: readsOf(kernel) },
    { kind: 'write', of: writesOf(kernel) },
  ]
  for (const { kind, of } of operands) {
    for (const [which, i] of ends(of.length)) {
      const { buffer } = of[i]
      const other = buffers.find(b => b !== buffer && b.dtype === buffer.dtype && equal(b.size, buffer.size))
      const change = (by: (o: Operand) => Operand): Step => mapOperands(kernel, o => (o === of[i] ? by(o) : o))
      if (other !== undefined)
        offer(
          `${which} ${kind} of another buffer`,
          change(o => ({ ...o, buffer: other })),
        )
      offer(
        `${which} ${kind} one place on`,
        change(o => ({ ...o, offset: add(o.offset, constant(1)) })),
      )
    }
  }
  offer('left out')
  if (kernel.kind === 'gemm' && kernel.tail !== undefined) {
    const { tail: _, ...plain } = kernel
    offer('tail left out', plain)
  }
  const writes = kernel.kind === 'map' ? kernel.writes : []
  if (kernel.kind === 'map' && writes.length > 1) {
    for (const [which, i] of ends(writes.length))
      offer(`${which} write left out`, { ...kernel, writes: writes.toSpliced(i, 1) })
  }
  if (next !== undefined && dependsOn(next, kernel))
    found.set('behind the next', () => ({ steps: [next, kernel], both: true }))
  return found
}

/** Whether it matters which of two steps comes first. */
function dependsOn(step: Step, before: Step): boolean {
  const own = new Set(touched(step))
  const written = new Set(writesOf(step).map(o => o.buffer))
  return writesOf(before).some(o => own.has(o.buffer)) || readsOf(before).some(o => written.has(o.buffer))
}
