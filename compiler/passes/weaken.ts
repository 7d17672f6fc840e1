// weaken: removes strong zeros where they make no difference, as 0 times a finite factor is 0 anyway: each costs a test at every
// product. Runs after derivatives are taken, as that of a plain product has no strong zero.
import { zerosLike } from '../ir/builder.ts'
import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'

/** The smallest normal 32-bit number: a GPU may flush smaller ones to 0. */
const leastNormal = 2 ** -126

/** Tells whether a known number is neither 0 nor NaN, in 32 bits too. */
const isNotZero = (value: number | undefined): boolean => value !== undefined && Math.abs(value) >= leastNormal

export const weakenRules: readonly Rule[] = [
  {
    name: 'strong-finite',
    contract:
      'strong_mul(x, y) → x * y where y is finite; strong_div(x, y) → x / y where y is a number that is not 0; both so where x is one; in 32 bits as in 64',
    ops: ['strong_mul', 'strong_div'],
    rewrite: ({ op, ins: [x, y] }, { builder, finite, uniform }) => {
      const plain = op === 'strong_mul' ? 'mul' : 'div'
      const isPlain = isNotZero(uniform(x)) || (plain === 'mul' ? finite(y) : isNotZero(uniform(y)))
      return isPlain ? builder.emit(plain, [x, y]) : undefined
    },
  },
  {
    name: 'strong-nothing',
    contract: 'strong_mul(0, y), strong_div(0, y) → 0',
    ops: ['strong_mul', 'strong_div'],
    rewrite: ({ ins: [x], outs: [out] }, { builder, uniform }) =>
      uniform(x) === 0 ? zerosLike(builder, out) : undefined,
  },
  {
    name: 'strong-products',
    contract: 'a product needs no strong zeros of an operand where the other one is finite',
    rewrite: ({ op, ins, attrs, outs: [out] }, { builder, finite }) => {
      if (attrs.strongLeft !== true && attrs.strongRight !== true) return undefined
      // The factors of a gathered product stand before and after its indices.
      const [left, right] = [ins[0], ins[ins.length - 1]]
      const { strongLeft, strongRight, ...rest } = attrs
      const [needsLeft, needsRight] = [strongLeft === true && !finite(right), strongRight === true && !finite(left)]
      if (needsLeft === (strongLeft === true) && needsRight === (strongRight === true)) return undefined
      const kept = { ...rest, ...(needsLeft && { strongLeft }), ...(needsRight && { strongRight }) }
      return builder.emit(op, ins, kept, { hint: out.hint })
    },
  },
]

export const weaken: Pass = {
  name: 'weaken',
  contract: 'no product or quotient has strong zeros where the other operand is known to be finite, or not to be 0',
  run: (context, block) => rewriteBlock(context, block, weakenRules),
}
