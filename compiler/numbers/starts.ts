// Two places at once: beside each value what it was at the start, while the inputs move away from there. What goes through
// `stop_gradient` stays at the start, so that a difference of the loss sees the function whose gradient is taken.
import { bothHalves, type Numbers } from './extend.ts'

export const starts: Numbers = {
  name: 'start',
  none: (_, value) => value,
  apply: ({ op, args, emit, beside, algebra: a }) => {
    if (args.every(p => p.beside === undefined)) return { value: emit(args.map(p => p.value)) }
    if (op.formula !== undefined) {
      const at = bothHalves(a, p => p.beside ?? p.value)
      return op.formula({ ...at, stop_gradient: p => ({ value: p.beside ?? p.value, beside: p.beside }) }, args)
    }
    return { value: emit(args.map(p => p.value)), beside: emit(args.map((_, i) => beside(i))) }
  },
}
