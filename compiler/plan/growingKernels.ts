// The steps of a plan under construction, among them map kernels that may still grow.
import type { Span } from '../../dsl/ast.ts'
import type { Dim } from '../ir/dim.ts'
import { createProgram, type ProgramBuilder, pruned } from './instructions.ts'
import { programReads, readsOf, sameOperand, writesOf } from './operands.ts'
import type { Buffer, Operand, Ref, Step, Write } from './plan.ts'

/** A map kernel that may still grow. */
export interface Group {
  readonly kind: 'group'
  readonly scope: Scope
  /** Its place among the steps of its scope. */
  readonly place: number
  readonly domain: readonly Dim[]
  readonly program: ProgramBuilder
  readonly writes: Write[]
  readonly hints: Set<string>
  readonly span?: Span
}

/** The steps of the plan, or of a loop's body, so far. */
export interface Scope {
  readonly steps: (Step | Group)[]
  /** The place of the last step that writes a buffer, by its id; what this scope has not written came before it. */
  readonly written: Map<number, number>
  /** No equation joins a kernel before this place. */
  barrier: number
  /** Dense copies, by value id. */
  readonly copies: Map<number, Operand>
}

/** A result of a kernel that may still grow. */
export interface Pending {
  readonly group: Group
  readonly ref: Ref
}

export const newScope = (): Scope => ({ steps: [], written: new Map(), barrier: 0, copies: new Map() })

/** The place of the last step that writes what an operand lies in; -1 if that came before the scope. */
export const writtenAt = (scope: Scope, operand: Operand): number => scope.written.get(operand.buffer.id) ?? -1

/** Adds a step at the end. */
export function addStep(scope: Scope, step: Step): void {
  for (const to of writesOf(step)) markWritten(scope, to.buffer, scope.steps.length)
  scope.steps.push(step)
}

/** Adds a kernel without instructions at the end. */
export function addGroup(scope: Scope, domain: readonly Dim[], span: Span | undefined): Group {
  const group: Group = {
    kind: 'group',
    scope,
    place: scope.steps.length,
    domain,
    program: createProgram(),
    writes: [],
    hints: new Set(),
    ...(span && { span }),
  }
  scope.steps.push(group)
  return group
}

/** Lets a kernel that may still grow write one of its results. */
export function addWrite({ group, ref }: Pending, to: Operand): void {
  group.writes.push({ value: ref, to })
  markWritten(group.scope, to.buffer, group.place)
}

function markWritten({ written }: Scope, buffer: Buffer, place: number): void {
  written.set(buffer.id, Math.max(place, written.get(buffer.id) ?? -1))
}

/** Whether anything from a group on still reads what lies at `to`, but for the group's own reading of the same elements. */
export function readAfter(group: Group, to: Operand): boolean {
  const touches = (operand: Operand): boolean => operand.buffer === to.buffer
  return group.scope.steps.slice(group.place).some(step => {
    if (step.kind !== 'group') return readsOf(step).some(touches)
    const reads = programReads(step.program.instructions).filter(touches)
    return step === group ? reads.some(r => !sameOperand(r, to)) : reads.length > 0
  })
}

/** The steps with every group made a kernel; a group that nothing needs is none. */
export function closed(scope: Scope): Step[] {
  return scope.steps.flatMap((step): Step[] => {
    if (step.kind !== 'group') return [step]
    if (step.writes.length === 0) return []
    const { program, writes } = pruned(step.program.instructions, step.writes)
    const hint = [...step.hints].join(', ')
    return [{ kind: 'map', domain: step.domain, program, writes, hint, ...(step.span && { span: step.span }) }]
  })
}
