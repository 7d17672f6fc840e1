// Defines the tokens of a .rnn file.
// A keyword is a separate token in the category Name, so that it can also be a name; the eight reserved words cannot.
import { createToken, Lexer, type TokenType } from 'chevrotain'

// Categories: tokens that the grammar treats alike.

/** Any name: an identifier, or a keyword where the next token may follow a name. */
export const Name = category('Name', 'a name')
/** `cell`, `layer`, `model`. */
export const UnitWord = category('UnitWord', '`cell`, `layer` or `model`')
/** `input`, `target`, `param`, `state`. */
export const DeclarationWord = category('DeclarationWord', '`input`, `target`, `param` or `state`')
/** `loss`, `metric`. */
export const LossWord = category('LossWord', '`loss` or `metric`')
/** `token`, `class`. */
export const CodingWord = category('CodingWord', '`token` or `class`')
export const Comparison = category('Comparison', 'a comparison')
export const SumSign = category('SumSign', '`+` or `-`')
export const TermSign = category('TermSign', '`*`, `/` or `%`')

const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_]*/, categories: [Name] })

/** `h'`: the value of a state after the step. */
export const Primed = createToken({ name: 'Primed', pattern: /[A-Za-z_][A-Za-z0-9_]*'/, label: 'a primed name' })

export const Cell = keyword('cell', UnitWord)
export const Layer = keyword('layer', UnitWord)
export const Model = keyword('model', UnitWord)
export const Fn = keyword('fn')
export const Train = keyword('train')
export const Data = keyword('data')
export const Import = keyword('import')
export const From = keyword('from')
export const For = keyword('for')
export const On = keyword('on')
export const Input = keyword('input', DeclarationWord)
export const Target = keyword('target', DeclarationWord)
export const Param = keyword('param', DeclarationWord)
export const State = keyword('state', DeclarationWord)
export const Part = keyword('part')
export const Output = keyword('output')
export const Loss = keyword('loss', LossWord)
export const Metric = keyword('metric', LossWord)
export const Predict = keyword('predict')
export const Token = keyword('token', CodingWord)
export const Class = keyword('class', CodingWord)

export const Over = reserved('over')
export const Of = reserved('of')
export const And = reserved('and')
export const Or = reserved('or')
export const Not = reserved('not')
export const True = reserved('true')
export const False = reserved('false')
export const Return = reserved('return')

export const Digits = createToken({ name: 'Digits', pattern: /\d+(\.\d+)?([eE][+-]?\d+)?/, label: 'a number' })
export const Text = createToken({ name: 'Text', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/, label: 'a string' })

export const Pipe = sign('Pipe', '|>')
export const Equal = sign('Equal', '==', Comparison)
export const Unequal = sign('Unequal', '!=', Comparison)
export const AtMost = sign('AtMost', '<=', Comparison)
export const AtLeast = sign('AtLeast', '>=', Comparison)
export const Less = sign('Less', '<', Comparison)
export const Greater = sign('Greater', '>', Comparison)
export const Plus = sign('Plus', '+', SumSign)
export const Minus = sign('Minus', '-', SumSign)
export const Times = sign('Times', '*', TermSign)
export const Divide = sign('Divide', '/', TermSign)
export const Modulo = sign('Modulo', '%', TermSign)
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

// Tokens that are always errors, but are read as one piece so that the message can name them.
export const OpenText = createToken({ name: 'OpenText', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/ })
export const StrayPrime = createToken({ name: 'StrayPrime', pattern: /'+/ })

const Space = createToken({ name: 'Space', pattern: /\s+/, group: Lexer.SKIPPED })
const Comment = createToken({ name: 'Comment', pattern: /#[^\r\n]*/, group: Lexer.SKIPPED })

/** Words that begin an item of the top level. */
export const topLevelWords: readonly TokenType[] = [Cell, Layer, Model, Fn, Train, Data, Import]
/** Words that begin a statement; every other statement is an equation. */
export const statementWords: readonly TokenType[] = [
  ...[Input, Target, Param, State, Part, Output, Loss, Metric, Predict, Return],
]
export const reservedWords: readonly TokenType[] = [Over, Of, And, Or, Not, True, False, Return]

const words = new Set([...topLevelWords, ...statementWords, ...reservedWords, From, For, On, Token, Class])
const signs = [
  ...[Pipe, Equal, Unequal, AtMost, AtLeast, Less, Greater, Plus, Minus, Times, Divide, Modulo, At, Power, Is],
  ...[LeftBrace, RightBrace, LeftParen, RightParen, LeftSquare, RightSquare, Comma, Colon, Semicolon, Dot],
]
const categories = [Name, UnitWord, DeclarationWord, LossWord, CodingWord, Comparison, SumSign, TermSign]

/** All tokens, in the order in which the lexer tries them: the first that matches is taken. */
export const vocabulary: TokenType[] = [
  ...[Space, Comment, Primed, ...words, Identifier, Digits, Text, OpenText, StrayPrime, ...signs, ...categories],
]

/** A test makes chevrotain's checks of the patterns, which would slow down each start. */
export const lexer = new Lexer(vocabulary, { skipValidations: true })

function category(name: string, label: string): TokenType {
  return createToken({ name, pattern: Lexer.NA, label })
}

function keyword(word: string, ...more: TokenType[]): TokenType {
  const categories = [Name, ...more]
  return createToken({
    name: capitalized(word),
    pattern: word,
    longer_alt: Identifier,
    categories,
    label: `\`${word}\``,
  })
}

function reserved(word: string): TokenType {
  return createToken({ name: capitalized(word), pattern: word, longer_alt: Identifier, label: `\`${word}\`` })
}

function sign(name: string, text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name, pattern: text, label: `\`${text}\``, categories })
}

function capitalized(word: string): string {
  return word[0].toUpperCase() + word.slice(1)
}
