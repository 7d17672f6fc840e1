// Finds the leaves of a tree of equations, such as the terms of a sum of sums.
import type { Eqn, Value } from '../ir/graph.ts'

/**
 * The operands of an equation, in order, each replaced by its own operands where `inside` returns the equation that makes it.
 * Empty where there are more than `most`. Uses a list in place of recursion: long sums would overflow the call stack.
 */
export function termsOf(
  { ins }: Eqn,
  inside: (value: Value) => Eqn | undefined,
  most = Number.POSITIVE_INFINITY,
): readonly Value[] {
  const leaves: Value[] = []
  const pending = ins.toReversed()
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const inner = inside(value)
    if (inner === undefined) leaves.push(value)
    else for (const operand of inner.ins.toReversed()) pending.push(operand)
    if (leaves.length + pending.length > most) return []
  }
  return leaves
}

/** Adds an equation to `found`, with all equations that it depends on by `makerOf`. */
export function addNeeded(found: Set<Eqn>, first: Eqn | undefined, makerOf: (value: Value) => Eqn | undefined): void {
  const pending = [first]
  while (pending.length > 0) {
    const eqn = pending.pop()
    if (eqn === undefined || found.has(eqn)) continue
    found.add(eqn)
    for (const value of eqn.ins) pending.push(makerOf(value))
  }
}
