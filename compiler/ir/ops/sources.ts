// Ops without operands: constants, sizes, positions.
import { build } from '../array.ts'
import { check } from './attributes.ts'
import { defineOp, type Op } from './define.ts'

export const sourceOps: readonly Op[] = [
  /** A scalar. */
  defineOp({
    name: 'constant',
    infer: (_, { dtype }) => {
      check(dtype === 'real' || dtype === 'int' || dtype === 'bool', `constant: no such dtype ${dtype}`)
      return [{ dtype, shape: [] }]
    },
    evaluate: ({ attrs }) => [build([], () => attrs.value)],
    lower: ({ plan, outs, attrs }) =>
      plan.map({
        domain: [],
        program: [{ kind: 'constant', dtype: outs[0].dtype, value: attrs.value }],
        writes: [{ value: 0, to: plan.output(outs[0]) }],
      }),
    cheap: true,
  }),
  /** A dimension as a number. */
  defineOp({
    name: 'size',
    infer: () => [{ dtype: 'int', shape: [] }],
    evaluate: ({ attrs }) => [build([], () => attrs.dim)],
    lower: ({ plan, outs, attrs }) =>
      plan.map({
        domain: [],
        program: [{ kind: 'size', dtype: 'int', dim: attrs.dim }],
        writes: [{ value: 0, to: plan.output(outs[0]) }],
      }),
    cheap: true,
  }),
  /** 0, 1, … size - 1. */
  defineOp({
    name: 'iota',
    infer: (_, { size }) => [{ dtype: 'int', shape: [size] }],
    evaluate: ({ shapes }) => [build(shapes[0], ([i]) => i)],
    lower: ({ plan, outs, attrs }) =>
      plan.map({
        domain: [attrs.size],
        program: [{ kind: 'position', dtype: 'int', dim: 0 }],
        writes: [{ value: 0, to: plan.output(outs[0]) }],
      }),
    cheap: true,
  }),
]
