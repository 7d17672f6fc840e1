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
