// The functions of a TypeScript source, with their sizes: for the rules of the tree that speak of them.
import { parseAst } from 'vitest/node'

export interface SourceFunction {
  /** The name that it is declared with, or that of the variable or property that it is put in. */
  readonly name: string
  /** The line that it begins on, from 1. */
  readonly line: number
  /** From its first line to its last, with everything defined inside it. */
  readonly lines: number
  readonly parameters: number
}

/** Every function, method and arrow of a source, in the order in which they begin. @throws if the source does not parse */
export function functionsIn(source: string): SourceFunction[] {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const lineOf = (offset: number): number => starts.findLastIndex(start => start <= offset) + 1
  const found: SourceFunction[] = []
  const visit = (node: unknown, name: string): void => {
    if (Array.isArray(node)) for (const element of node) visit(element, name)
    if (!isNode(node)) return
    const own = nameOf(node) ?? name
    if (Array.isArray(node.params) && node.body !== null && isFunction.has(node.type)) {
      const line = lineOf(node.start)
      found.push({ name: own, line, lines: lineOf(node.end) - line + 1, parameters: node.params.length })
    }
    for (const child of Object.values(node)) visit(child, own)
  }
  visit(parseAst(source, { lang: 'ts' }), '(module)')
  return found
}

const isFunction: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
])

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** What a declaration, a variable or a property is called, if its name is a plain one. */
function nameOf(node: Node): string | undefined {
  const id = node.id ?? node.key
  return isNode(id) && typeof id.name === 'string' ? id.name : undefined
}
