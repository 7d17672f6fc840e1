// The grammar: one rule for each production of the specification, which builds its piece of the syntax tree.
// It reads up to the first token that does not fit; `parse.ts` repairs the tokens there and reads again.
import { EmbeddedActionsParser, type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import type * as Ast from './ast.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'
import { expectations } from './expectations.ts'
import { LateLookahead } from './lateLookahead.ts'
import { spanOf, textOf } from './scanText.ts'
import * as t from './tokens.ts'

/** Result of one reading: the complete items, the minor errors, and the place of the first token that does not fit. */
export interface Reading {
  readonly items: readonly Ast.TopLevel[]
  readonly diagnostics: readonly Diagnostic[]
  /** Tokens that were reported and skipped. */
  readonly surplus: readonly IToken[]
  readonly failure?: Failure
}

/** The place where reading stopped, and what was expected there. */
export interface Failure {
  /** The token that does not fit. */
  readonly found: IToken
  /** Description of the tokens that were expected. */
  readonly expected: string
  /** The first token of the statement or top-level item that was being read. */
  readonly begin: IToken
  readonly inBody: boolean
}

/** How many tokens the grammar may look at to choose. */
const maxLookahead = 3

export class Grammar extends EmbeddedActionsParser {
  private file = ''
  private items: Ast.TopLevel[] = []
  private diagnostics: Diagnostic[] = []
  private surplus: IToken[] = []
  private begin: IToken = this.LA(1)
  private inBody = false

  /** A test makes chevrotain's checks of the rules, which would slow down each start. */
  constructor(skipValidations = true) {
    const lookaheadStrategy = new LateLookahead({ maxLookahead })
    super(t.vocabulary, { maxLookahead, lookaheadStrategy, errorMessageProvider: expectations, skipValidations })
    this.performSelfAnalysis()
  }

  /** Reads tokens as a program, up to the first failure. */
  read(tokens: IToken[], file: string): Reading {
    this.input = tokens
    this.file = file
    this.items = []
    this.diagnostics = []
    this.surplus = []
    this.inBody = false
    this.program()
    const error = this.errors.at(0)
    const place = { begin: this.begin, inBody: this.inBody }
    const failure = error === undefined ? undefined : { found: error.token, expected: error.message, ...place }
    return { items: this.items, diagnostics: this.diagnostics, surplus: this.surplus, failure }
  }

  /** The next token to parse. */
  get reached(): IToken {
    return this.LA(1)
  }

  // The top level.

  private readonly program = this.RULE('program', (): void => {
    this.MANY(() => {
      this.ACTION(() => this.start())
      const item = this.OR([
        { ALT: () => this.SUBRULE(this.unit) },
        { ALT: () => this.SUBRULE(this.fn) },
        { ALT: () => this.SUBRULE(this.train) },
        { ALT: () => this.SUBRULE(this.data) },
        { ALT: () => this.SUBRULE(this.import) },
      ])
      this.ACTION(() => this.items.push(item))
    })
    this.ACTION(() => {
      if (this.isFresh()) this.begin = this.LA(1)
    })
  })

  private readonly import = this.RULE('import', (): Ast.Import => {
    const first = this.CONSUME(t.Import)
    const names: Ast.Name[] = []
    this.OPTION(() => {
      names.push(this.SUBRULE(this.name))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        names.push(this.SUBRULE2(this.name))
      })
      this.CONSUME(t.From)
    })
    const text = this.CONSUME(t.Text)
    return { kind: 'import', names, path: textOf(text), pathSpan: spanOf(text, this.file), span: this.span(first) }
  })

  private readonly unit = this.RULE('unit', (): Ast.Unit => {
    const first = this.CONSUME(t.UnitWord)
    const name = this.SUBRULE(this.name)
    const params = this.OPTION(() => this.SUBRULE(this.params))
    const body = this.SUBRULE(this.body)
    return {
      kind: 'unit',
      unit: oneOf(['cell', 'layer', 'model'], first),
      name,
      params: params ?? [],
      hasParams: params !== undefined,
      body,
      span: this.span(first),
    }
  })

  private readonly fn = this.RULE('fn', (): Ast.Fn => {
    const first = this.CONSUME(t.Fn)
    const name = this.SUBRULE(this.name)
    const params = this.SUBRULE(this.params)
    const body = this.OR([
      {
        ALT: (): readonly Ast.Statement[] => {
          this.CONSUME(t.Is)
          const start = this.LA(1)
          const value = this.SUBRULE(this.expr)
          return [{ kind: 'return', value, span: this.span(start) }]
        },
      },
      { ALT: () => this.SUBRULE(this.body) },
    ])
    return { kind: 'fn', name, params, body, span: this.span(first) }
  })

  private readonly train = this.RULE('train', (): Ast.Train => {
    const first = this.CONSUME(t.Train)
    const model = this.SUBRULE(this.name)
    this.CONSUME(t.On)
    const data = this.SUBRULE2(this.name)
    const body = this.SUBRULE(this.body)
    const settings = this.ACTION(() => this.equations(body, 'a `train` block'))
    return { kind: 'train', model, data, settings, span: this.span(first) }
  })

  private readonly data = this.RULE('data', (): Ast.Data => {
    const first = this.CONSUME(t.Data)
    const name = this.SUBRULE(this.name)
    this.CONSUME(t.For)
    const model = this.SUBRULE2(this.name)
    const statements = this.SUBRULE(this.body)
    const body = this.ACTION(() => this.equations(statements, 'a `data` block'))
    return { kind: 'data', name, model, body, span: this.span(first) }
  })

  private readonly params = this.RULE('params', (): readonly Ast.HyperParam[] => {
    const params: Ast.HyperParam[] = []
    this.CONSUME(t.LeftParen)
    this.OPTION(() => {
      params.push(this.SUBRULE(this.hyperParam))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        params.push(this.SUBRULE2(this.hyperParam))
      })
      this.OPTION2(() => this.CONSUME2(t.Comma))
    })
    this.CONSUME(t.RightParen)
    return params
  })

  private readonly hyperParam = this.RULE('hyperParam', (): Ast.HyperParam => {
    const start = this.LA(1)
    const name = this.SUBRULE(this.name)
    const value = this.OPTION(() => {
      this.CONSUME(t.Is)
      return this.SUBRULE(this.expr)
    })
    return { name, default: value, span: this.span(start) }
  })

  // Statements.

  private readonly body = this.RULE('body', (): readonly Ast.Statement[] => {
    const statements: Ast.Statement[] = []
    this.CONSUME(t.LeftBrace)
    this.ACTION(() => {
      this.inBody = true
    })
    this.MANY({
      GATE: () => !this.itemBegins() && (this.isFresh() || this.statementBegins(1)),
      DEF: () => {
        this.ACTION(() => this.start())
        const some = this.SUBRULE(this.statement)
        this.ACTION(() => {
          for (const one of some) statements.push(one)
        })
        this.OPTION(() => this.CONSUME(t.Semicolon))
      },
    })
    this.ACTION(() => {
      if (this.isFresh()) this.begin = this.LA(1)
    })
    this.CONSUME(t.RightBrace)
    this.ACTION(() => {
      this.inBody = false
    })
    return statements
  })

  // A keyword followed by `=` or `:` is a name, and the statement an equation. Otherwise one token decides, so that a later error
  // is reported at its place.
  private readonly statement = this.RULE('statement', (): readonly Ast.Statement[] =>
    this.OR({
      MAX_LOOKAHEAD: 1,
      DEF: [
        { GATE: () => !this.nameBegins(), ALT: () => this.SUBRULE(this.declaration) },
        { GATE: () => !this.nameBegins(), ALT: () => this.SUBRULE(this.part) },
        { GATE: () => !this.nameBegins(), ALT: () => this.SUBRULE(this.output) },
        { GATE: () => !this.nameBegins(), ALT: () => [this.SUBRULE(this.loss)] },
        { GATE: () => !this.nameBegins(), ALT: () => [this.SUBRULE(this.predict)] },
        { ALT: () => [this.SUBRULE(this.return)] },
        { ALT: () => [this.SUBRULE(this.equation)] },
      ],
    }),
  )

  private readonly declaration = this.RULE('declaration', (): readonly Ast.Declaration[] => {
    const first = this.CONSUME(t.DeclarationWord)
    const kind = oneOf(['input', 'target', 'param', 'state'], first)
    const groups: Group[] = [this.SUBRULE(this.group)]
    this.MANY({
      GATE: () => !this.commaIsLast(t.Colon),
      DEF: () => {
        this.CONSUME(t.Comma)
        groups.push(this.SUBRULE2(this.group))
      },
    })
    this.OPTION(() => this.lastComma(this.CONSUME2(t.Comma)))
    return this.from(
      first,
      groups.map(group => ({ kind, ...group })),
    )
  })

  private readonly group = this.RULE('group', (): Group => {
    const start = this.LA(1)
    const names = [this.SUBRULE(this.name)]
    this.MANY(() => {
      this.CONSUME(t.Comma)
      names.push(this.SUBRULE2(this.name))
    })
    this.CONSUME(t.Colon)
    const type = this.SUBRULE(this.type)
    const init = this.OPTION(() => {
      this.CONSUME(t.Is)
      return this.SUBRULE(this.expr)
    })
    return { names, type, init, span: this.span(start) }
  })

  private readonly part = this.RULE('part', (): readonly Ast.Part[] => {
    const first = this.CONSUME(t.Part)
    const parts = [this.SUBRULE(this.onePart)]
    this.MANY({
      GATE: () => !this.commaIsLast(t.Is),
      DEF: () => {
        this.CONSUME(t.Comma)
        parts.push(this.SUBRULE2(this.onePart))
      },
    })
    this.OPTION(() => this.lastComma(this.CONSUME2(t.Comma)))
    return this.from(first, parts)
  })

  private readonly onePart = this.RULE('onePart', (): Ast.Part => {
    const start = this.LA(1)
    const name = this.SUBRULE(this.name)
    this.CONSUME(t.Is)
    const value = this.SUBRULE(this.expr)
    return { kind: 'part', name, value, span: this.span(start) }
  })

  private readonly output = this.RULE('output', (): readonly Ast.Output[] => {
    const first = this.CONSUME(t.Output)
    const outputs = [this.SUBRULE(this.oneOutput)]
    this.MANY({
      GATE: () => !this.commaIsLast(t.Is),
      DEF: () => {
        this.CONSUME(t.Comma)
        outputs.push(this.SUBRULE2(this.oneOutput))
      },
    })
    this.OPTION(() => this.lastComma(this.CONSUME2(t.Comma)))
    return this.from(first, outputs)
  })

  private readonly oneOutput = this.RULE('oneOutput', (): Ast.Output => {
    const start = this.LA(1)
    const name = this.SUBRULE(this.name)
    const value = this.OPTION(() => {
      this.CONSUME(t.Is)
      return this.SUBRULE(this.expr)
    })
    return { kind: 'output', name, value, span: this.span(start) }
  })

  private readonly loss = this.RULE('loss', (): Ast.Loss => {
    const first = this.CONSUME(t.LossWord)
    const name = this.OPTION(() => {
      const written = this.SUBRULE(this.name)
      this.CONSUME(t.Is)
      return written
    })
    const value = this.SUBRULE(this.expr)
    return { kind: oneOf(['loss', 'metric'], first), name, value, span: this.span(first) }
  })

  private readonly predict = this.RULE('predict', (): Ast.Predict => {
    const first = this.CONSUME(t.Predict)
    const target = this.SUBRULE(this.name)
    this.CONSUME(t.From)
    const value = this.SUBRULE(this.expr)
    return { kind: 'predict', target, value, span: this.span(first) }
  })

  private readonly return = this.RULE('return', (): Ast.Return => {
    const first = this.CONSUME(t.Return)
    const value = this.SUBRULE(this.expr)
    return { kind: 'return', value, span: this.span(first) }
  })

  private readonly equation = this.RULE('equation', (): Ast.Equation => {
    const first = this.LA(1)
    this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.Primed) }])
    const type = this.OPTION(() => {
      this.CONSUME(t.Colon)
      return this.SUBRULE(this.type)
    })
    this.CONSUME(t.Is)
    const value = this.SUBRULE(this.expr)
    const primed = tokenMatcher(first, t.Primed)
    return { kind: 'equation', name: this.nameOf(first), primed, type, value, span: this.span(first) }
  })

  // Types.

  private readonly type = this.RULE('type', (): Ast.TypeExpr => {
    const start = this.LA(1)
    const item = this.SUBRULE(this.item)
    const axes: Ast.AxisExpr[] = []
    this.MANY(() => axes.push(this.SUBRULE(this.axis)))
    return { item, axes, span: this.span(start) }
  })

  private readonly item = this.RULE('item', (): Ast.ItemExpr => {
    const start = this.LA(1)
    return this.OR([
      {
        ALT: (): Ast.ItemExpr => {
          this.CONSUME(t.LeftSquare)
          const dims = [this.SUBRULE(this.expr)]
          this.MANY(() => {
            this.CONSUME(t.Comma)
            dims.push(this.SUBRULE2(this.expr))
          })
          this.CONSUME(t.RightSquare)
          return { kind: 'tensor', dims, span: this.span(start) }
        },
      },
      {
        ALT: (): Ast.ItemExpr => {
          const coding = oneOf(['token', 'class'], this.CONSUME(t.CodingWord))
          this.CONSUME(t.Of)
          const size = this.SUBRULE(this.size)
          return { kind: 'coded', coding, size, span: this.span(start) }
        },
      },
      { ALT: (): Ast.ItemExpr => ({ kind: 'named', name: this.SUBRULE(this.name), span: this.span(start) }) },
    ])
  })

  private readonly size = this.RULE(
    'size',
    (): Ast.Expr =>
      this.OR([
        { ALT: (): Ast.Expr => this.number(this.CONSUME(t.Digits)) },
        { ALT: (): Ast.Expr => this.variable(this.CONSUME(t.Name)) },
      ]),
  )

  private readonly axis = this.RULE('axis', (): Ast.AxisExpr => {
    const first = this.CONSUME(t.Over)
    const name = this.SUBRULE(this.name)
    const length = this.OPTION(() => {
      this.CONSUME(t.LeftSquare)
      const expr = this.SUBRULE(this.expr)
      this.CONSUME(t.RightSquare)
      return expr
    })
    return { name, length, span: this.span(first) }
  })

  // Expressions, from the lowest precedence to the highest.

  private readonly expr = this.RULE('expr', (): Ast.Expr => {
    const start = this.LA(1)
    let value = this.SUBRULE(this.disjunction)
    this.MANY(() => {
      this.CONSUME(t.Pipe)
      const callee = this.SUBRULE2(this.disjunction)
      value = { kind: 'pipe', value, callee, span: this.span(start) }
    })
    return value
  })

  private readonly disjunction = this.RULE('disjunction', (): Ast.Expr => {
    const start = this.LA(1)
    let left = this.SUBRULE(this.conjunction)
    this.MANY(() => {
      this.CONSUME(t.Or)
      left = this.binary('or', left, this.SUBRULE2(this.conjunction), start)
    })
    return left
  })

  private readonly conjunction = this.RULE('conjunction', (): Ast.Expr => {
    const start = this.LA(1)
    let left = this.SUBRULE(this.negation)
    this.MANY(() => {
      this.CONSUME(t.And)
      left = this.binary('and', left, this.SUBRULE2(this.negation), start)
    })
    return left
  })

  private readonly negation = this.RULE('negation', (): Ast.Expr => {
    const start = this.LA(1)
    return this.OR([
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.Not)
          const value = this.SUBRULE(this.negation)
          return { kind: 'unary', op: 'not', value, span: this.span(start) }
        },
      },
      { ALT: () => this.SUBRULE(this.comparison) },
    ])
  })

  // Reads one comparison; a chain of them is read completely, so that the message can name it.
  private readonly comparison = this.RULE('comparison', (): Ast.Expr => {
    const start = this.LA(1)
    let left = this.SUBRULE(this.sum)
    let chained = false
    this.MANY(() => {
      const operator = this.CONSUME(t.Comparison)
      this.ACTION(() => {
        if (chained) this.report(diagnostic('RNN116', {}, { span: spanOf(operator, this.file) }))
        chained = true
      })
      left = this.binary(oneOf(['==', '!=', '<', '<=', '>', '>='], operator), left, this.SUBRULE2(this.sum), start)
    })
    return left
  })

  private readonly sum = this.RULE('sum', (): Ast.Expr => {
    const start = this.LA(1)
    let left = this.SUBRULE(this.term)
    this.MANY(() => {
      const operator = oneOf(['+', '-'], this.CONSUME(t.SumSign))
      left = this.binary(operator, left, this.SUBRULE2(this.term), start)
    })
    return left
  })

  private readonly term = this.RULE('term', (): Ast.Expr => {
    const start = this.LA(1)
    let left = this.SUBRULE(this.unary)
    this.MANY(() => {
      const operator = oneOf(['*', '/', '%'], this.CONSUME(t.TermSign))
      left = this.binary(operator, left, this.SUBRULE2(this.unary), start)
    })
    return left
  })

  private readonly unary = this.RULE('unary', (): Ast.Expr => {
    const start = this.LA(1)
    return this.OR([
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.Minus)
          const value = this.SUBRULE(this.unary)
          return { kind: 'unary', op: '-', value, span: this.span(start) }
        },
      },
      { ALT: () => this.SUBRULE(this.matmul) },
    ])
  })

  // Right-associative: `A @ B @ x` is two matrix-vector products.
  private readonly matmul = this.RULE('matmul', (): Ast.Expr => {
    const start = this.LA(1)
    const left = this.SUBRULE(this.power)
    const right = this.OPTION(() => {
      this.CONSUME(t.At)
      return this.SUBRULE(this.unary)
    })
    return right === undefined ? left : this.binary('@', left, right, start)
  })

  private readonly power = this.RULE('power', (): Ast.Expr => {
    const start = this.LA(1)
    const base = this.SUBRULE(this.postfix)
    const exponent = this.OPTION(() => {
      this.CONSUME(t.Power)
      return this.SUBRULE(this.exponent)
    })
    return exponent === undefined ? base : this.binary('^', base, exponent, start)
  })

  private readonly exponent = this.RULE('exponent', (): Ast.Expr => {
    const start = this.LA(1)
    return this.OR([
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.Minus)
          const value = this.SUBRULE(this.power)
          return { kind: 'unary', op: '-', value, span: this.span(start) }
        },
      },
      { ALT: () => this.SUBRULE2(this.power) },
    ])
  })

  private readonly postfix = this.RULE('postfix', (): Ast.Expr => {
    const start = this.LA(1)
    let value = this.SUBRULE(this.primary)
    this.MANY(() => {
      value = this.OR([
        {
          ALT: (): Ast.Expr => {
            const callee = value
            const args = this.SUBRULE(this.args)
            return { kind: 'call', callee, args, span: this.span(start) }
          },
        },
        {
          ALT: (): Ast.Expr => {
            this.CONSUME(t.Dot)
            const name = this.SUBRULE(this.name)
            return { kind: 'member', value, name, span: this.span(start) }
          },
        },
        {
          ALT: (): Ast.Expr => {
            const slices = this.SUBRULE(this.slices)
            return { kind: 'index', value, slices, span: this.span(start) }
          },
        },
      ])
    })
    return value
  })

  private readonly args = this.RULE('args', (): readonly Ast.Arg[] => {
    const args: Ast.Arg[] = []
    this.CONSUME(t.LeftParen)
    this.OPTION(() => {
      args.push(this.SUBRULE(this.arg))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        args.push(this.SUBRULE2(this.arg))
      })
      this.OPTION2(() => this.CONSUME2(t.Comma))
    })
    this.CONSUME(t.RightParen)
    return args
  })

  private readonly arg = this.RULE('arg', (): Ast.Arg => {
    const start = this.LA(1)
    return this.OR([
      {
        ALT: (): Ast.Arg => {
          this.CONSUME(t.Over)
          const axis = this.SUBRULE(this.name)
          return { kind: 'over', axis, span: this.span(start) }
        },
      },
      {
        ALT: (): Ast.Arg => {
          const name = this.SUBRULE2(this.name)
          this.CONSUME(t.Is)
          const value = this.SUBRULE(this.expr)
          return { kind: 'named', name, value, span: this.span(start) }
        },
      },
      { ALT: (): Ast.Arg => ({ kind: 'positional', value: this.SUBRULE2(this.expr), span: this.span(start) }) },
    ])
  })

  private readonly slices = this.RULE('slices', (): readonly Ast.Slice[] => {
    this.CONSUME(t.LeftSquare)
    const slices = [this.SUBRULE(this.slice)]
    this.MANY(() => {
      this.CONSUME(t.Comma)
      slices.push(this.SUBRULE2(this.slice))
    })
    this.CONSUME(t.RightSquare)
    return slices
  })

  private readonly slice = this.RULE('slice', (): Ast.Slice => {
    const first = this.LA(1)
    const start = this.OPTION(() => this.SUBRULE(this.expr))
    const range = this.OPTION2(() => {
      this.CONSUME(t.Colon)
      return { stop: this.OPTION3(() => this.SUBRULE2(this.expr)) }
    })
    if (range !== undefined) return { kind: 'range', start, ...range, span: this.span(first) }
    if (start !== undefined) return { kind: 'at', index: start, span: this.span(first) }
    return { kind: 'range', span: this.span(first) }
  })

  private readonly primary = this.RULE('primary', (): Ast.Expr => {
    const start = this.LA(1)
    return this.OR([
      { ALT: (): Ast.Expr => this.number(this.CONSUME(t.Digits)) },
      {
        ALT: (): Ast.Expr => {
          const text = this.CONSUME(t.Text)
          return { kind: 'string', value: textOf(text), span: this.span(start) }
        },
      },
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.True)
          return { kind: 'bool', value: true, span: this.span(start) }
        },
      },
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.False)
          return { kind: 'bool', value: false, span: this.span(start) }
        },
      },
      { ALT: (): Ast.Expr => this.variable(this.CONSUME(t.Name)) },
      {
        ALT: (): Ast.Expr => {
          const name = this.CONSUME(t.Primed).image.slice(0, -1)
          return { kind: 'primed', name, span: this.span(start) }
        },
      },
      {
        ALT: (): Ast.Expr => {
          this.CONSUME(t.LeftParen)
          const inside = this.SUBRULE(this.expr)
          this.CONSUME(t.RightParen)
          return inside
        },
      },
      { ALT: () => this.SUBRULE(this.list) },
    ])
  })

  private readonly list = this.RULE('list', (): Ast.Expr => {
    const first = this.CONSUME(t.LeftSquare)
    const items: Ast.Expr[] = []
    this.OPTION(() => {
      items.push(this.SUBRULE(this.expr))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        items.push(this.SUBRULE2(this.expr))
      })
      this.OPTION2(() => this.CONSUME2(t.Comma))
    })
    this.CONSUME(t.RightSquare)
    return { kind: 'list', items, span: this.span(first) }
  })

  private readonly name = this.RULE('name', (): Ast.Name => this.nameOf(this.CONSUME(t.Name)))

  // Building nodes.

  /** Spans from the first character of `first` to the last of the token that was read last. */
  private span(first: IToken): Ast.Span {
    return { file: this.file, start: first.startOffset, end: spanOf(this.LA(0), this.file).end }
  }

  /** Extends the first piece of a declaration to the keyword that begins it. */
  private from<Piece extends { readonly span: Ast.Span }>(word: IToken, [head, ...rest]: Piece[]): Piece[] {
    return [{ ...head, span: { ...head.span, start: word.startOffset } }, ...rest]
  }

  private nameOf(token: IToken): Ast.Name {
    return { text: token.image.replace(/'$/, ''), span: spanOf(token, this.file) }
  }

  private variable(token: IToken): Ast.Expr {
    return { kind: 'name', name: token.image, span: spanOf(token, this.file) }
  }

  private number(token: IToken): Ast.Expr {
    const isInt = /^\d+$/.test(token.image)
    return { kind: 'number', value: Number(token.image), isInt, span: spanOf(token, this.file) }
  }

  private binary(op: Ast.BinaryOperator, left: Ast.Expr, right: Ast.Expr, first: IToken): Ast.Expr {
    return { kind: 'binary', op, left, right, span: this.span(first) }
  }

  /** Keeps the equations of a block of settings; anything else is reported and skipped. */
  private equations(body: readonly Ast.Statement[], place: string): readonly Ast.Equation[] {
    const equations: Ast.Equation[] = []
    for (const statement of body) {
      if (statement.kind === 'equation') equations.push(statement)
      else this.report(diagnostic('RNN114', { statement: statement.kind, place }, { span: statement.span }))
    }
    return equations
  }

  private report(problem: Diagnostic) {
    this.diagnostics.push(problem)
  }

  // Where lines and statements begin.

  /** Tells whether the next token is the first of its line, or follows a token that a statement may follow on one line. */
  private isFresh(): boolean {
    const previous = this.LA(0)
    return beforeStatement.includes(previous.tokenType) || previous.endLine !== this.LA(1).startLine
  }

  /** Tells whether the token ahead, which may be a keyword, is the name of an equation. */
  private nameBegins(at = 1): boolean {
    const after = this.LA(at + 1)
    return tokenMatcher(after, t.Is) || tokenMatcher(after, t.Colon)
  }

  /** Tells whether the tokens from `at` on look like the beginning of a statement. */
  private statementBegins(at: number): boolean {
    const token = this.LA(at)
    if (tokenMatcher(token, t.Return)) return true
    if (tokenMatcher(token, t.Name) || tokenMatcher(token, t.Primed)) return this.nameBegins(at) || this.wordBegins(at)
    return false
  }

  /** Tells whether a statement with a keyword seems to begin at `at`: the keyword is not one more name of a list. */
  private wordBegins(at: number): boolean {
    if (!t.statementWords.includes(this.LA(at).tokenType)) return false
    return !afterName.some(token => tokenMatcher(this.LA(at + 1), token))
  }

  /** Tells whether a top-level item begins here, which means that the braces of the previous one were not closed. */
  private itemBegins(): boolean {
    const next = this.LA(2)
    const named = tokenMatcher(next, t.Name) || tokenMatcher(next, t.Text)
    return t.topLevelWords.includes(this.LA(1).tokenType) && named && this.isFresh()
  }

  /** Tells whether the comma ahead ends a declaration, in which `joint` would follow one more name. */
  private commaIsLast(joint: TokenType): boolean {
    const next = this.LA(2)
    if (tokenMatcher(next, t.RightBrace)) return true
    if (this.LA(1).startLine === next.startLine || tokenMatcher(this.LA(3), joint)) return false
    return this.statementBegins(2)
  }

  private lastComma(comma: IToken) {
    this.ACTION(() => {
      this.surplus.push(comma)
      this.report(diagnostic('RNN108', { line: comma.startLine ?? 0 }, { span: spanOf(comma, this.file) }))
    })
  }

  /** Records where a statement or top-level item begins, which should be a new line. */
  private start() {
    const token = this.LA(1)
    if (this.isFresh()) this.begin = token
    else if (tokenMatcher(token, t.Name) || tokenMatcher(token, t.Primed) || tokenMatcher(token, t.Return)) {
      this.begin = token
      this.report(diagnostic('RNN103', { name: token.image }, { span: spanOf(token, this.file) }))
    }
  }
}

interface Group {
  readonly names: readonly Ast.Name[]
  readonly type: Ast.TypeExpr
  readonly init?: Ast.Expr
  readonly span: Ast.Span
}

const beforeStatement = [t.LeftBrace, t.RightBrace, t.Semicolon]
const afterName = [t.Comma, t.RightBrace, t.Is, t.Colon]

/** The choice that the token spells. */
function oneOf<Choice extends string>(choices: readonly Choice[], token: IToken): Choice {
  return choices.find(choice => choice === token.image) ?? choices[0]
}

/** The only parser; it keeps no state between readings. */
export const grammar = new Grammar()
