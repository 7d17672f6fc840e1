// Renders a text that may be broken over lines: each line at most `width` long, where that is possible.
import type { Doc, Joint } from './doc.ts'

/** A line of a program: its code, and the comment that ends it. A comment on a line of its own is its code. */
export interface Line {
  readonly code: string
  readonly comment?: string
}

/** Greatest length of a line, without the comment that ends it. */
export const width = 100
/** Spaces of one step of indentation. */
export const step = 2

interface Pending {
  readonly doc: Doc
  readonly indent: number
  readonly flat: boolean
}

/** Renders a text. Its first line is indented by `base`; so are others, unless a comment forces the break: these are continuations. */
export function renderDoc(doc: Doc, base = 0): Line[] {
  const page = newPage(base)
  const pending: Pending[] = [{ doc, indent: base, flat: false }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next.doc === 'string') page.write(next.doc, next.indent)
    else if ('kind' in next.doc) renderJoint(next.doc, next, { page, pending })
    else for (const inside of next.doc.toReversed()) pending.push({ ...next, doc: inside })
  }
  page.breakLine(base)
  return page.lines
}

interface Rendering {
  readonly page: Page
  readonly pending: Pending[]
}

function renderJoint(doc: Joint, at: Pending, { page, pending }: Rendering): void {
  switch (doc.kind) {
    case 'line':
      if (!at.flat) page.breakLine(at.indent)
      pending.push({ ...at, doc: at.flat ? doc.flat : doc.after })
      return
    case 'indent':
      pending.push({ ...at, doc: doc.inside, indent: at.indent + step })
      return
    case 'group': {
      const inside = { ...at, doc: doc.inside, flat: true }
      const flat = !doc.broken && (at.flat || fits(inside, pending, page.room()))
      pending.push({ ...inside, flat })
      return
    }
    case 'fill': {
      const { items, from } = doc
      if (from === items.length) return
      const spaced = [' ', items[from]]
      const breaks = from > 0 && !at.flat && !fits({ ...at, doc: spaced, flat: true }, [], page.room())
      if (breaks) page.breakLine(at.indent)
      pending.push({ ...at, doc: { ...doc, from: from + 1 } })
      pending.push({ ...at, doc: from > 0 && !breaks ? spaced : items[from] })
      return
    }
    case 'comment':
      page.comment(doc.text, doc.own, at.indent)
  }
}

/** The lines that are written so far. */
interface Page {
  readonly lines: Line[]
  write(text: string, indent: number): void
  comment(text: string, own: boolean, indent: number): void
  /** Begins a new line, unless this one is empty. */
  breakLine(indent: number): void
  /** Number of characters that fit on this line. */
  room(): number
}

function newPage(base: number): Page {
  const lines: Line[] = []
  let code = ' '.repeat(base)
  let ended: string | undefined
  const isEmpty = (): boolean => code.trim() === '' && ended === undefined
  const breakLine = (indent: number): void => {
    if (!isEmpty()) lines.push({ code: code.trimEnd(), ...(ended !== undefined && { comment: ended }) })
    code = ' '.repeat(indent)
    ended = undefined
  }
  const continuation = (indent: number): number => Math.max(indent, base + step)
  return {
    lines,
    breakLine,
    room: () => width - code.length,
    write: (text, indent) => {
      if (text !== '' && ended !== undefined) breakLine(continuation(indent))
      code += code.trim() === '' ? text.trimStart() : text
    },
    comment: (text, own, indent) => {
      if (!own && ended === undefined && code.trim() !== '') {
        ended = text
        return
      }
      if (!isEmpty()) breakLine(continuation(indent))
      const spaces = code.length
      code += text
      breakLine(spaces)
    },
  }
}

/** Tells whether a text, and what follows it up to the next line break, needs no more than `room` characters. */
function fits(next: Pending, after: readonly Pending[], room: number): boolean {
  const pending = [next]
  let left = room
  let following = after.length
  while (left >= 0) {
    const at = pending.pop() ?? (following > 0 ? after[--following] : undefined)
    if (at === undefined) return true
    const { doc, flat } = at
    if (typeof doc === 'string') left -= doc.length
    else if (!('kind' in doc)) for (const inside of doc.toReversed()) pending.push({ ...at, doc: inside })
    else if (doc.kind === 'comment') return true
    else if (doc.kind === 'line') {
      if (!flat) return true
      left -= doc.flat.length
    } else if (doc.kind === 'fill') {
      // Each item takes a space at least, so that no more than these can fit.
      for (const item of doc.items.slice(doc.from, doc.from + left + 1).toReversed())
        pending.push({ ...at, doc: [' ', item] })
    } else pending.push({ ...at, doc: doc.inside, flat: flat && !(doc.kind === 'group' && doc.broken) })
  }
  return false
}
