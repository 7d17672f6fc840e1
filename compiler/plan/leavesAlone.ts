// Finds out, without running it, that a kernel writes back what is there wherever a buffer that it reads holds 0.
import { type Algebra, algebraBy, numbers, type Operation } from '../ir/algebra.ts'
import { applyFormula } from '../ir/ops/applyFormula.ts'
import { sameOperand } from './operands.ts'
import type { Buffer, Instruction, Pointwise, Ref } from './plan.ts'

/** A number that is known: as floats of 64 bits have it, and as those of 32 bits do. */
interface Known {
  readonly wide: number
  readonly narrow: number
}

/** What is known of a value: its number, or the instruction whose value it is; undefined if neither. */
type Fact = Known | Ref | undefined

/**
 * Tells whether each write of a kernel, at every point where the element of `zeros` that it reads is +0, provably stores what lay there,
 * to the last bit and at either precision. It knows constants, what a choice by a constant gives, and that x - 0 is x.
 */
export function leavesAlone({ program, writes }: Pointwise, zeros: Buffer): boolean {
  const facts: Fact[] = []
  program.forEach((instruction, ref) => {
    facts.push(factOf(instruction, facts, zeros) ?? ref)
  })
  return writes.every(({ value, to, indirect, accumulate }) => {
    const fact = facts[value]
    const source = typeof fact === 'number' ? program[fact] : undefined
    const isOld = source?.kind === 'read' && source.indirect === undefined && sameOperand(source.from, to)
    return isOld && indirect === undefined && accumulate !== true
  })
}

const constant = (value: number): Known => ({ wide: value, narrow: Math.fround(value) })

function factOf(i: Instruction, facts: readonly Fact[], zeros: Buffer): Fact {
  if (i.kind === 'constant') return constant(i.value)
  if (i.kind === 'read') return i.from.buffer === zeros ? constant(0) : undefined
  if (i.kind !== 'apply') return undefined
  return applyFormula(
    i.op,
    algebra,
    i.args.map(arg => facts[arg]),
  )
}

/** The operations that IEEE 754 defines to the last bit, so that every backend computes the same of the same. */
const exact: Partial<Record<Operation, (...args: number[]) => number>> = {
  real: numbers.real,
  add: numbers.add,
  sub: numbers.sub,
  mul: numbers.mul,
  neg: numbers.neg,
  lt: numbers.lt,
  le: numbers.le,
  eq: numbers.eq,
  and: numbers.and,
  or: numbers.or,
  not: numbers.not,
}

/** The scalar algebra over what is known. */
const algebra: Algebra<Fact> = {
  ...algebraBy<Fact>(
    { constant, integer: constant },
    name =>
      (...args) =>
        folded(exact[name], args),
  ),
  sub: (x, y) => folded(exact.sub, [x, y]) ?? (isZero(y, 0) ? x : undefined),
  add: (x, y) => folded(exact.add, [x, y]) ?? (isZero(y, -0) ? x : isZero(x, -0) ? y : undefined),
  where: (test, yes, no) => {
    if (!isKnown(test) || (test.wide !== 0) !== (test.narrow !== 0)) return undefined
    return test.wide !== 0 ? yes : no
  },
}

const isKnown = (fact: Fact): fact is Known => typeof fact === 'object'

/** The result of an operation on numbers that are all known. */
function folded(operation: ((...args: number[]) => number) | undefined, args: readonly Fact[]): Known | undefined {
  const known = args.filter(isKnown)
  if (operation === undefined || known.length < args.length) return undefined
  return {
    wide: operation(...known.map(k => k.wide)),
    narrow: Math.fround(operation(...known.map(k => k.narrow))),
  }
}

/** Whether a number is 0 with that sign: x + 0 is not x where x is -0. */
const isZero = (fact: Fact, zero: number): boolean =>
  isKnown(fact) && Object.is(fact.wide, zero) && Object.is(fact.narrow, zero)
