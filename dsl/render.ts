// Prints a diagnostic for the terminal: the message, the line, the caret, and the help.
import type { Span } from './ast.ts'
import type { Diagnostic } from './diagnostics.ts'
import { lines, position } from './position.ts'
import { shownFile } from './standardLibrary.ts'

export interface RenderOptions {
  readonly color: boolean
}

/** The text of a diagnostic. `sources` gives the text of each file by the name that spans carry. */
export function render(diagnostic: Diagnostic, sources: ReadonlyMap<string, string>, options: RenderOptions): string {
  const paint = options.color ? painted : plain
  const severity = diagnostic.severity === 'error' ? paint.error : paint.warning
  const head = `${severity(`${diagnostic.severity} ${diagnostic.code}`)}${paint.bold(`: ${diagnostic.message}`)}`
  const out = [head, ...excerpt(diagnostic, sources, paint, severity)]
  if (diagnostic.help !== undefined) out.push(`${paint.help('help')}: ${diagnostic.help}`)
  return out.join('\n')
}

type Paint = (text: string) => string
type Palette = Readonly<Record<'error' | 'warning' | 'bold' | 'gutter' | 'help', Paint>>

const sgr =
  (code: string): Paint =>
  text =>
    text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`
const same: Paint = text => text
const plain: Palette = { error: same, warning: same, bold: same, gutter: same, help: same }
const painted: Palette = {
  error: sgr('1;31'),
  warning: sgr('1;33'),
  bold: sgr('1'),
  gutter: sgr('34'),
  help: sgr('36'),
}

/** A piece of one line, with a text about it. */
interface Mark {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly width: number
  readonly text: string
  readonly main: boolean
}

function excerpt(
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, string>,
  paint: Palette,
  severity: Paint,
): string[] {
  const { span, caret, labels = [] } = diagnostic
  if (span === undefined) return []
  const places = [{ span, text: caret ?? '', main: true }, ...labels.map(label => ({ ...label, main: false }))]
  const marks = places.flatMap(place => {
    const source = sources.get(place.span.file)
    return source === undefined ? [] : [mark(place.span, source, place.text, place.main)]
  })
  if (marks.length === 0) return [` ${paint.gutter('-->')} ${shownFile(span.file)}`]
  const margin = ' '.repeat(Math.max(...marks.map(({ line }) => String(line).length)))
  const out: string[] = []
  for (const file of new Set(marks.map(({ file }) => file))) {
    const here = marks.filter(found => found.file === file)
    const first = here.find(({ main }) => main) ?? here[0]
    out.push(`${margin}${paint.gutter('-->')} ${shownFile(file)}:${first.line}:${first.column}`)
    out.push(paint.gutter(`${margin} |`))
    out.push(...quoted(here, lines(sources.get(file) ?? ''), margin.length, paint, severity))
  }
  return out
}

function mark(span: Span, source: string, text: string, main: boolean): Mark {
  const { line, column } = position(source, span.start)
  const content = lines(source)[line - 1]
  // Shows the first line of a place over several lines.
  const width = Math.max(1, Math.min(span.end - span.start, content.length - column + 1))
  return { file: span.file, line, column, width, text, main }
}

// Prints the lines with marks, each mark underlined below its line, and `...` for skipped lines.
function quoted(marks: readonly Mark[], source: readonly string[], margin: number, paint: Palette, severity: Paint) {
  const out: string[] = []
  let last: number | undefined
  for (const line of [...new Set(marks.map(found => found.line))].sort((a, b) => a - b)) {
    const content = source[line - 1]
    if (last !== undefined && line > last + 1) out.push(paint.gutter('...'))
    last = line
    const here = marks.filter(found => found.line === line).sort((a, b) => b.column - a.column)
    // Shows a piece for each mark of a line that is too long to be shown whole.
    for (const shown of content.length <= longest ? [here] : here.map(found => [found])) {
      const { text: piece, start } = window(content, shown[0])
      out.push(`${paint.gutter(`${String(line).padStart(margin)} |`)} ${expandTabs(piece)}`.trimEnd())
      for (const { column, width, text, main } of shown) {
        const at = column - 1 - start
        const indent = ' '.repeat(columns(piece.slice(0, at)))
        const below = columns(piece.slice(0, at + width)) - indent.length
        const sign = (main ? '^' : '-').repeat(Math.max(1, below))
        const color = main ? severity : paint.gutter
        out.push(`${paint.gutter(`${' '.repeat(margin)} |`)} ${indent}${color(text === '' ? sign : `${sign} ${text}`)}`)
      }
    }
  }
  return out
}

/** The most characters of a line that are shown. */
const longest = 160

/** Cuts a line to the part that is shown, which begins at `start`; `…` marks omitted text on either side. */
function window(content: string, { column }: Mark): { readonly text: string; readonly start: number } {
  if (content.length <= longest) return { text: content, start: 0 }
  const inside = longest - 2
  const begin = whole(content, Math.max(0, Math.min(column - 1 - inside / 4, content.length - inside)))
  const end = whole(content, Math.min(content.length, begin + inside))
  const [before, after] = [begin > 0 ? '…' : '', end < content.length ? '…' : '']
  return { text: `${before}${content.slice(begin, end)}${after}`, start: begin - before.length }
}

/** Moves a place back by one where it would cut a character in two. */
const whole = (text: string, place: number): number => {
  const cut = Math.floor(place)
  return /[\udc00-\udfff]/.test(text.charAt(cut)) ? cut - 1 : cut
}

/** Replaces tabs by the two spaces that the language is indented by, so that carets stay below their text. */
function expandTabs(text: string): string {
  return text.replaceAll('\t', '  ')
}

/** Counts the columns of a terminal that a text takes; letters with combining marks and emoji count as one or two. */
function columns(text: string): number {
  if (/^[\t -~]*$/.test(text)) return expandTabs(text).length
  let count = 0
  // To make one takes long, as Node then reads the tables of Unicode.
  for (const { segment } of new Intl.Segmenter().segment(expandTabs(text))) count += wide.test(segment) ? 2 : 1
  return count
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
