// Prints the loop language as text, to read.
import type { Access, Expr, Func, Literal, Part, Program, Statement } from './code.ts'

/** The text of a program. */
export const printCode = ({ functions }: Program): string => functions.map(printFunction).join('\n')

/** The text of a function. */
function printFunction({ name, comment, params, body, result }: Func): string {
  const list = params.map(p => `${p.name}: ${p.type}`).join(', ')
  const gives = result === undefined ? [] : [`return ${text(result)}`]
  const lines = [...body.flatMap(lines1), ...gives].map(l => `  ${l}`)
  return [`// ${comment}`, `function ${name}(${list})${result ? `: ${result.type}` : ''} {`, ...lines, '}', ''].join(
    '\n',
  )
}

const inside = (list: readonly Statement[]): string[] => list.flatMap(lines1).map(l => `  ${l}`)

function lines1(s: Statement): string[] {
  switch (s.kind) {
    case 'let':
      return [`let ${s.local.name}: ${s.local.type} = ${text(s.value)}`]
    case 'set':
      return [`${s.local.name} = ${text(s.value)}`]
    case 'store':
      return [`${s.value.type}${part(s)}[${place(s)}] = ${text(s.value)}`]
    case 'for': {
      const step = s.step === 1 ? '' : ` by ${s.step}`
      return [`for ${s.index.name} from ${text(s.from)} below ${text(s.to)}${step} {`, ...inside(s.body), '}']
    }
    case 'if': {
      const otherwise = s.no.length === 0 ? [] : ['} else {', ...inside(s.no)]
      return [`if ${text(s.test)} {`, ...inside(s.yes), ...otherwise, '}']
    }
    case 'call':
      return [`${s.callee}(${s.args.map(text).join(', ')})`]
    case 'barrier':
      return [`barrier ${text(s.record)}, ${text(s.sleeps)}`]
  }
}

const part = ({ part }: { readonly part?: Part }): string => (part === undefined ? '' : ` ${part} `)

const place = ({ address, offset }: Access): string => (offset === 0 ? text(address) : `${text(address)} + ${offset}`)

const literal = (value: Literal): string =>
  Array.isArray(value) ? `(${value.join(', ')})` : Object.is(value, -0) ? '-0' : String(value)

function text(e: Expr): string {
  switch (e.kind) {
    case 'constant':
      return e.type === 'i32' ? literal(e.value) : `${e.type} ${literal(e.value)}`
    case 'local':
      return e.local.name
    case 'load':
      return `${e.type}${part(e)}[${place(e)}]`
    case 'apply':
      return `${e.op}${e.lanes === undefined ? '' : `<${e.lanes.join()}>`}(${e.args.map(text).join(', ')})`
    case 'call':
      return `${e.callee}(${e.args.map(text).join(', ')})`
  }
}
