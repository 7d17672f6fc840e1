// Parses source text to a syntax tree, with error recovery.
// The grammar stops at its first failure; the statement that contains it is then removed from the tokens, and the rest is read again,
// so that one run reports every broken statement and keeps every correct one.
import { EOF, type IToken } from 'chevrotain'
import type { Program, Span } from './ast.ts'
import { withCommas } from './counted.ts'
import { deepest, tooDeep } from './depth.ts'
import { type Diagnostic, diagnostic, fail } from './diagnostics.ts'
import { explain } from './explain.ts'
import { type Failure, grammar, type Reading } from './grammar.ts'
import { misplaced } from './placement.ts'
import { repair } from './repair.ts'
import { scan, spanOf } from './scanText.ts'

export interface Parsed {
  readonly program: Program
  readonly diagnostics: Diagnostic[]
}

/**
 * Parses a file. A bad text never throws: it gives diagnostics, and a program of the statements that could be read. RNN509 for what is no
 * text, which a program without types can give.
 */
export function parse(source: string, file: string): Parsed {
  const given: unknown = source
  if (typeof given !== 'string')
    fail('RNN509', {
      what: file,
      expected: 'the text of a program',
      found: given === null ? 'null' : `a value of type ${typeof given}`,
    })
  if (source.length > mostCharacters) return tooLong(file, source.length, 'characters', mostCharacters)
  const scanned = scan(source, file)
  if (scanned.tokens.length > mostTokens) return tooLong(file, scanned.tokens.length, 'words and signs', mostTokens)
  const broken = [...scanned.diagnostics]
  let tokens = scanned.tokens
  let reading = read(tokens, file)
  let final = false
  for (let failures = 0; reading.failure !== undefined && !final && failures < mostFailures; failures++) {
    const { failure, surplus } = reading
    for (const d of reading.diagnostics) broken.push(d)
    if (!scanned.diagnostics.some(({ span }) => span !== undefined && explains(span, failure))) {
      broken.push(explain(failure, tokens, file))
    }
    const mended = repair(failure, tokens)
    tokens = mended.tokens.filter(token => !surplus.includes(token))
    final = mended.final
    reading = read(tokens, file)
  }
  const program: Program = { kind: 'program', items: reading.items, span: { file, start: 0, end: source.length } }
  const syntax = [...broken, ...reading.diagnostics]
  const found = syntax.length > 0 ? syntax : tooDeep(program)
  return { program, diagnostics: inOrder(found.length > 0 ? found : misplaced(program)) }
}

// Most characters of a program: real ones have thousands, and each may become a token of some hundred bytes.
const mostCharacters = 2_500_000

// Most tokens of a program: what is made of each takes more than a kilobyte.
const mostTokens = 400_000

/** Refuses a text. The message has no place, as an excerpt would have to divide the whole text into lines. */
function tooLong(file: string, count: number, what: string, most: number): Parsed {
  const refused = diagnostic('RNN123', { file, count: withCommas(count), what, most: withCommas(most) })
  return { program: { kind: 'program', items: [], span: { file, start: 0, end: 0 } }, diagnostics: [refused] }
}

// Largest number of broken statements: a file with more is probably in another language.
const mostFailures = 20

function read(tokens: IToken[], file: string): Reading {
  const deep = deepToken(tokens)
  if (deep !== undefined) {
    return { items: [], surplus: [], diagnostics: [diagnostic('RNN119', {}, { span: spanOf(deep, file) })] }
  }
  try {
    return grammar.read(tokens, file)
  } catch (error) {
    // Long chains of prefix or right-associative operators have no brackets to count.
    if (!(error instanceof RangeError)) throw error
    const { reached } = grammar
    const start = reached.tokenType === EOF ? (tokens.at(-1)?.startOffset ?? 0) : reached.startOffset
    const span = { file, start, end: start + 1 }
    return { items: [], surplus: [], diagnostics: [diagnostic('RNN119', {}, { span })] }
  }
}

function deepToken(tokens: readonly IToken[]): IToken | undefined {
  let depth = 0
  return tokens.find(({ image }) => {
    if (image === '(' || image === '[') depth++
    if (image === ')' || image === ']') depth--
    return depth > deepest
  })
}

/** Tells whether a bad character explains a failure: it is in the statement, before the token that did not fit. */
function explains(span: Span, { begin, found }: Failure): boolean {
  const isBefore = found.tokenType === EOF || span.start <= found.startOffset
  return span.start >= begin.startOffset && isBefore
}

// Sorts by place, and keeps each message once: a statement is read again after each failure.
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const start = ({ span }: Diagnostic) => span?.start ?? 0
  const byPlace = new Map(diagnostics.map(found => [`${found.code} ${start(found)}`, found]))
  return [...byPlace.values()].sort((a, b) => start(a) - start(b))
}
