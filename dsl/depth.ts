// Limits how deeply expressions are nested, so that code that walks them may use recursion.
import type { Expr, Program, Statement, TopLevel } from './ast.ts'
import { beginning, children, sizesOf, valueIn } from './children.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'

/** Largest depth of expressions inside each other, and of brackets; real programs are far below it, and no stack overflows at it. */
export const deepest = 200

/** Reports RNN119 for each statement with an expression nested too deeply. The links of a chain do not count as nested. */
export const tooDeep = (program: Program): Diagnostic[] => program.items.flatMap(exprsIn).flatMap(deepIn)

function exprsIn(item: TopLevel): (Expr | undefined)[] {
  switch (item.kind) {
    case 'import':
      return []
    case 'unit':
    case 'fn':
      return [...item.params.map(p => p.default), ...item.body.flatMap(exprsOf)]
    case 'train':
      return item.settings.flatMap(exprsOf)
    case 'data':
      return item.body.flatMap(exprsOf)
  }
}

const exprsOf = (s: Statement): (Expr | undefined)[] => [...sizesOf(s), valueIn(s)]

/** Reports the first expression, in the order of the text, that is too deep. */
function deepIn(e: Expr | undefined): Diagnostic[] {
  const pending = e === undefined ? [] : [{ e, depth: 0 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { e, depth } = next
    if (depth > deepest) return [diagnostic('RNN119', {}, { span: e.span })]
    const first = beginning(e)
    for (const child of children(e).toReversed()) pending.push({ e: child, depth: child === first ? depth : depth + 1 })
  }
  return []
}
