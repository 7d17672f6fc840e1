// Random small graphs: a list of moves, each of which adds an equation where it can, so that any list is a graph.
import fc from 'fast-check'
import { type Builder, constantLike } from '../../compiler/ir/builder.ts'
import { add, constant, type Dim, equal, product, sameShape } from '../../compiler/ir/dim.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { dim, shape, type } from './agree.ts'
import { type Case, scan } from './cases.ts'

export interface Move {
  readonly kind: number
  readonly value: number
  readonly choice: number
}

const natural = fc.nat({ max: 1000 })

export const moves = fc.array(fc.record({ kind: natural, value: natural, choice: natural }), { maxLength: 14 })

/** Sizes that often collide, and are sometimes zero. */
export const smallSizes = fc.record({ B: fc.nat({ max: 3 }), T: fc.nat({ max: 3 }), H: fc.integer({ min: 1, max: 3 }) })

const pick = <T>(list: readonly T[], choice: number): T => list[choice % list.length]

const newDims = ['B', 'T', 'H', '1', '2'].map(dim)

type Maker = (b: Builder, x: Value, choice: number, others: readonly Value[]) => Value | undefined

const axisOf = (x: Value, choice: number): number => -1 - (choice % Math.max(1, x.shape.length))

const sizeAt = (x: Value, axis: number): Dim => x.shape[x.shape.length + axis]

const makers: readonly Maker[] = [
  (b, x, choice) => b.emit(pick(['tanh', 'sin', 'neg', 'sigmoid', 'abs'], choice), [x]),
  (b, x, choice, others) => {
    const alike = others.filter(v => sameShape(v.shape, x.shape))
    return b.emit(pick(['add', 'sub', 'mul', 'max'], choice), [x, pick(alike, choice >> 2)])
  },
  (b, x, choice) => b.emit('mul', [x, constantLike(b, (choice % 7) - 3, x)]),
  (b, x, choice) => {
    if (x.shape.length > 3) return undefined
    const place = -1 - (choice % (x.shape.length + 1))
    return b.emit('broadcast', [x], { at: [place], sizes: [pick(newDims, choice >> 3)] })
  },
  (b, x, choice) => {
    if (x.shape.length < 2) return undefined
    const order = x.shape.map((_, i) => i - x.shape.length)
    const turned = choice % 2 === 0 ? [...order].reverse() : [...order.slice(1), order[0]]
    return b.emit('transpose', [x], { order: turned })
  },
  (b, x) => (x.shape.length === 0 ? undefined : b.emit('reshape', [x], { shape: [product(x.shape)] })),
  (b, x, choice) => (x.shape.length === 0 ? undefined : b.emit('sum', [x], { axes: [axisOf(x, choice)] })),
  (b, x) => (x.shape.length < 2 ? undefined : b.emit('sum', [x], { axes: [-1, -x.shape.length] })),
  (b, x, choice) => (x.shape.length === 0 ? undefined : b.emit('softmax', [x], { axis: axisOf(x, choice) })),
  (b, x, choice) => {
    if (x.shape.length === 0) return undefined
    const axis = axisOf(x, choice)
    return b.emit('pad', [x], { axis, start: constant(choice % 3), size: add(sizeAt(x, axis), constant(2)) })
  },
  (b, x, choice, others) => {
    const alike = others.filter(v => sameShape(v.shape, x.shape))
    return x.shape.length === 0
      ? undefined
      : b.emit('concat', [x, pick(alike, choice >> 2)], { axis: axisOf(x, choice) })
  },
  (b, x, choice) => {
    const size = x.shape.length === 0 ? undefined : sizeAt(x, axisOf(x, choice))
    const last = size?.terms.at(-1)
    if (size === undefined || last === undefined || last.atoms.length > 0 || last.coefficient < 2) return undefined
    return b.emit('slice', [x], { axis: axisOf(x, choice), start: constant(1), size: add(size, constant(-1)) })
  },
  (b, x, choice, others) => {
    const k = x.shape.at(-1)
    const weights = others.filter(v => v.shape.length === 2 && k !== undefined && equal(v.shape[1], k))
    return weights.length === 0 ? undefined : b.emit('matmul', [x, pick(weights, choice)])
  },
]

/** Plays the moves; gives all values, old and new. */
function play(b: Builder, start: readonly Value[], list: readonly Move[]): readonly Value[] {
  const values = [...start]
  for (const { kind, value, choice } of list) {
    // The newest values are the likeliest.
    const x = values[values.length - 1 - (value % values.length)]
    if (x.shape.length > 4) continue
    const made = pick(makers, kind)(b, x, choice, values)
    if (made !== undefined) values.push(made)
  }
  return values
}

const params = ['B, H', 'H, H', 'T, B, H', 'H'].map(text => type(text))

/** The moves at the top, and then in the body of a scan. */
export function randomCase(before: readonly Move[], inside: readonly Move[], reverse: boolean): Case {
  return {
    name: 'random',
    params,
    body: (b, xs) => {
      const values = play(b, xs, before)
      const start = values.filter(v => sameShape(v.shape, shape('B, H')))
      const steps = values.filter(v => v.shape.length > 0 && equal(v.shape[0], dim('T')))
      const carries = [start[0], start[start.length - 1]]
      const outs = scan(b, { carries, xs: steps.slice(-2), reverse }, (s, cs, ts) => {
        const all = play(s, [...ts, ...cs, s.use(xs[1])], inside)
        const next = all.filter(v => sameShape(v.shape, shape('B, H')))
        return [next[next.length - 1], next[0], ...all.slice(-3)]
      })
      return [...values.slice(-4), ...outs]
    },
  }
}
