// Prints a graph as text: deterministic, one line an equation. `read.ts` reads it back; spec/ir.md describes it.
import { format } from './dim.ts'
import {
  type Attr,
  type Block,
  type Eqn,
  type Graph,
  scanCounts,
  scanOperands,
  scanResults,
  type Type,
} from './graph.ts'
import { isDim, isDims } from './ops/attributes.ts'
import { ops } from './ops/index.ts'

/** The names of a block's own values by id: the hint, with a number where another value has that name already. */
export type Names = ReadonlyMap<number, string>

/** The whole graph as text. */
export function printGraph(graph: Graph): string {
  const names = nameValues(graph)
  const name = (id: number): string => names.get(id) ?? `%?${id}`
  /** Prints only the label where the value has the same name. */
  const named = (label: string, id: number): string =>
    `%${label}` === name(id) ? printName(label) : `${printName(label)} ${name(id)}`
  const lines = [
    ...graph.params.map((p, i) => {
      const label = graph.inputs[i]
      return `${graph.fixed?.includes(label) ? 'fixed ' : ''}input ${named(label, p.id)}: ${printType(p)}`
    }),
    ...graph.eqns.flatMap(eqn => eqnLines(eqn, names)),
    ...graph.results.map((r, i) => `output ${named(graph.outputs[i], r.id)}`),
  ]
  return [`graph ${printName(graph.name)} ${graph.inPlace ? 'in place ' : ''}{`, ...indented(lines), '}', ''].join('\n')
}

/** One equation in one line, a scan without its body: for messages. */
export function printEqn(eqn: Eqn, names: Names): string {
  const name = (id: number): string => names.get(id) ?? `%?${id}`
  const outs = eqn.outs.map(out => `${name(out.id)}: ${printType(out)}`).join(', ')
  const ins = eqn.body === undefined ? eqn.ins.map(v => name(v.id)) : []
  const call = `${eqn.op}(${[...ins, ...attrTexts(eqn).map(a => `${a.name}=${a.text}`)].join(', ')})`
  return outs === '' ? call : `${outs} = ${call}`
}

/** Names for the values that a block defines; those of a body inside it have names of their own. */
export function nameValues(block: Block): Names {
  const names = new Map<number, string>()
  const count = new Map<string, number>()
  for (const { id, hint } of [...block.params, ...block.eqns.flatMap(e => e.outs)]) {
    if (names.has(id)) continue
    const base = baseName(hint)
    const number = (count.get(base) ?? 0) + 1
    count.set(base, number)
    names.set(id, base === '' ? `%${number}` : number === 1 ? `%${base}` : `%${base}.${number}`)
  }
  return names
}

/** `real[T, B, H]`; a scalar is `real`. */
export const printType = ({ dtype, shape }: Type): string =>
  shape.length === 0 ? dtype : `${dtype}[${shape.map(d => format(d)).join(', ')}]`

/** An equation's attributes as text, in the order of the op's schema; a scan's counts are left to its body's lines. */
export function attrTexts(eqn: Eqn): readonly { readonly name: string; readonly text: string }[] {
  const known = Object.keys(ops.get(eqn.op)?.attrs ?? {})
  const rest = Object.keys(eqn.attrs).filter(name => !known.includes(name))
  return [...known.filter(name => Object.hasOwn(eqn.attrs, name)), ...rest]
    .filter(name => eqn.body === undefined || !impliedByBody.has(name))
    .map(name => ({ name, text: printAttr(eqn.attrs[name]) }))
}

/** A scan's attributes that are not printed, as the `const` and `carry` lines of its body imply them. */
export const impliedByBody: ReadonlySet<string> = new Set(['consts', 'carries'])

function printAttr(attr: Attr): string {
  if (isDim(attr)) return format(attr)
  if (isDims(attr)) return `[${attr.map(d => format(d)).join(', ')}]`
  if (typeof attr === 'object') return `[${attr.map(printNumber).join(', ')}]`
  if (typeof attr === 'number') return printNumber(attr)
  return typeof attr === 'string' ? printName(attr) : String(attr)
}

const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** Prints a name as it is, or in quotes where it has punctuation; `#` is escaped, as it would start a comment. */
const printName = (name: string): string =>
  /^[^\s%",{}#=()[\]]*[^\s%",:{}#=()[\]]$/.test(name) ? name : JSON.stringify(name).replaceAll('#', '\\u0023')

/** Removes characters that have a meaning in the text from a hint, and a `.2` at its end, which the printer adds itself. */
function baseName(hint: string): string {
  const safe = hint.replace(/[^\w.']/g, '_').replace(/\.(?=\d+$)/, '_')
  return /^\d/.test(safe) ? `_${safe}` : safe
}

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`)

function eqnLines(eqn: Eqn, names: Names): string[] {
  const head = printEqn(eqn, names)
  return eqn.body === undefined ? [head] : [`${head} {`, ...indented(bodyLines(eqn, eqn.body, names)), '}']
}

function bodyLines(eqn: Eqn, body: Block, outer: Names): string[] {
  const names = nameValues(body)
  const inner = scanOperands(eqn, body.params)
  const { consts, carries } = scanCounts(eqn)
  const keywords = body.params.map((_, i) => (i < consts ? 'const' : i < consts + carries ? 'carry' : 'each'))
  const params = [...inner.consts, ...inner.carries, ...inner.xs].map(
    (p, i) => `${keywords[i]} ${names.get(p.id)}: ${printType(p)} = ${outer.get(eqn.ins[i]?.id) ?? '%?'}`,
  )
  const results = scanResults(eqn, body.results)
  const list = (keyword: string, values: readonly { id: number }[]): string[] =>
    values.length === 0 ? [] : [`${keyword} ${values.map(v => names.get(v.id) ?? `%?${v.id}`).join(', ')}`]
  return [
    ...params,
    ...body.eqns.flatMap(e => eqnLines(e, names)),
    ...list('next', results.carries),
    ...list('yield', results.ys),
  ]
}
