// Describes text that may be broken over lines; `renderDoc` decides where (Wadler, “A prettier printer”, 1998).

/** A text with the places where it may be broken. */
export type Doc = string | Joint | readonly Doc[]

export type Joint =
  /** A place for a line break; without one it is the text `flat`. `after` begins the new line. */
  | { readonly kind: 'line'; readonly flat: string; readonly after: string }
  /** Lines that begin inside are indented one step more. */
  | { readonly kind: 'indent'; readonly inside: Doc }
  /** Is on one line if it fits there and is not `broken`; if not, it is broken at all of its lines that are in no inner group. */
  | { readonly kind: 'group'; readonly inside: Doc; readonly broken: boolean }
  /** Items with a space or a line break between them, on as few lines as they fit on; those before `from` are written. */
  | { readonly kind: 'fill'; readonly items: readonly Doc[]; readonly from: number }
  /** A comment, on a line of its own or at the end of the line before; what follows it begins a new line. */
  | { readonly kind: 'comment'; readonly text: string; readonly own: boolean }

/** The text `flat`, or a line break with `after` behind it. */
export const lineOr = (flat: string, after = ''): Doc => ({ kind: 'line', flat, after })
/** A space, or a line break. */
export const line = lineOr(' ')
/** Nothing, or a line break. */
export const softLine = lineOr('')
export const indent = (...inside: readonly Doc[]): Doc => ({ kind: 'indent', inside })
export const fill = (items: readonly Doc[]): Doc => ({ kind: 'fill', items, from: 0 })
export const comment = (text: string, own: boolean): Doc => ({ kind: 'comment', text, own })
/** Groups a text: it is broken wherever a comment in it ends a line before the group ends. */
export const group = (...inside: readonly Doc[]): Doc => ({
  kind: 'group',
  inside,
  broken: commentsIn(inside) === 'inside',
})

/** Puts a separator between texts. */
export const joined = (docs: readonly Doc[], separator: Doc): Doc =>
  docs.flatMap((d, i) => (i === 0 ? [d] : [separator, d]))

/** Tells whether a text has comments, and whether something follows one of them. */
function commentsIn(doc: Doc): 'none' | 'last' | 'inside' {
  if (typeof doc === 'string') return 'none'
  if (!('kind' in doc)) return commentsInAll(doc)
  switch (doc.kind) {
    case 'line':
      return 'none'
    case 'comment':
      return doc.own ? 'inside' : 'last'
    case 'group':
      return doc.broken ? 'inside' : commentsIn(doc.inside)
    case 'indent':
      return commentsIn(doc.inside)
    case 'fill':
      return commentsInAll(doc.items)
  }
}

function commentsInAll(docs: readonly Doc[]): 'none' | 'last' | 'inside' {
  let found: 'none' | 'last' = 'none'
  for (const doc of docs) {
    if (isEmpty(doc)) continue
    const here = commentsIn(doc)
    if (here === 'inside' || found === 'last') return 'inside'
    found = here
  }
  return found
}

const isEmpty = (doc: Doc): boolean => doc === '' || (typeof doc === 'object' && !('kind' in doc) && doc.every(isEmpty))
