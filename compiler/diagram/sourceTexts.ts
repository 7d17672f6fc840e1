// Takes pieces of the source as text for a drawing.
import type { Span } from '../../dsl/ast.ts'

/** The text of a piece of the source on one line, without comments; `holes` in it are shown as `…`. */
export type SourceTexts = (span: Span, holes?: readonly Span[]) => string

export const sourceTexts =
  (sources: ReadonlyMap<string, string>): SourceTexts =>
  ({ file, start, end }, holes = []) => {
    const source = sources.get(file) ?? ''
    let [text, read] = ['', start]
    for (const hole of holes.toSorted((a, b) => a.start - b.start)) {
      text += `${source.slice(read, hole.start)}…`
      read = hole.end
    }
    return (text + source.slice(read, end))
      .replace(/"(?:[^"\\]|\\.)*"|#[^\r\n]*/g, found => (found.startsWith('#') ? '' : found))
      .replace(/\s+/g, ' ')
      .trim()
  }

const longest = 56

/** Cuts a text that is too long for a box. */
export const shortened = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`)
