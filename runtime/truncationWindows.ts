// Cuts the sequences of some examples into windows of equal length, for truncated back-propagation.
import type { Port } from '../compiler/elaborate/values/signature.ts'
import { type Dim, equal } from '../compiler/ir/dim.ts'
import { type Example, Examples, type Part } from './data/example.ts'

export interface Window {
  /** The examples asked for, in their order, each cut to the window: empty where its sequences have ended. */
  readonly part: Part
  /** The time step that it begins with. */
  readonly start: number
}

/** Yields the windows of `size` steps along the axis of length `axis`, one after another; at least one. */
export function* windowsOf(
  ports: readonly Port[],
  part: Part,
  indices: ArrayLike<number>,
  axis: Dim,
  size: number,
): Generator<Window> {
  const count = indices.length
  const longest = longestAlong(ports, part, indices, axis)
  for (let start = 0; start === 0 || start < longest; start += size) {
    const cut = ports.flatMap(port => {
      if (!Object.hasOwn(part.ports, port.name)) return []
      const examples = Array.from(indices, i => part.ports[port.name].at(i))
      const own = isAlong(port, axis) ? examples.map(e => cutExample(e, start, size)) : examples
      return [[port.name, Examples.of(own)] as const]
    })
    yield { part: { count, ports: Object.fromEntries(cut) }, start }
  }
}

/** Number of windows of those examples. */
export const countWindows = (
  ports: readonly Port[],
  part: Part,
  indices: ArrayLike<number>,
  axis: Dim,
  size: number,
): number => Math.max(1, Math.ceil(longestAlong(ports, part, indices, axis) / size))

const isAlong = ({ axes }: Port, axis: Dim): boolean => axes.length > 0 && equal(axes[0].size, axis)

function longestAlong(ports: readonly Port[], part: Part, indices: ArrayLike<number>, axis: Dim): number {
  const along = ports.filter(p => isAlong(p, axis) && Object.hasOwn(part.ports, p.name))
  let longest = 0
  for (const { name } of along) {
    for (let i = 0; i < indices.length; i++) longest = Math.max(longest, part.ports[name].at(indices[i]).lengths[0][0])
  }
  return longest
}

/** Cuts an example to the elements of its outermost axis from `start` on, at most `size`. */
function cutExample(example: Example, start: number, size: number): Example {
  let [from, to] = [0, 1]
  const { lengths } = example
  const cut = lengths.map((list, axis) => {
    const own = axis === 0 ? [Math.max(0, Math.min(size, list[0] - start))] : Array.from(list).slice(from, to)
    const before = axis === 0 ? Math.min(start, list[0]) : sum(list, 0, from)
    to = before + own.reduce((a, b) => a + b, 0)
    from = before
    return own
  })
  return example.cut(from, to - from, cut)
}

function sum(list: ArrayLike<number>, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += list[i]
  return total
}
