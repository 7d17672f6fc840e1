// Prints the syntax tree as text: a line a statement, expressions with every bracket, operators first. For `explain --emit ast`.
import type {
  Arg,
  AxisExpr,
  Equation,
  Expr,
  HyperParam,
  ItemExpr,
  Name,
  Program,
  Slice,
  Statement,
  TopLevel,
  TypeExpr,
} from './ast.ts'
import { chain } from './children.ts'

/** A program as text that depends on its syntax tree alone, not on its spaces, comments or places. */
export function printAst(program: Program): string {
  return program.items.map(item => `${printItem(item).join('\n')}\n`).join('\n')
}

/** An expression as text. */
function printExpr(expr: Expr): string {
  // Prints the links of a chain one after another: it may be longer than the stack is deep.
  const [first, ...links] = chain(expr)
  return links.reduce((before, link) => printLink(link, before), printLink(first, ''))
}

/** Prints one link of a chain; `before` is the text of the link before it, which templates put together without copying, unlike `join`. */
function printLink(expr: Expr, before: string): string {
  switch (expr.kind) {
    case 'number':
      return expr.isInt || !Number.isInteger(expr.value) ? String(expr.value) : expr.value.toExponential()
    case 'string':
      return JSON.stringify(expr.value)
    case 'bool':
      return String(expr.value)
    case 'name':
      return expr.name
    case 'primed':
      return `${expr.name}'`
    case 'list':
      return `[${expr.items.map(printExpr).join(' ')}]`
    case 'unary':
      return `(${expr.op} ${printExpr(expr.value)})`
    case 'binary':
      return `(${expr.op} ${before} ${printExpr(expr.right)})`
    case 'pipe':
      return `(|> ${before} ${printExpr(expr.callee)})`
    case 'call':
      return `(call ${before}${expr.args.map(a => ` ${printArg(a)}`).join('')})`
    case 'member':
      return `(. ${before} ${expr.name.text})`
    case 'index':
      return `(at ${before} ${expr.slices.map(printSlice).join(' ')})`
  }
}

/** A type as text. */
function printType({ item, axes }: TypeExpr): string {
  return [printItemType(item), ...axes.map(printAxis)].join(' ')
}

function printItem(item: TopLevel): string[] {
  switch (item.kind) {
    case 'import':
      return [['import', ...item.names.map(text), JSON.stringify(item.path)].join(' ')]
    case 'unit':
      return [`${item.unit} ${item.name.text}${item.hasParams ? printParams(item.params) : ''}`, ...indent(item.body)]
    case 'fn':
      return [`fn ${item.name.text}${printParams(item.params)}`, ...indent(item.body)]
    case 'train':
      return [`train ${item.model.text} on ${item.data.text}`, ...indent(item.settings)]
    case 'data':
      return [`data ${item.name.text} for ${item.model.text}`, ...indent(item.body)]
  }
}

function printParams(params: readonly HyperParam[]): string {
  return ` (${params.map(({ name, default: value }) => `${name.text}${initial(value, '=')}`).join(' ')})`
}

function indent(body: readonly (Statement | Equation)[]): string[] {
  return body.map(statement => `  ${printStatement(statement)}`)
}

function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'input':
    case 'target':
    case 'param':
    case 'state': {
      const names = statement.names.map(text).join(' ')
      return `${statement.kind} ${names} : ${printType(statement.type)}${initial(statement.init)}`
    }
    case 'part':
    case 'output':
      return `${statement.kind} ${statement.name.text}${initial(statement.value)}`
    case 'loss':
    case 'metric':
      return `${statement.kind} ${statement.name === undefined ? '' : `${statement.name.text} = `}${printExpr(statement.value)}`
    case 'predict':
      return `predict ${statement.target.text} from ${printExpr(statement.value)}`
    case 'return':
      return `return ${printExpr(statement.value)}`
    case 'equation': {
      const type = statement.type === undefined ? '' : ` : ${printType(statement.type)}`
      return `${statement.name.text}${statement.primed ? "'" : ''}${type} = ${printExpr(statement.value)}`
    }
  }
}

function printItemType(item: ItemExpr): string {
  if (item.kind === 'tensor') return `[${item.dims.map(printExpr).join(' ')}]`
  return item.kind === 'coded' ? `(${item.coding} of ${printExpr(item.size)})` : item.name.text
}

function printAxis({ name, length }: AxisExpr): string {
  return `over ${name.text}${length === undefined ? '' : `[${printExpr(length)}]`}`
}

function printArg(arg: Arg): string {
  if (arg.kind === 'over') return `over=${arg.axis.text}`
  return arg.kind === 'named' ? `${arg.name.text}=${printExpr(arg.value)}` : printExpr(arg.value)
}

function printSlice(slice: Slice): string {
  if (slice.kind === 'at') return printExpr(slice.index)
  const [start, stop] = [slice.start, slice.stop].map(end => (end === undefined ? '' : printExpr(end)))
  return `${start}:${stop}`
}

function initial(value: Expr | undefined, sign = ' = '): string {
  return value === undefined ? '' : `${sign}${printExpr(value)}`
}

function text(name: Name): string {
  return name.text
}
