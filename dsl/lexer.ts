// Cuts a text into tokens: at each place the first kind of token whose pattern matches, with its line and column.

/** A kind of token. */
export interface TokenType {
  readonly name: string
  /** How messages call it. */
  readonly label: string
  /** Text that it always has; undefined for kinds of many texts, and for categories. */
  readonly text?: string
  /** Kinds that a grammar may ask for in place of this one. */
  readonly categories: readonly TokenType[]
}

/** A piece of a text. Offsets count from 0, lines and columns from 1; ends are those of its last character. */
export interface Token {
  readonly tokenType: TokenType
  readonly image: string
  readonly startOffset: number
  readonly endOffset: number
  readonly startLine: number
  readonly endLine: number
  readonly startColumn: number
  readonly endColumn: number
}

/** Characters that fit no token. */
export interface Stray {
  readonly offset: number
  readonly length: number
}

export interface Lexed {
  readonly tokens: readonly Token[]
  readonly strays: readonly Stray[]
}

/** Tells whether a token is of a kind, or of a kind in that category. */
export const isOf = ({ tokenType }: Pick<Token, 'tokenType'>, type: TokenType): boolean =>
  tokenType === type || tokenType.categories.includes(type)

/** The kind of the place behind the last token. */
export const EndOfFile: TokenType = { name: 'EndOfFile', label: 'the end of the file', categories: [] }

/** Stands behind the last token of every text. */
export const endOfFile: Token = {
  tokenType: EndOfFile,
  image: '',
  startOffset: Number.POSITIVE_INFINITY,
  endOffset: Number.POSITIVE_INFINITY,
  startLine: Number.POSITIVE_INFINITY,
  endLine: Number.POSITIVE_INFINITY,
  startColumn: Number.POSITIVE_INFINITY,
  endColumn: Number.POSITIVE_INFINITY,
}

/** Makes a token within one line. */
export const tokenAt = (tokenType: TokenType, image: string, offset: number, line: number, column: number): Token => ({
  tokenType,
  image,
  startOffset: offset,
  endOffset: offset + image.length - 1,
  startLine: line,
  endLine: line,
  startColumn: column,
  endColumn: column + image.length - 1,
})

/** A pattern, and the kind of token that a text which it matches is; undefined for what is skipped. */
export type Pattern = readonly [pattern: RegExp, typeOf: (image: string) => TokenType | undefined]

/** Makes a lexer of patterns, tried in this order. Only what is skipped may hold the end of a line. */
export function createLexer(patterns: readonly Pattern[]): (source: string) => Lexed {
  const all = new RegExp(patterns.map(([pattern]) => `(${pattern.source})`).join('|'), 'y')
  return source => {
    const tokens: Token[] = []
    const strays: Stray[] = []
    let [line, lineStart, end] = [1, 0, 0]
    for (let at = 0; at < source.length; ) {
      all.lastIndex = at
      const found = all.exec(source)
      if (found === null) {
        at++
        continue
      }
      if (at > end) strays.push({ offset: end, length: at - end })
      const [image] = found
      const type = patterns[found.indexOf(image, 1) - 1][1](image)
      if (type !== undefined) tokens.push(tokenAt(type, image, at, line, at - lineStart + 1))
      else {
        for (const { index, 0: ending } of image.matchAll(/\r\n?|\n/g)) {
          line++
          lineStart = at + index + ending.length
        }
      }
      at += image.length
      end = at
    }
    if (source.length > end) strays.push({ offset: end, length: source.length - end })
    return { tokens, strays }
  }
}
