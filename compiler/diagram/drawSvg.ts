// Draws a model as an SVG image, which shows on light and on dark pages.
import type { Box, Port } from './diagram.ts'
import { newDiagram } from './diagram.ts'
import { escaped } from './escaped.ts'
import {
  headHeight,
  type Layout,
  layout,
  lineHeight,
  loopText,
  loopWidth,
  type PlacedBox,
  padding,
  portText,
  stackOffset,
  type Way,
} from './layout.ts'

/** Draws a box with all that is inside it. */
export function drawSvg(root: Box): string {
  const diagram = newDiagram()
  diagram.boxes.push(root)
  const placed = layout(diagram)
  const [width, height] = [Math.ceil(placed.width), Math.ceil(placed.height + 2 * margin)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 ${-margin} ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(root.title)}</title>`,
    `<style>${style}</style>`,
    `<defs>${marker('tip')}${marker('back')}</defs>`,
    `<rect class="page" x="0" y="${-margin}" width="${width}" height="${height}"/>`,
    ...draw(placed),
    '</svg>',
    '',
  ].join('\n')
}

const marker = (name: string): string =>
  `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="${name}" d="M0 0L8 4L0 8Z"/></marker>`

const margin = 14

const light = {
  page: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  line: '#818b98',
  frame: '#f6f8fa',
  unit: '#ddf4ff',
  rim: '#54aeff',
  port: '#ffffff',
  input: '#dafbe1',
  green: '#4ac26b',
  target: '#fff8c5',
  amber: '#d4a72c',
  loss: '#ffebe9',
  red: '#ff8182',
  loop: '#8250df',
}
const dark = {
  page: '#0d1117',
  text: '#e6edf3',
  faint: '#9198a1',
  line: '#656c76',
  frame: '#151b23',
  unit: '#121d2f',
  rim: '#1f6feb',
  port: '#0d1117',
  input: '#12261e',
  green: '#238636',
  target: '#272115',
  amber: '#9e6a03',
  loss: '#25171c',
  red: '#da3633',
  loop: '#ab7df8',
}

const variables = (colors: typeof light): string =>
  Object.entries(colors)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';')

const style = [
  `svg{${variables(light)}}`,
  `@media(prefers-color-scheme:dark){svg{${variables(dark)}}}`,
  'text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--faint);white-space:pre}',
  '.title{font-size:13px;fill:var(--text)}.unit>.title{font-weight:600}',
  '.label{fill:var(--text);paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}',
  '.page{fill:var(--page)}rect{stroke-width:1.2}',
  '.edge,.loop{fill:none;stroke:var(--line);stroke-width:1.4}.tip{fill:var(--line)}',
  '.loop{stroke:var(--loop);stroke-width:1.6}.badge,.back{fill:var(--loop)}',
  '.unit>rect,.value>rect{fill:var(--port);stroke:var(--line)}.unit>rect{fill:var(--unit);stroke:var(--rim)}',
  '.frame>rect{fill:var(--frame)}.frame{--ground:var(--frame)}svg{--ground:var(--page)}',
  '.input>rect{fill:var(--input);stroke:var(--green)}.output>rect{fill:var(--input);stroke:var(--green)}',
  '.target>rect{fill:var(--target);stroke:var(--amber)}.loss>rect{fill:var(--loss);stroke:var(--red)}',
  '.param>rect,.port>rect{fill:var(--port);stroke:var(--line);stroke-dasharray:3 2}',
  '.state>rect,.next>rect{fill:var(--port);stroke:var(--loop)}',
].join('')

function draw({ boxes, edges, loops }: Layout): string[] {
  return [
    ...boxes.flatMap(drawBox),
    ...edges.map(drawEdge),
    ...loops.map(way => `<path class="loop" marker-end="url(#back)" d="${polyline(way)}"/>`),
    ...boxes.flatMap(b => [...b.ports].map(([port, x]) => drawPort(port, x, b.y + b.height))),
  ]
}

function drawBox({ box, x, y, width, height, inside }: PlacedBox): string[] {
  const round = box.kind === 'unit' ? 6 : height / 2
  const corner = box.kind === 'value' || box.lines.length > 0 ? 6 : round
  const rect = (dx: number): string =>
    `<rect x="${n(x + dx)}" y="${n(y + dx)}" width="${n(width)}" height="${n(height)}" rx="${n(corner)}"/>`
  const middle = x + width / 2
  const isUnit = box.kind === 'unit'
  const title = isUnit
    ? `<text class="title" x="${n(x + padding)}" y="${n(y + 18)}">${escaped(box.title)}</text>`
    : `<text class="title" x="${n(middle)}" y="${n(y + 19)}" text-anchor="middle">${escaped(box.title)}</text>`
  const badge = box.over === undefined ? '' : `each step of ${box.over}`
  const lines = box.lines.map((text, i) => {
    const at = isUnit ? `x="${n(x + padding)}"` : `x="${n(middle)}" text-anchor="middle"`
    return `<text ${at} y="${n(y + headHeight + 11 + i * lineHeight)}">${escaped(text)}</text>`
  })
  return [
    `<g class="${box.kind}${inside === undefined ? '' : ' frame'}">`,
    // A cell that runs along an axis is drawn as a stack of steps.
    ...(box.over === undefined ? [] : [rect(stackOffset)]),
    rect(0),
    title,
    badge === ''
      ? ''
      : `<text class="badge" x="${n(x + width - padding)}" y="${n(y + 18)}" text-anchor="end">${escaped(badge)}</text>`,
    ...lines,
    ...(box.states.length > 0 && inside === undefined
      ? drawLoop(box, x + width + stackOffset, y + stackOffset, height)
      : []),
    ...(inside === undefined ? [] : draw(inside)),
    '</g>',
  ].filter(line => line !== '')
}

/** The loop at the right of a cell, by which its states come back. */
function drawLoop({ states }: Box, x: number, y: number, height: number): string[] {
  const [low, high] = [y + height - 9, y + 12]
  const out = x + loopWidth
  return [
    `<path class="loop" marker-end="url(#back)" d="M${n(x)} ${n(low)}C${n(out)} ${n(low)} ${n(out)} ${n(high)} ${n(x + 1)} ${n(high)}"/>`,
    ...states.map((state, i) => {
      const line = (low + high) / 2 + 4 + (i - (states.length - 1) / 2) * lineHeight
      return `<text class="badge" x="${n(x + loopWidth - 3)}" y="${n(line)}">${escaped(loopText(state))}</text>`
    }),
  ]
}

const drawPort = (port: Port, x: number, y: number): string =>
  `<text class="label" x="${n(x + 7)}" y="${n(y + 15)}">${escaped(portText(port))}</text>`

function drawEdge([first, ...rest]: Way): string {
  let [path, from] = [`M${n(first.x)} ${n(first.y)}`, first]
  for (const to of rest) {
    const half = (from.y + to.y) / 2
    path += from.x === to.x ? `V${n(to.y)}` : `C${n(from.x)} ${n(half)} ${n(to.x)} ${n(half)} ${n(to.x)} ${n(to.y)}`
    from = to
  }
  return `<path class="edge" marker-end="url(#tip)" d="${path}"/>`
}

const polyline = (points: Way): string => points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${n(x)} ${n(y)}`).join('')

const n = (value: number): string => String(Math.round(value * 10) / 10)
