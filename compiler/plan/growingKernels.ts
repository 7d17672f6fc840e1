// The steps of a plan under construction, among them map kernels that are still open for fusion.
import type { Span } from '../../dsl/ast.ts'
import type { Dim } from '../ir/dim.ts'
import { createProgram, type ProgramBuilder, programReads, pruned } from './instructions.ts'
import { sameOperand } from './operands.ts'
import type { Buffer, Operand, Ref, Step, Write } from './plan.ts'
import { readsOf, writesOf } from './steps.ts'

/** A map kernel that is still open for fusion. */
export interface Group {
  readonly kind: 'group'
  readonly scope: Scope
  /** The index among the steps of the scope. */
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
  /** The index of the last step that writes a buffer, by its id; absent buffers were written before this scope. */
  readonly written: Map<number, number>
  /** No equation joins a kernel before this index. */
  barrier: number
  /** Dense copies of values, by value id. */
  readonly copies: Map<number, Operand>
}

/** A result of a kernel that is still open for fusion. */
export interface Pending {
  readonly group: Group
  readonly ref: Ref
}

export const newScope = (): Scope => ({ steps: [], written: new Map(), barrier: 0, copies: new Map() })

/** The index of the last step that writes an operand's buffer; -1 if that came before the scope. */
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

/** Makes an open kernel write one of its results. */
export function addWrite({ group, ref }: Pending, to: Operand): void {
  group.writes.push({ value: ref, to })
  markWritten(group.scope, to.buffer, group.place)
}

function markWritten({ written }: Scope, buffer: Buffer, place: number): void {
  written.set(buffer.id, Math.max(place, written.get(buffer.id) ?? -1))
}

/** Tells whether a group or a later step reads the buffer of `to`, apart from the group's own reads of exactly `to`. */
export function readAfter(group: Group, to: Operand): boolean {
  const touches = (operand: Operand): boolean => operand.buffer === to.buffer
  return group.scope.steps.slice(group.place).some(step => {
    if (step.kind !== 'group') return readsOf(step).some(touches)
    const reads = programReads(step.program.instructions).filter(touches)
    return step === group ? reads.some(r => !sameOperand(r, to)) : reads.length > 0
  })
}

/** Finishes the steps: every group becomes a kernel, or is dropped if it writes nothing. */
export function closed(scope: Scope): Step[] {
  return scope.steps.flatMap((step): Step[] => {
    if (step.kind !== 'group') return [step]
    if (step.writes.length === 0) return []
    const { program, writes } = pruned(step.program.instructions, step.writes)
    const hint = [...step.hints].join(', ')
    return [{ kind: 'map', domain: step.domain, program, writes, hint, ...(step.span && { span: step.span }) }]
  })
}
