// Draws the norm of the gradient by lag: as bars for a terminal, and as an SVG file.

import { escaped } from '../compiler/diagram/escaped.ts'
import { greatest } from '../dsl/greatest.ts'
import type { StateLags } from '../trust/gradients/byLag.ts'

/** Exponents of ten between which all positive, finite norms lie. */
interface Range {
  readonly from: number
  readonly to: number
}

export function rangeOf(states: readonly StateLags[]): Range {
  const logs = states.flatMap(s => s.norms.flatMap(n => (n > 0 && Number.isFinite(n) ? [Math.log10(n)] : [])))
  const from = Math.floor(logs.reduce((a, b) => Math.min(a, b), logs[0] ?? 0))
  const to = Math.ceil(logs.reduce((a, b) => Math.max(a, b), logs[0] ?? 0))
  return { from, to: Math.max(to, from + 1) }
}

const columns = 40

/** Draws a bar as long as the logarithm of a norm is far up the range; none for zero. */
export function bar(norm: number, { from, to }: Range): string {
  if (!(norm > 0) || !Number.isFinite(norm)) return ''
  return '\u2588'.repeat(Math.max(1, Math.round(((Math.log10(norm) - from) / (to - from)) * columns)))
}

const [width, height] = [720, 400]
const margin = { left: 72, right: 16, bottom: 48 }
/** Layout of the lines of names, which begin under the title. */
const names = { top: 36, line: 14, character: 7, gap: 16 }
const colors = ['#00429d', '#d1495b', '#2a9d8f', '#e9a23b', '#6a4c93', '#555555']

/** Tells whether a line is dashed, as those beyond the number of colours are. */
const isDashed = (i: number): boolean => i >= colors.length

const labelOf = ({ name }: StateLags, i: number): string => (isDashed(i) ? `- - ${name}` : name)

/** Draws the norms of all states against the lag, on a logarithmic scale. */
export function lagSvg(title: string, states: readonly StateLags[]): string {
  const range = rangeOf(states)
  const column =
    names.gap +
    names.character *
      greatest(
        states.map((s, i) => labelOf(s, i).length),
        0,
      )
  const inLine = Math.max(1, Math.floor((width - margin.left - margin.right) / column))
  const top = names.top + names.line * Math.ceil(states.length / inLine) + 6
  const longest = greatest(
    states.map(s => s.norms.length - 1),
    1,
  )
  const x = (lag: number): number => margin.left + (lag / longest) * (width - margin.left - margin.right)
  const y = (log: number): number =>
    height - margin.bottom - ((log - range.from) / (range.to - range.from)) * (height - top - margin.bottom)
  const text = (at: readonly [number, number], anchor: string, words: string, fill = '#222222'): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${escaped(words)}</text>`
  const line = (log: number): string =>
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y(log).toFixed(1)}" y2="${y(log).toFixed(1)}" stroke="#e8e8e8"/>`
  const decades = ticks(range.from, range.to, 8).map(
    log => line(log) + text([margin.left - 8, y(log) + 4], 'end', `1e${log}`),
  )
  const lags = ticks(0, longest, 10).map(lag => text([x(lag), height - margin.bottom + 18], 'middle', String(lag)))
  const curves = states.map((s, i) => {
    const color = colors[i % colors.length]
    const points = s.norms.flatMap((n, lag) =>
      n > 0 && Number.isFinite(n) ? [`${x(lag).toFixed(1)},${y(Math.log10(n)).toFixed(1)}`] : [],
    )
    const dash = isDashed(i) ? ' stroke-dasharray="6 3"' : ''
    const name = text(
      [margin.left + column * (i % inLine), names.top + names.line * Math.floor(i / inLine)],
      'start',
      labelOf(s, i),
      color,
    )
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"${dash}/>${name}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text([margin.left, 20], 'start', title),
    ...decades,
    ...lags,
    text([(margin.left + width - margin.right) / 2, height - 10], 'middle', 'lag, in steps'),
    ...curves,
    '</svg>\n',
  ].join('\n')
}

/** Lists whole numbers from one to another, with at most `most` intervals. */
function ticks(from: number, to: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((to - from) / most))
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)
}
