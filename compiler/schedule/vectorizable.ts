// Decides whether a kernel's loop along a dimension is vectorized.
import { algebraBy, type Operation } from '../ir/algebra.ts'
import { asNumber, type Dim } from '../ir/dim.ts'
import { applyFormula } from '../ir/ops/applyFormula.ts'
import type { Instruction, Ref } from '../plan/plan.ts'
import { lanesOf, type Target } from './target.ts'
import { hasVectors } from './vectorOps.ts'

/** Whether the loop along a dimension is vectorized: vectors can hold what is computed, it is long enough for one, and memory is mostly contiguous. */
export function isVectorized(program: readonly Instruction[], dim: number, size: Dim, target: Target): boolean {
  const { count } = lanesOf(target)
  return (asNumber(size) ?? count) >= count && canVectorize(program, dim) && isMostlyContiguous(program, dim)
}

/** Which instructions differ along a dimension. */
export function varying(program: readonly Instruction[], dim: number): boolean[] {
  const varies: boolean[] = []
  for (const i of program) {
    const own =
      i.kind === 'read'
        ? asNumber(i.from.strides[dim]) !== 0 || (i.indirect !== undefined && varies[i.indirect.at])
        : i.kind === 'position'
          ? i.dim === dim
          : i.kind === 'apply' && i.args.some(a => varies[a])
    varies.push(own)
  }
  return varies
}

/** Whether the lanes of a vector can hold what a program computes along a dimension. */
export function canVectorize(program: readonly Instruction[], dim: number): boolean {
  const varies = varying(program, dim)
  return program.every((i, ref) => {
    if (!varies[ref]) return true
    if (i.kind === 'read') return i.indirect === undefined || !varies[i.indirect.at]
    if (i.kind !== 'apply') return true
    const isConstant = (arg: Ref): boolean => program[arg].kind === 'constant'
    if (i.op === 'shr') return isConstant(i.args[1])
    return operationsOf(i).every(hasVectors)
  })
}

/** The operations of the algebra in an op's formula. */
export function operationsOf({ op, args }: Instruction & { readonly kind: 'apply' }): readonly Operation[] {
  const used: Operation[] = []
  const note = algebraBy<null>({ constant: () => null, integer: () => null }, name => () => {
    used.push(name)
    return null
  })
  applyFormula(
    op,
    note,
    args.map(() => null),
  )
  return used
}

/** Whether neighbours along a dimension lie together in what is read: at least as many operands as lie apart. */
function isMostlyContiguous(program: readonly Instruction[], dim: number): boolean {
  const strides = program.flatMap(i => (i.kind === 'read' ? [asNumber(i.from.strides[dim])] : []))
  const apart = strides.filter(s => s !== 0 && s !== 1).length
  return apart <= strides.filter(s => s === 1).length + 1
}
