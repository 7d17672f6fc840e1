// For tests of plans: the kinds of their steps, and the step of a recurrent network.
import { broadcast } from '../../compiler/ir/builder.ts'
import type { Step } from '../../compiler/plan/plan.ts'
import { type build, dim, type } from '../backend/agree.ts'
import { scan } from '../backend/cases.ts'

/** The kinds of the steps; a loop's in brackets, a product with a tail as `gemm+`. */
export const kinds = (steps: readonly Step[]): string =>
  steps
    .map(s => {
      if (s.kind === 'loop') return `loop(${kinds(s.steps)})`
      return s.kind === 'gemm' && s.tail !== undefined ? 'gemm+' : s.kind
    })
    .join(' ')

/** What `build` makes h' = tanh(W h + x + b) over T of. */
export const recurrent: Parameters<typeof build> = [
  [type('T, B, H'), type('H, H'), type('H'), type('B, H')],
  (b, [x, w, bias, h0]) =>
    scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
      const product = s.emit('matmul', [h, s.use(w)], {}, { hint: 'Wh' })
      const sum = s.emit('add', [s.emit('add', [product, xt]), broadcast(s, s.use(bias), [-2], [dim('B')])])
      const next = s.emit('tanh', [sum], {}, { hint: "h'" })
      return [next, next]
    }),
]
