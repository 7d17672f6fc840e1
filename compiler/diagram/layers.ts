// Puts the boxes of a diagram into layers, from the inputs down, and orders each layer so that few edges cross (Sugiyama et al. 1981).
import type { Box, Diagram, Source } from './diagram.ts'

/** A box in its layer, or a place where a long edge passes through the layer. */
export interface Item {
  readonly box?: Box
  readonly layer: number
  /** Items of the layer above and of the layer below that edges lead to. */
  readonly above: Item[]
  readonly below: Item[]
}

/** An edge, by the items that it passes. */
export interface Route {
  readonly from: Source
  readonly to: Box
  readonly into?: Box
  readonly items: readonly Item[]
}

export interface Layered {
  readonly layers: readonly (readonly Item[])[]
  readonly routes: readonly Route[]
}

export function layered(diagram: Diagram): Layered {
  const depths = depthsOf(diagram)
  const items = new Map(diagram.boxes.map(box => [box, newItem(depths.get(box) ?? 0, box)]))
  const passing: Item[] = []
  const shared = new Map<string, Item>()
  const routes = diagram.edges.map(edge => {
    const [first, last] = [itemOf(items, edge.from.box), itemOf(items, edge.to)]
    const between = Array.from({ length: Math.max(0, last.layer - first.layer - 1) }, (_, i) => {
      // Edges from one port share their way.
      const layer = first.layer + 1 + i
      const key = `${diagram.boxes.indexOf(edge.from.box)} ${edge.from.port.name} ${layer}`
      const item = shared.get(key) ?? newItem(layer)
      if (!shared.has(key)) passing.push(item)
      shared.set(key, item)
      return item
    })
    const way = [first, ...between, last]
    way.slice(1).forEach((below, i) => {
      if (!way[i].below.includes(below)) way[i].below.push(below)
      if (!below.above.includes(way[i])) below.above.push(way[i])
    })
    return { ...edge, items: way }
  })
  const count = Math.max(0, ...depths.values()) + 1
  const all = [...items.values(), ...passing]
  return { layers: ordered(Array.from({ length: count }, (_, i) => all.filter(item => item.layer === i))), routes }
}

const newItem = (layer: number, box?: Box): Item => ({ layer, above: [], below: [], ...(box && { box }) })

function itemOf(items: ReadonlyMap<Box, Item>, box: Box): Item {
  const item = items.get(box)
  if (item === undefined) throw new Error(`${box.title} is not in the diagram`)
  return item
}

/** The layer of each box: below all that it reads; what reads nothing is just above its first reader. */
function depthsOf({ boxes, edges, gives, loops }: Diagram): Map<Box, number> {
  const depths = new Map<Box, number>()
  // A box is described after the boxes that it reads.
  for (const box of boxes) {
    const read = edges.filter(e => e.to === box).map(e => (depths.get(e.from.box) ?? 0) + 1)
    depths.set(box, Math.max(0, ...read))
  }
  for (const box of boxes) {
    const readers = edges.filter(e => e.from.box === box).map(e => depths.get(e.to) ?? 0)
    const isSource = !edges.some(e => e.to === box) && box.kind !== 'port' && box.kind !== 'state'
    if (isSource && readers.length > 0) depths.set(box, Math.max(0, Math.min(...readers) - 1))
  }
  const last = Math.max(0, ...depths.values())
  for (const box of [...gives.values(), ...loops.map(l => l.next)]) depths.set(box, last)
  return depths
}

/** Orders each layer by the middles of what its items are joined to. States stay on the right, where their loops are. */
function ordered(layers: Item[][]): Item[][] {
  const isRight = ({ box }: Item): boolean => box?.kind === 'state' || box?.kind === 'next'
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0
    const order = down ? layers : layers.toReversed()
    for (const layer of order) {
      const middles = new Map(layer.map((item, i) => [item, middle(down ? item.above : item.below, layers) ?? i]))
      layer.sort((a, b) => Number(isRight(a)) - Number(isRight(b)) || (middles.get(a) ?? 0) - (middles.get(b) ?? 0))
    }
  }
  return layers
}

function middle(items: readonly Item[], layers: readonly (readonly Item[])[]): number | undefined {
  if (items.length === 0) return undefined
  const places = items.map(item => layers[item.layer].indexOf(item) / Math.max(1, layers[item.layer].length - 1))
  return places.reduce((a, b) => a + b, 0) / places.length
}
