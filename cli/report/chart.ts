// Charts as SVG: lines over a number such as the epoch, and points in a plane.
import { figure } from '../output.ts'
import { element, type Markup } from './html.ts'

type Point = readonly [x: number, y: number]

export interface Curve {
  readonly name: string
  readonly points: readonly Point[]
}

export interface Chart {
  readonly title: string
  readonly x: string
  readonly y?: string
  readonly curves: readonly Curve[]
  /** Whether points are drawn apart, with the diagonal, on which x is y. */
  readonly scattered?: boolean
}

const [width, height] = [720, 320]
const margin = { left: 80, right: 16, top: 40, bottom: 44 }
const colors = ['#00429d', '#d1495b', '#2a9d8f', '#e9a23b', '#6a4c93', '#555555']

/** Draws a chart; points that are not finite are left out. Undefined where no point is left. */
export function drawChart({ title, x: xName, y: yName, curves, scattered = false }: Chart): Markup | undefined {
  const shown = curves.map(c => ({ ...c, points: c.points.filter(p => p.every(Number.isFinite)) }))
  const all = shown.flatMap(c => c.points)
  if (all.length === 0) return undefined
  const [xs, ys] = [0, 1].map(i => rangeOf(all.map(p => p[i])))
  const both: Range = [Math.min(xs[0], ys[0]), Math.max(xs[1], ys[1])]
  const [xRange, yRange] = scattered ? [both, both] : [xs, ys]
  const x = (value: number): number => margin.left + place(value, xRange) * (width - margin.left - margin.right)
  const y = (value: number): number =>
    height - margin.bottom - place(value, yRange) * (height - margin.top - margin.bottom)
  const drawn = shown.map((c, i) => drawCurve(c, colors[i % colors.length], scattered, p => [x(p[0]), y(p[1])]))
  const names =
    shown.length < 2
      ? []
      : shown.map((c, i) =>
          label([width - margin.right - 110 * (shown.length - 1 - i), 18], 'end', c.name, colors[i % colors.length]),
        )
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-size': 12,
      role: 'img',
      'aria-label': title,
    },
    label([margin.left, 18], 'start', title),
    ...ticks(yRange).flatMap(v => [
      line([margin.left, y(v)], [width - margin.right, y(v)], '#e8e8e8'),
      label([margin.left - 8, y(v) + 4], 'end', figure(v)),
    ]),
    ...ticks(xRange).map(v => label([x(v), height - margin.bottom + 18], 'middle', figure(v))),
    label([(margin.left + width - margin.right) / 2, height - 8], 'middle', xName),
    ...(yName === undefined ? [] : [label([8, margin.top - 8], 'start', yName)]),
    ...(scattered ? [line([x(both[0]), y(both[0])], [x(both[1]), y(both[1])], '#999999')] : []),
    ...drawn,
    ...names,
  )
}

type Range = readonly [from: number, to: number]

function rangeOf(values: readonly number[]): Range {
  const from = values.reduce((a, b) => Math.min(a, b))
  const to = values.reduce((a, b) => Math.max(a, b))
  const room = from === to ? Math.abs(from) / 10 || 1 : 0
  return [from - room, to + room]
}

/** Where a value lies in a range, from 0 to 1; also where the width of the range would overflow. */
const place = (value: number, [from, to]: Range): number => (value / 2 - from / 2) / (to / 2 - from / 2)

/** Round numbers within a range: multiples of 1, 2 or 5 times a power of ten. */
function ticks([from, to]: Range): number[] {
  const raw = to / 5 - from / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map(n => n * power).find(s => s >= raw) ?? raw
  const first = Math.ceil(from / step)
  const count = Math.floor(to / step) - first + 1
  return Array.from({ length: Math.max(0, Math.min(count, 12)) }, (_, i) => (first + i) * step).filter(Number.isFinite)
}

function drawCurve({ points }: Curve, color: string, scattered: boolean, at: (point: Point) => Point): Markup {
  const places = points.map(at).map(p => p.map(n => n.toFixed(1)))
  if (scattered || points.length === 1) {
    const dots = places.map(([cx, cy]) => element('circle', { cx, cy, r: 2.5 }))
    return element('g', { fill: color, 'fill-opacity': 0.6 }, ...dots)
  }
  return element('polyline', {
    points: places.map(p => p.join(',')).join(' '),
    fill: 'none',
    stroke: color,
    'stroke-width': 2,
  })
}

const line = ([x1, y1]: Point, [x2, y2]: Point, stroke: string): Markup =>
  element('line', { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), stroke })

const label = ([x, y]: Point, anchor: string, words: string, fill = '#222222'): Markup =>
  element('text', { x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': anchor, fill }, words)
