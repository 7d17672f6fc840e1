// Draws where each character of an answer was read, from the JSON of `rnnc generate` on standard input:
// rnnc generate dates.safetensors --inputs '{"written": "1 May 2026"}' --json | node alignment.ts "1 May 2026" > alignment.svg
import { text as textOf } from 'node:stream/consumers'

/** One character of the answer, with the weight of each character that was read. */
export interface Answer {
  readonly date: string
  readonly alignment: readonly number[]
}

const side = 26
const margin = 44

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const label = (text: string, x: number, y: number): string => `<text x="${x}" y="${y}">${escaped(text)}</text>`

/** An SVG of a square for each weight, the darker the larger; what was read stands above, the answer beside. */
export function alignmentSvg(written: string, answers: readonly Answer[]): string {
  const read = [...written]
  const [width, height] = [margin + read.length * side + 12, margin + answers.length * side + 12]
  const above = read.map((c, s) => label(c, margin + (s + 0.5) * side, margin - 12))
  const beside = answers.map(({ date }, t) => label(date, margin - 16, margin + (t + 0.5) * side))
  const squares = answers.flatMap(({ alignment }, t) =>
    alignment.map((weight, s) => {
      const place = `x="${margin + s * side}" y="${margin + t * side}"`
      const title = `<title>${(100 * weight).toFixed(1)} %</title>`
      return `<rect ${place} width="${side}" height="${side}" fill-opacity="${weight.toFixed(3)}">${title}</rect>`
    }),
  )
  const frame = `<rect x="${margin}" y="${margin}" width="${read.length * side}" height="${answers.length * side}" fill="none" stroke="#bbb"/>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>Where each character of ${answers.map(a => escaped(a.date)).join('')} was read in “${escaped(written)}”</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    '<g font-family="DejaVu Sans Mono, monospace" font-size="16" fill="#222" text-anchor="middle" dominant-baseline="central">',
    ...above,
    ...beside,
    '</g>',
    '<g fill="#1f4e8c">',
    ...squares,
    '</g>',
    frame,
    '</svg>\n',
  ].join('\n')
}

if (import.meta.main) {
  const { answers } = JSON.parse(await textOf(process.stdin))
  process.stdout.write(alignmentSvg(process.argv[2], answers))
}
