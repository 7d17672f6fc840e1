// Follows two places at once: beside each value its value at the start, while the inputs move away from there.
// Values behind `stop_gradient` stay at the start, so that a difference of the loss sees the function whose gradient is taken.
import type { Numbers } from './extend.ts'

export const starts: Numbers = {
  name: 'start',
  none: (_, value) => value,
  apply: ({ op, args, emit, beside }) => {
    const value = emit(args.map(p => p.value))
    if (args.every(p => p.beside === undefined)) return { value }
    const start = emit(args.map((_, i) => beside(i)))
    return op.name === 'stop_gradient' ? { value: start, beside: start } : { value, beside: start }
  },
}
