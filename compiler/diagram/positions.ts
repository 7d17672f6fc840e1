// Places the items of layers: each below the middle of what it is joined to, as far as its neighbours leave room.
import type { Item } from './layers.ts'

/** The room that an item needs on each side of its middle. */
export interface Extent {
  readonly left: number
  readonly right: number
}

/** Finds the middle of each item; the leftmost room begins at 0. */
export function positions(
  layers: readonly (readonly Item[])[],
  extentOf: (item: Item) => Extent,
): ReadonlyMap<Item, number> {
  const at = new Map<Item, number>()
  const x = (item: Item): number => at.get(item) ?? 0
  const place = (layer: readonly Item[], wished: (item: Item) => number): void => {
    const starts = offsets(layer, extentOf)
    const moved = ascending(layer.map((item, i) => wished(item) - starts[i]))
    layer.forEach((item, i) => {
      at.set(item, moved[i] + starts[i])
    })
  }
  for (const layer of layers) place(layer, () => 0)
  const middle = (items: readonly Item[], own: Item): number =>
    items.length === 0 ? x(own) : items.reduce((sum, item) => sum + x(item), 0) / items.length
  for (let sweep = 0; sweep < 24; sweep++) {
    const down = sweep % 2 === 0
    for (const layer of down ? layers : layers.toReversed())
      place(layer, item => middle(down ? item.above : item.below, item))
  }
  const first = Math.min(...[...at].map(([item, middle]) => middle - extentOf(item).left))
  return new Map([...at].map(([item, middle]) => [item, middle - first]))
}

/** The distances of the middles from the first one's, where all stand as close as they may. */
function offsets(layer: readonly Item[], extentOf: (item: Item) => Extent): number[] {
  let sum = 0
  return layer.map((item, i) => {
    if (i > 0) sum += extentOf(layer[i - 1]).right + extentOf(item).left
    return sum
  })
}

/** The ascending numbers that are nearest to the given ones, by the sum of squares: neighbours in the wrong order share their mean. */
function ascending(wished: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = []
  for (const value of wished) {
    blocks.push({ sum: value, count: 1 })
    for (let last = blocks.length - 1; last > 0; last--) {
      const [a, b] = [blocks[last - 1], blocks[last]]
      if (a.sum / a.count <= b.sum / b.count) break
      blocks.splice(last - 1, 2, { sum: a.sum + b.sum, count: a.count + b.count })
    }
  }
  return blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
}
