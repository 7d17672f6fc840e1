// Describes in words the tokens that the parser would have accepted: the "expected …" of RNN101.
import type { TokenType } from './lexer.ts'
import type { Wording } from './parser.ts'
import * as t from './tokens.ts'

/** Items of the top level of a file. */
const topLevel = '`cell`, `layer`, `model`, `fn`, `train`, `data` or `import`'

// Used where a rule expects one of several things, or where listing its tokens would not help.
const byRule: ReadonlyMap<string, string> = new Map([
  ['program', topLevel],
  ['fn', '`=` or `{`'],
  ['statement', 'a statement'],
  ['equation', 'a statement'],
  ['item', 'a type: `[…]`, `real`, `int`, `bool`, `token of …` or `class of …`'],
  ['size', 'a number or a name'],
])

const closing: ReadonlyMap<TokenType, string> = new Map([
  [t.RightParen, '`,` or `)`'],
  [t.RightSquare, '`,` or `]`'],
])
const lists = ['args', 'params', 'slices', 'list', 'item']

/** Each message is only the phrase that follows "expected". */
export const expectations: Wording = {
  mismatch({ expected, previous, actual, rule }) {
    if (rule === 'body' && expected === t.RightBrace) {
      const sameLine = previous.endLine === actual.startLine && !separators.includes(previous.tokenType)
      return sameLine ? 'an operator or a new line' : 'a statement or `}`'
    }
    if (rule === 'equation') return '`=`'
    return (lists.includes(rule) ? closing.get(expected) : undefined) ?? expected.label
  },
  noAlternative: rule => byRule.get(rule) ?? 'an expression',
  surplus: () => topLevel,
}

const separators = [t.LeftBrace, t.Semicolon]
