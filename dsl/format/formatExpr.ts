// Lays out expressions and types: a chain is broken before its operators, brackets are broken inside.
import type { Arg, BinaryOperator, Expr, Slice, TypeExpr } from '../ast.ts'
import { chain } from '../children.ts'
import type { Cursor } from './cursor.ts'
import { type Doc, fill, group, indent, joined, line, softLine } from './doc.ts'

/** Operators of one number form one chain, which is broken as a whole. */
const precedence: Readonly<Record<BinaryOperator | '|>', number>> = {
  '|>': 0,
  or: 1,
  and: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '@': 6,
  '^': 7,
}

/** The links of a chain that are printed so far; those of one level are broken together. */
interface Run {
  readonly level: number | 'suffixes' | 'closed'
  /** The first link, and what each other adds. */
  readonly docs: Doc[]
}

/** Lays out an expression. Its parentheses are kept as they are written. */
export function formatExpr(expr: Expr, cursor: Cursor): Doc {
  // Lays out the links of a chain one after another: it may be longer than the stack is deep.
  const links = chain(expr)
  const opened = links
    .toReversed()
    .map(link => openParens(link, cursor))
    .toReversed()
  let run: Run = { level: 'closed', docs: [] }
  links.forEach((link, i) => {
    run = i === 0 ? { level: 'closed', docs: [formatFirst(link, cursor)] } : extend(run, link, cursor)
    for (const open of opened[i]) run = { level: 'closed', docs: [brackets(open, [close(run)], cursor)] }
  })
  return close(run)
}

/** Takes the parentheses that are written around an expression, innermost first. */
function openParens({ span }: Expr, cursor: Cursor): Doc[] {
  const open: Doc[] = []
  while (cursor.peek().start < span.start) open.unshift(cursor.take())
  return open
}

/** Lays out an expression that begins with no other. */
function formatFirst(expr: Expr, cursor: Cursor): Doc {
  if (expr.kind === 'unary') return [cursor.take(), expr.op === 'not' ? ' ' : '', formatExpr(expr.value, cursor)]
  if (expr.kind !== 'list') return cursor.take()
  const open = cursor.take()
  const items = commaSeparated(expr.items, item => formatExpr(item, cursor), cursor)
  const numbers = expr.items.length > 0 && expr.items.every(isNumber)
  return brackets(open, numbers ? [fill(items)] : joined(items, line), cursor)
}

const isNumber = (e: Expr): boolean => e.kind === 'number' || (e.kind === 'unary' && isNumber(e.value))

/** Adds a link to a chain. */
function extend(run: Run, link: Expr, cursor: Cursor): Run {
  switch (link.kind) {
    case 'binary':
    case 'pipe': {
      const operator = link.kind === 'pipe' ? '|>' : link.op
      const level = precedence[operator]
      const sign = cursor.take()
      const value = formatExpr(link.kind === 'pipe' ? link.callee : link.right, cursor)
      return added(run, level, operator === '^' ? [sign, value] : [line, sign, ' ', value])
    }
    case 'call':
      return added(run, 'suffixes', formatArgs(link.args, cursor))
    case 'member':
      return added(run, 'suffixes', [cursor.take(), cursor.take()])
    case 'index': {
      const open = cursor.take()
      const items = commaSeparated(link.slices, slice => formatSlice(slice, cursor), cursor)
      return added(run, 'suffixes', brackets(open, joined(items, line), cursor))
    }
    default:
      return run
  }
}

/** Adds to a run of the same level in place, as a chain may have thousands of links; a run of another level becomes the first link. */
function added(run: Run, level: Run['level'], doc: Doc): Run {
  if (run.level !== level) return { level, docs: [close(run), doc] }
  run.docs.push(doc)
  return run
}

/** Ends a run: as one text, whose lines after the first are indented. */
function close({ level, docs }: Run): Doc {
  if (docs.length === 1) return docs[0]
  return level === 'suffixes' || level === precedence['^'] ? docs : group(docs[0], indent(docs.slice(1)))
}

function formatArgs(args: readonly Arg[], cursor: Cursor): Doc {
  const open = cursor.take()
  const items = commaSeparated(args, arg => formatArg(arg, cursor), cursor)
  return brackets(open, joined(items, line), cursor)
}

function formatArg(arg: Arg, cursor: Cursor): Doc {
  switch (arg.kind) {
    case 'over':
      return [cursor.take(), ' ', cursor.take()]
    case 'named':
      return [cursor.take(), ' ', cursor.take(), ' ', formatExpr(arg.value, cursor)]
    case 'positional':
      return formatExpr(arg.value, cursor)
  }
}

function formatSlice(slice: Slice, cursor: Cursor): Doc {
  if (slice.kind === 'at') return formatExpr(slice.index, cursor)
  const { start, stop } = slice
  const isChain = (e: Expr | undefined): boolean => e?.kind === 'binary' || e?.kind === 'pipe'
  const space = isChain(start) || isChain(stop) ? ' ' : ''
  const before = start === undefined ? '' : [formatExpr(start, cursor), space]
  const colon = cursor.take()
  return [before, colon, stop === undefined ? '' : [space, formatExpr(stop, cursor)]]
}

/** Lays out `of token of V over T[12]`. */
export function formatType({ item, axes }: TypeExpr, cursor: Cursor): Doc {
  const formatItem = (): Doc => {
    if (item.kind === 'named') return cursor.take()
    if (item.kind === 'coded') return [cursor.take(), ' ', cursor.take(), ' ', cursor.take()]
    const open = cursor.take()
    return brackets(
      open,
      joined(
        commaSeparated(item.dims, dim => formatExpr(dim, cursor), cursor),
        line,
      ),
      cursor,
    )
  }
  return [
    formatItem(),
    axes.map(({ length }): Doc => {
      const axis = [' ', cursor.take(), ' ', cursor.take()]
      return length === undefined ? axis : [axis, brackets(cursor.take(), [formatExpr(length, cursor)], cursor)]
    }),
  ]
}

/** Lays out items and the commas between them; one behind the last is dropped. */
export function commaSeparated<T>(items: readonly T[], format: (item: T) => Doc, cursor: Cursor): Doc[] {
  return items.map((item, i) => {
    const doc = format(item)
    if (cursor.peek().image !== ',') return doc
    return [doc, cursor.take(i === items.length - 1 ? '' : undefined)]
  })
}

/** Lays out the inside of brackets, and takes the closing one. */
export function brackets(open: Doc, inside: Doc, cursor: Cursor): Doc {
  const comments = cursor.takeOwn()
  return group(open, indent(softLine, inside, comments), softLine, cursor.take())
}
