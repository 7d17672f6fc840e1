// Finds, from the grammar itself, the tokens that tell its choices apart: the shortest paths that no other alternative begins with.
// The package contains the tables that come out, in place of this file.
import { expectations } from './expectations.ts'
import { Grammar } from './grammar.ts'
import { endOfFile, isOf, type Token, type TokenType } from './lexer.ts'
import type { Alternative, Alternatives, Lookahead, Repeated, Rule } from './parser.ts'
import { vocabulary } from './tokens.ts'

/** Greatest number of tokens that a choice looks at. */
const most = 3

/** What a rule reads, as data. */
type Piece =
  | { readonly kind: 'token'; readonly type: TokenType }
  | { readonly kind: 'rule'; readonly rule: Rule<unknown> }
  | { readonly kind: 'option' | 'many'; readonly choice: string; readonly body: readonly Piece[] }
  | {
      readonly kind: 'or'
      readonly choice: string
      readonly most: number
      readonly alternatives: readonly (readonly Piece[])[]
    }

/** Begins with some tokens, and goes on with what is left of the grammar. */
interface Beginning {
  readonly path: readonly TokenType[]
  readonly rest: readonly Piece[]
}

/** The value of every rule while none is read: an object without properties. */
const nothing = Object.create(null)

/** The grammar whose methods note what they are asked to read, instead of reading it. */
class Recorder extends Grammar {
  private pieces: Piece[] = []

  /** What each rule reads. */
  record(): ReadonlyMap<Rule<unknown>, { readonly name: string; readonly pieces: readonly Piece[] }> {
    return new Map([...this.rules].map(([rule, { name, body }]) => [rule, { name, pieces: this.within(body) }]))
  }

  private within(body: () => unknown): readonly Piece[] {
    const outer = this.pieces
    const own: Piece[] = []
    this.pieces = own
    body()
    this.pieces = outer
    return own
  }

  protected override ACTION<T>(): T {
    return nothing
  }

  protected override CONSUME(type: TokenType): Token {
    this.pieces.push({ kind: 'token', type })
    return endOfFile
  }

  protected override SUBRULE<T>(rule: Rule<T>): T {
    this.pieces.push({ kind: 'rule', rule })
    return nothing
  }

  protected override OPTION<T>(part: () => T, number = 1): T | undefined {
    this.pieces.push({ kind: 'option', choice: `OPTION${number}`, body: this.within(part) })
    return nothing
  }

  protected override MANY(part: Repeated | (() => unknown)): void {
    const body = typeof part === 'function' ? part : part.DEF
    this.pieces.push({ kind: 'many', choice: 'MANY', body: this.within(body) })
  }

  protected override OR<T>(choice: Alternatives<T> | readonly Alternative<T>[]): T {
    const { DEF, MAX_LOOKAHEAD } = 'DEF' in choice ? choice : { DEF: choice, MAX_LOOKAHEAD: most }
    const alternatives = DEF.map(({ ALT }) => this.within(ALT))
    this.pieces.push({ kind: 'or', choice: 'OR', most: MAX_LOOKAHEAD, alternatives })
    return nothing
  }
}

function createTable(): Lookahead {
  const rules = new Recorder({}, expectations).record()
  const table: Record<string, readonly (readonly string[])[]> = {}
  const piecesOf = (rule: Rule<unknown>): readonly Piece[] => rules.get(rule)?.pieces ?? []
  for (const { name, pieces } of rules.values()) {
    for (const { choice, alternatives, otherwise, most } of choicesIn(pieces, [])) {
      const key = `${name} ${choice}`
      if (key in table)
        throw new Error(`${key} is there twice: number the options, give other choices rules of their own`)
      const paths = tellApart([...alternatives, ...otherwise], most, piecesOf)
      table[key] = alternatives.map((_, i) => paths[i].map(path => path.map(type => type.name).join(' ')))
    }
  }
  return table
}

interface Choice {
  readonly choice: string
  readonly most: number
  readonly alternatives: readonly (readonly Piece[])[]
  /** What an option or a repetition is told apart from: the rest of the rule. */
  readonly otherwise: readonly (readonly Piece[])[]
}

function choicesIn(pieces: readonly Piece[], after: readonly Piece[]): readonly Choice[] {
  return pieces.flatMap((piece, i): readonly Choice[] => {
    const rest = [...pieces.slice(i + 1), ...after]
    if (piece.kind === 'or') {
      const { choice, most, alternatives } = piece
      return [{ choice, most, alternatives, otherwise: [] }, ...alternatives.flatMap(a => choicesIn(a, rest))]
    }
    if (piece.kind !== 'option' && piece.kind !== 'many') return []
    const { choice, body } = piece
    return [{ choice, most, alternatives: [body], otherwise: [rest] }, ...choicesIn(body, rest)]
  })
}

/** For each alternative, the shortest paths that it begins with and the others do not, or of `most` tokens where there is none. */
function tellApart(
  alternatives: readonly (readonly Piece[])[],
  most: number,
  piecesOf: (rule: Rule<unknown>) => readonly Piece[],
): readonly (readonly Beginning['path'][])[] {
  const found = alternatives.map((): Beginning['path'][] => [])
  let open = alternatives.map(pieces => beginnings(pieces, 1, [], piecesOf))
  for (let length = 1; length <= most; length++) {
    const current = open
    open = current.map((own, i) =>
      own.flatMap(({ path, rest }) => {
        const others = current.filter((_, j) => j !== i).flat()
        if (length < most && rest.length > 0 && others.some(other => mayBeSame(path, other.path)))
          return beginnings(rest, length + 1, path, piecesOf)
        if (!found[i].some(known => mayBeSame(known, path, (a, b) => a === b))) found[i].push(path)
        return []
      }),
    )
  }
  return found
}

/** All ways in which some pieces begin, each with so many tokens, or with fewer where it ends before. */
function beginnings(
  pieces: readonly Piece[],
  length: number,
  path: Beginning['path'],
  piecesOf: (rule: Rule<unknown>) => readonly Piece[],
): readonly Beginning[] {
  if (path.length === length || pieces.length === 0) return [{ path, rest: pieces }]
  const [piece, ...after] = pieces
  const on = (body: readonly Piece[]): readonly Beginning[] => beginnings([...body, ...after], length, path, piecesOf)
  switch (piece.kind) {
    case 'token':
      return beginnings(after, length, [...path, piece.type], piecesOf)
    case 'rule':
      return on(piecesOf(piece.rule))
    case 'option':
      return [...on(piece.body), ...on([])]
    case 'many':
      return [...on([...piece.body, piece]), ...on([])]
    case 'or':
      return piece.alternatives.flatMap(on)
  }
}

/** Tells whether the same tokens may be of both paths. */
const mayBeSame = (a: Beginning['path'], b: Beginning['path'], overlap = areOneToken): boolean =>
  a.length === b.length && a.every((type, i) => overlap(type, b[i]))

/** Tells whether a token may be of both kinds. */
const areOneToken = (a: TokenType, b: TokenType): boolean =>
  vocabulary.some(tokenType => isOf({ tokenType }, a) && isOf({ tokenType }, b))

/** The table of the grammar. */
export const lookahead: Lookahead = createTable()
