// The base of a grammar that is written as methods: each rule reads its tokens, and builds its piece of the syntax tree as it does.
// Methods in capitals are the grammar's own notation. Tables (`lookahead.ts`) tell which way to take at a choice, and the first token
// that does not fit ends the reading.
import { endOfFile, isOf, type Token, type TokenType } from './lexer.ts'

/**
 * The tokens ahead on which each alternative of a choice is taken: paths, each the names of some tokens (`Name Is`). A choice is named
 * by its rule, its kind and its number: `arg OR1`.
 */
export type Lookahead = Readonly<Record<string, readonly (readonly string[])[]>>

/** Words for the tokens that would have been accepted. */
export interface Wording {
  /** Where a rule asks for a token, and finds another. */
  mismatch(place: {
    readonly expected: TokenType
    readonly previous: Token
    readonly actual: Token
    readonly rule: string
  }): string
  /** Where no alternative of a rule fits. */
  noAlternative(rule: string): string
  /** Where the text goes on behind the end of the first rule. */
  surplus(): string
}

/** The place where reading stopped, and what was expected there. */
export interface Mismatch {
  readonly token: Token
  readonly expected: string
}

export type Rule<T> = () => T

/** One of the ways on at a choice; it is taken only where its gate is open. */
export interface Alternative<T> {
  readonly GATE?: () => boolean
  readonly ALT: () => T
}

/** Alternatives of which fewer tokens are to decide than elsewhere. */
export interface Alternatives<T> {
  readonly MAX_LOOKAHEAD: number
  readonly DEF: readonly Alternative<T>[]
}

/** A part that is read again while it fits and its gate is open. */
export interface Repeated {
  readonly GATE: () => boolean
  readonly DEF: () => unknown
}

type Path = readonly TokenType[]

interface RuleInUse {
  readonly name: string
  /** The paths of its choices that were met so far. */
  readonly paths: Map<string, readonly (readonly Path[])[]>
}

/** What the options of a rule are called in the table, by their numbers. */
const options = ['', 'OPTION1', 'OPTION2', 'OPTION3']

/** Ends a reading, from however deep in the rules. */
class Stop extends Error {
  readonly mismatch: Mismatch

  constructor(mismatch: Mismatch) {
    super(mismatch.expected)
    this.mismatch = mismatch
  }
}

export class Parser {
  /** The name and the body of each rule. */
  protected readonly rules = new Map<Rule<unknown>, { readonly name: string; readonly body: () => unknown }>()
  private readonly types: ReadonlyMap<string, TokenType>
  private readonly lookahead: Lookahead
  private readonly wording: Wording
  private tokens: readonly Token[] = []
  private at = 0
  private rule: RuleInUse = { name: '', paths: new Map() }

  constructor(vocabulary: readonly TokenType[], lookahead: Lookahead, wording: Wording) {
    this.types = new Map(vocabulary.map(type => [type.name, type]))
    this.lookahead = lookahead
    this.wording = wording
  }

  /** Reads tokens by a rule, and gives the place of the first that does not fit. */
  protected readBy(rule: Rule<unknown>, tokens: readonly Token[]): Mismatch | undefined {
    this.tokens = tokens
    this.at = 0
    try {
      rule()
      return this.at < tokens.length ? { token: this.LA(1), expected: this.wording.surplus() } : undefined
    } catch (error) {
      if (error instanceof Stop) return error.mismatch
      throw error
    }
  }

  /** Defines a rule. */
  protected RULE<T>(name: string, body: () => T): Rule<T> {
    const own = { name, paths: new Map() }
    const rule = (): T => {
      const outer = this.rule
      this.rule = own
      const value = body()
      this.rule = outer
      return value
    }
    this.rules.set(rule, { name, body })
    return rule
  }

  /** A token by its distance: 1 is the next one, 0 the one that was read last. */
  protected LA(distance: number): Token {
    return this.tokens[this.at + distance - 1] ?? endOfFile
  }

  /** Does what is not part of the grammar, when tokens are read. */
  protected ACTION<T>(act: () => T): T {
    return act()
  }

  /** Reads a token. */
  protected CONSUME(expected: TokenType): Token {
    const actual = this.LA(1)
    if (!isOf(actual, expected)) {
      const place = { expected, previous: this.LA(0), actual, rule: this.rule.name }
      throw new Stop({ token: actual, expected: this.wording.mismatch(place) })
    }
    this.at++
    return actual
  }

  /** Reads by another rule. */
  protected SUBRULE<T>(rule: Rule<T>): T {
    return rule()
  }

  /** Reads a part if it is there. A rule with several of them numbers them. */
  protected OPTION<T>(part: () => T, number = 1): T | undefined {
    return this.isAhead(options[number], 0) ? part() : undefined
  }

  /** Reads a part as often as it is there. */
  protected MANY(part: Repeated | (() => unknown)): void {
    const { GATE, DEF } = typeof part === 'function' ? { GATE: () => true, DEF: part } : part
    while (GATE() && this.isAhead('MANY', 0)) {
      const before = this.at
      DEF()
      if (this.at === before) return
    }
  }

  /** Reads the first of several parts that is there. */
  protected OR<T>(choice: Alternatives<T> | readonly Alternative<T>[]): T {
    const alternatives = 'DEF' in choice ? choice.DEF : choice
    const taken = alternatives.find(({ GATE }, i) => (GATE === undefined || GATE()) && this.isAhead('OR', i))
    if (taken !== undefined) return taken.ALT()
    throw new Stop({ token: this.LA(1), expected: this.wording.noAlternative(this.rule.name) })
  }

  /** Tells whether the tokens ahead are those of an alternative. */
  private isAhead(choice: string, alternative: number): boolean {
    for (const path of this.pathsOf(choice)[alternative]) {
      let length = 0
      while (length < path.length && isOf(this.LA(length + 1), path[length])) length++
      if (length === path.length) return true
    }
    return false
  }

  private pathsOf(choice: string): readonly (readonly Path[])[] {
    const { name, paths } = this.rule
    const known = paths.get(choice)
    if (known !== undefined) return known
    const found = this.lookahead[`${name} ${choice}`].map(all => all.map(path => this.readPath(path)))
    paths.set(choice, found)
    return found
  }

  private readPath(path: string): Path {
    return path.split(' ').map(name => {
      const type = this.types.get(name)
      if (type === undefined) throw new Error(`no token is called ${name}`)
      return type
    })
  }
}
