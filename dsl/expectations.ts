// Describes in words the tokens that the parser would have accepted: the "expected …" of RNN101.
import { type IParserErrorMessageProvider, type TokenType, tokenLabel } from 'chevrotain'
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
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage({ expected, previous, actual, ruleName }) {
    if (ruleName === 'body' && expected === t.RightBrace) {
      const sameLine = previous.endLine === actual.startLine && !separators.includes(previous.tokenType)
      return sameLine ? 'an operator or a new line' : 'a statement or `}`'
    }
    if (ruleName === 'equation') return '`=`'
    return (lists.includes(ruleName) ? closing.get(expected) : undefined) ?? tokenLabel(expected)
  },
  buildNotAllInputParsedMessage: () => topLevel,
  buildNoViableAltMessage: ({ ruleName }) => byRule.get(ruleName) ?? 'an expression',
  buildEarlyExitMessage: ({ ruleName }) => byRule.get(ruleName) ?? 'an expression',
}

const separators = [t.LeftBrace, t.Semicolon]
