// Gives every box of a diagram its place and size, and every edge its way.
import type { Box, Diagram, Port, Source } from './diagram.ts'
import { type Item, layered, type Route } from './layers.ts'
import { type Extent, positions } from './positions.ts'

/** A box with its place; what is inside has places within the same picture. */
export interface PlacedBox {
  readonly box: Box
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly inside?: Layout
  /** The places of its ports on its lower side. */
  readonly ports: ReadonlyMap<Port, number>
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The points through which an edge leads down; between two of one x it is straight. */
export type Way = readonly Point[]

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly PlacedBox[]
  readonly edges: readonly Way[]
  /** The ways from next values of states back to the states. */
  readonly loops: readonly Way[]
}

/** Widths of a character, by the sizes of text in a drawing; a little more than most fixed-width fonts have. */
const charWidth = { title: 7.9, line: 6.75 }
export const lineHeight = 15
export const padding = 12
/** Height of the title and what is above it. */
export const headHeight = 26
const between = { boxes: 28, layers: 52 }
/** Room at the right of a cell for its loop. */
export const loopWidth = 28
/** How far the steps of a cell stand out behind the first. */
export const stackOffset = 5
/** Length of the straight beginning of an edge, beside which the text of its port stands. */
export const stem = 20
const lane = 12

/** The text beside a port. */
export const portText = ({ called, name, type }: Port): string => {
  const word = called === '' ? name : called
  return word === '' ? type : `${word}: ${type}`
}

/** The text beside a loop. */
export const loopText = (state: string): string => `${state}' → ${state}`

/** Places a diagram with its upper left corner at 0. `outside` are the ports of the frame around it. */
export function layout(diagram: Diagram, outside: readonly Port[] = []): Layout {
  const { layers, routes } = layered(diagram)
  const sized = new Map(diagram.boxes.map(box => [box, sizeOf(box)]))
  const given = new Map(outside.map(port => [diagram.gives.get(port.name), portText(port).length * charWidth.line]))
  const middles = positions(layers, item => extentOf(item, sized, given))
  const loops = diagram.loops.length
  const above = loops === 0 ? 0 : lane * (loops + 1)
  const placed = new Map<Box, PlacedBox>()
  let y = above
  const rows = layers.map(layer => {
    const height = Math.max(0, ...layer.map(({ box }) => (box && sized.get(box)?.height) ?? 0))
    for (const item of layer) {
      const size = item.box && sized.get(item.box)
      if (size !== undefined) placed.set(size.box, moved(size, (middles.get(item) ?? 0) - size.width / 2, y))
    }
    y += height + between.layers
    return { top: y - height - between.layers, bottom: y - between.layers }
  })
  const boxes = [...placed.values()]
  const right = Math.max(0, ...layers.flat().map(item => (middles.get(item) ?? 0) + extentOf(item, sized, given).right))
  const ways = diagram.loops.map(({ state, next }, i) => loopWay(placed, [state, next], { x: right + lane * i, i }))
  return {
    width: right + (loops === 0 ? 0 : lane * loops),
    height: y - between.layers + above,
    boxes,
    edges: edgesOf(routes, { placed, middles, rows }),
    loops: ways,
  }
}

/** The size of a box, placed at 0, with what is inside. */
function sizeOf(box: Box): PlacedBox {
  const badge = box.over === undefined ? 0 : box.over.length + 12
  const text = Math.max((box.title.length + badge) * charWidth.title, ...box.lines.map(l => l.length * charWidth.line))
  const head = headHeight + box.lines.length * lineHeight
  if (box.inside === undefined) {
    const width = Math.ceil(text + 2 * padding)
    const height = head + (box.lines.length > 0 ? 8 : 4)
    return { box, x: 0, y: 0, width, height, ports: spread(box, width / 2) }
  }
  const inner = layout(box.inside, box.ports)
  const width = Math.ceil(Math.max(text, inner.width) + 2 * padding)
  const inside = movedLayout(inner, (width - inner.width) / 2, head + 14)
  const ports = box.ports.map((port, i): [Port, number] => {
    const giver = inside.boxes.find(b => b.box === box.inside?.gives.get(port.name))
    return [port, giver === undefined ? width / 2 + 20 * i : giver.x + giver.width / 2]
  })
  return { box, x: 0, y: 0, width, height: head + 14 + inner.height + 18, inside, ports: new Map(ports) }
}

/** Spreads the ports of a box around its middle, so far apart that their texts stand side by side. */
function spread({ ports }: Box, middle: number): ReadonlyMap<Port, number> {
  const widths = ports.map(p => portText(p).length * charWidth.line + 20)
  const all = widths.slice(0, -1).reduce((a, b) => a + b, 0)
  let x = middle - all / 2
  return new Map(
    ports.map((port, i) => {
      const here = x
      x += widths[i]
      return [port, here]
    }),
  )
}

