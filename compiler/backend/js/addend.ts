// Finds what the tail of a product adds to each sum: added while the sum is in a register, it needs no second loop over the results.
import { sameShape } from '../../ir/dim.ts'
import { sameOperand } from '../../plan/operands.ts'
import type { GemmKernel, Operand, Pointwise } from '../../plan/plan.ts'
import { collapseMap } from '../../schedule/collapse.ts'

/**
 * The operand that a tail adds to each sum, over the product's points, if the tail does nothing else: a bias, mostly. Longer tails are
 * faster in a loop of their own, measured with a tanh: eight copies of one need more registers than there are.
 */
export function addendOf(kernel: GemmKernel): Operand | undefined {
  const { tail, batch, m, n, c } = kernel
  if (tail === undefined) return undefined
  const points = [...batch, m, n]
  const { domain, program, writes } = sameShape(tail.domain, points) ? tail : collapseMap(tail)
  const [write] = writes
  if (!sameShape(domain, points) || writes.length > 1 || !overwrites(write, c)) return undefined
  const sum = program[write.value]
  if (sum.kind !== 'apply' || sum.op !== 'add') return undefined
  const terms = sum.args.map(arg => program[arg])
  const others = terms.flatMap(i => (i.kind === 'read' && i.indirect === undefined ? [i.from] : []))
  const addends = others.filter(o => !sameOperand(o, c))
  return others.length === 2 && addends.length === 1 ? addends[0] : undefined
}

const overwrites = ({ to, indirect, accumulate }: Pointwise['writes'][number], c: Operand): boolean =>
  sameOperand(to, c) && indirect === undefined && accumulate !== true
