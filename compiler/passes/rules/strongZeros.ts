// Strong zeros cost a test at every product. Where the other factor is finite 0 times it is 0 anyway, and where a factor is known to be 0 so is
// the product.
import { zerosLike } from '../../ir/builder.ts'
import type { Rule } from '../rewrite.ts'

/** Whether a known number is neither 0 nor NaN. */
const isNotZero = (value: number | undefined): boolean => value !== undefined && value !== 0 && !Number.isNaN(value)

export const strongZeroRules: readonly Rule[] = [
  {
    name: 'strong-finite',
    contract:
      'strong_mul(x, y) → x * y where y is finite; strong_div(x, y) → x / y where y is a number that is not 0; both so where x is one',
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
    ops: ['matmul', 'matmulT', 'outer', 'bmm', 'gather_matmul', 'gather_outer', 'scatter_matmulT'],
    rewrite: ({ op, ins, attrs, outs: [out] }, { builder, finite }) => {
      // Those of a gathered product stand around its indices.
      const [left, right] = [ins[0], ins[ins.length - 1]]
      const { strongLeft, strongRight, ...rest } = attrs
      const [needsLeft, needsRight] = [strongLeft === true && !finite(right), strongRight === true && !finite(left)]
      if (needsLeft === (strongLeft === true) && needsRight === (strongRight === true)) return undefined
      const kept = { ...rest, ...(needsLeft && { strongLeft }), ...(needsRight && { strongRight }) }
      return builder.emit(op, ins, kept, { hint: out.hint })
    },
  },
]