function extentOf(item: Item, sized: ReadonlyMap<Box, PlacedBox>, given: ReadonlyMap<Box | undefined, number>): Extent {
  const size = item.box && sized.get(item.box)
  if (size === undefined) return { left: between.boxes / 2, right: between.boxes / 2 }
  const half = size.width / 2
  const texts = [...size.ports].map(([port, x]) => x - half + 8 + portText(port).length * charWidth.line)
  const loop =
    size.box.states.length === 0
      ? 0
      : half + stackOffset + loopWidth + Math.max(...size.box.states.map(s => loopText(s).length)) * charWidth.line
  const outside = (given.get(size.box) ?? 0) + 8
  const left = Math.max(half, ...[...size.ports.values()].map(x => half - x))
  return { left: left + between.boxes / 2, right: Math.max(half, loop, outside, ...texts) + between.boxes / 2 }
}

function moved(placed: PlacedBox, x: number, y: number): PlacedBox {
  return {
    ...placed,
    x: placed.x + x,
    y: placed.y + y,
    ports: new Map([...placed.ports].map(([port, at]) => [port, at + x])),
    ...(placed.inside && { inside: movedLayout(placed.inside, x, y) }),
  }
}

function movedLayout(inner: Layout, x: number, y: number): Layout {
  const shift = (p: Point): Point => ({ x: p.x + x, y: p.y + y })
  return {
    ...inner,
    boxes: inner.boxes.map(b => moved(b, x, y)),
    edges: inner.edges.map(e => e.map(shift)),
    loops: inner.loops.map(l => l.map(shift)),
  }
}

interface Ground {
  readonly placed: ReadonlyMap<Box, PlacedBox>
  readonly middles: ReadonlyMap<Item, number>
  /** Upper and lower side of each layer. */
  readonly rows: readonly { readonly top: number; readonly bottom: number }[]
}

function edgesOf(routes: readonly Route[], ground: Ground): Way[] {
  const arriving = Map.groupBy(routes, r => r.to)
  return routes.map(route => {
    const start = startOf(route.from, ground)
    const passed = route.items.slice(1, -1).flatMap(item => {
      const { top, bottom } = ground.rows[item.layer]
      const x = ground.middles.get(item) ?? 0
      return [
        { x, y: top },
        { x, y: bottom },
      ]
    })
    const others = arriving.get(route.to) ?? []
    // Straight down past the other boxes of the layer.
    const { bottom } = ground.rows[route.items[0].layer]
    return [start, { x: start.x, y: Math.max(start.y + stem, bottom) }, ...passed, endOf(route, others, ground)]
  })
}

function startOf({ box, port }: Source, { placed }: Ground): Point {
  const from = placed.get(box)
  return { x: from?.ports.get(port) ?? 0, y: from === undefined ? 0 : from.y + from.height }
}

/** Edges that arrive at a box stand side by side, in the order of where they come from; at a frame, above what takes them. */
function endOf(route: Route, others: readonly Route[], ground: Ground): Point {
  const to = ground.placed.get(route.to)
  if (to === undefined) return { x: 0, y: 0 }
  const inner = route.into && to.inside?.boxes.find(b => b.box === route.into)
  if (inner !== undefined) return { x: inner.x + inner.width / 2, y: to.y }
  const cameFrom = (r: Route): number =>
    r.items.length > 2 ? (ground.middles.get(r.items[r.items.length - 2]) ?? 0) : startOf(r.from, ground).x
  const order = others.toSorted((a, b) => cameFrom(a) - cameFrom(b))
  const apart = Math.min(28, to.width / (order.length + 1))
  return { x: to.x + to.width / 2 + (order.indexOf(route) - (order.length - 1) / 2) * apart, y: to.y }
}

/** The way from below the next value of a state around the right side to above the state. */
function loopWay(
  placed: ReadonlyMap<Box, PlacedBox>,
  [state, next]: readonly [Box, Box],
  { x, i }: { readonly x: number; readonly i: number },
): Point[] {
  const [to, from] = [placed.get(state), placed.get(next)]
  if (to === undefined || from === undefined) return []
  const [start, end] = [from.x + from.width / 2, to.x + to.width / 2]
  const [low, high] = [from.y + from.height + lane * (i + 1), to.y - lane * (i + 1)]
  return [
    { x: start, y: from.y + from.height },
    { x: start, y: low },
    { x, y: low },
    { x, y: high },
    { x: end, y: high },
    { x: end, y: to.y },
  ]
}
