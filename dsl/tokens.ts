// The words of a .rnn file. A keyword is a token of its own in the category Name, so that it can also serve as a name;
// the eight reserved words cannot.
import { createToken, Lexer, type TokenType } from 'chevrotain'

/** Any name: an identifier, or a keyword where it is followed by what follows a name. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA, label: 'a name' })

const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_]*/, categories: [Name] })

/** `h'`: the value of a state that leaves the step. */
export const Primed = createToken({ name: 'Primed', pattern: /[A-Za-z_][A-Za-z0-9_]*'/, label: 'a primed name' })

const keyword = (word: string): TokenType =>
  createToken({ name: word, pattern: word, longer_alt: Identifier, categories: [Name], label: `\`${word}\`` })
const reserved = (word: string): TokenType =>
  createToken({ name: word, pattern: word, longer_alt: Identifier, label: `\`${word}\`` })
const sign = (name: string, text: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern: text, label: `\`${text}\``, categories })

export const Cell = keyword('cell')
export const Layer = keyword('layer')
export const Model = keyword('model')
export const Fn = keyword('fn')
export const Train = keyword('train')
export const Data = keyword('data')
export const Import = keyword('import')
export const From = keyword('from')
export const For = keyword('for')
export const On = keyword('on')
export const Input = keyword('input')
export const Target = keyword('target')
export const Param = keyword('param')
export const State = keyword('state')
export const Part = keyword('part')
export const Output = keyword('output')
export const Loss = keyword('loss')
export const Metric = keyword('metric')
export const Predict = keyword('predict')
export const TokenWord = keyword('token')
export const ClassWord = keyword('class')

export const Over = reserved('over')
export const Of = reserved('of')
export const And = reserved('and')
export const Or = reserved('or')
export const Not = reserved('not')
export const True = reserved('true')
export const False = reserved('false')
export const Return = reserved('return')

export const Number = createToken({ name: 'Number', pattern: /\d+(\.\d+)?([eE][+-]?\d+)?/, label: 'a number' })
export const String = createToken({ name: 'String', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/, label: 'a string' })

/** A category: the six comparisons. */
export const Comparison = createToken({ name: 'Comparison', pattern: Lexer.NA, label: 'a comparison' })
/** A category: `+` and `-`. */
export const SumSign = createToken({ name: 'SumSign', pattern: Lexer.NA, label: '`+` or `-`' })
/** A category: `*`, `/` and `%`. */
export const TermSign = createToken({ name: 'TermSign', pattern: Lexer.NA, label: '`*`, `/` or `%`' })

export const Pipe = sign('Pipe', '|>')
export const Equal = sign('Equal', '==', [Comparison])
export const Unequal = sign('Unequal', '!=', [Comparison])
export const AtMost = sign('AtMost', '<=', [Comparison])
export const AtLeast = sign('AtLeast', '>=', [Comparison])
export const Less = sign('Less', '<', [Comparison])
export const Greater = sign('Greater', '>', [Comparison])
export const Plus = sign('Plus', '+', [SumSign])
export const Minus = sign('Minus', '-', [SumSign])
export const Times = sign('Times', '*', [TermSign])
export const Divide = sign('Divide', '/', [TermSign])
export const Modulo = sign('Modulo', '%', [TermSign])
export const At = sign('At', '@')
export const Power = sign('Power', '^')
export const Is = sign('Is', '=')
export const LeftBrace = sign('LeftBrace', '{')
export const RightBrace = sign('RightBrace', '}')
export const LeftParen = sign('LeftParen', '(')
export const RightParen = sign('RightParen', ')')
export const LeftSquare = sign('LeftSquare', '[')
export const RightSquare = sign('RightSquare', ']')
export const Comma = sign('Comma', ',')
export const Colon = sign('Colon', ':')
export const Semicolon = sign('Semicolon', ';')
export const Dot = sign('Dot', '.')

// What is never right, but is better read as one piece, so that the message can name it.
export const OpenString = createToken({ name: 'OpenString', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/ })
export const StrayPrime = createToken({ name: 'StrayPrime', pattern: /'+/ })

const Space = createToken({ name: 'Space', pattern: /\s+/, group: Lexer.SKIPPED })
const Comment = createToken({ name: 'Comment', pattern: /#[^\n]*/, group: Lexer.SKIPPED })

/** Words that begin an item of the top level. */
export const topLevelWords = [Cell, Layer, Model, Fn, Train, Data, Import]
/** Words that begin a statement, besides the equations. */
export const statementWords = [Input, Target, Param, State, Part, Output, Loss, Metric, Predict, Return]
export const reservedWords = [Over, Of, And, Or, Not, True, False, Return]
const grammarWords = [From, For, On, TokenWord, ClassWord]

/** All tokens, in the order in which the lexer tries them: the first that matches is taken. */
export const vocabulary: TokenType[] = [
  Space,
  Comment,
  Primed,
  ...new Set([...topLevelWords, ...statementWords, ...reservedWords, ...grammarWords]),
  Identifier,
  Number,
  String,
  OpenString,
  StrayPrime,
  Pipe,
  Equal,
  Unequal,
  AtMost,
  AtLeast,
  Less,
  Greater,
  Plus,
  Minus,
  Times,
  Divide,
  Modulo,
  At,
  Power,
  Is,
  LeftBrace,
  RightBrace,
  LeftParen,
  RightParen,
  LeftSquare,
  RightSquare,
  Comma,
  Colon,
  Semicolon,
  Dot,
  Name,
  Comparison,
  SumSign,
  TermSign,
]

export const lexer = new Lexer(vocabulary, { positionTracking: 'full' })
