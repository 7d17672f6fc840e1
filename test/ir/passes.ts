// For tests of passes: what IR text becomes, with the noise of its writing taken out.
import assert from 'node:assert/strict'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { runPasses } from '../../compiler/passes/pipeline.ts'

/** The text of a graph, or of one from its lines: inputs, equations and outputs. */
export const graphText = (text: string): string => (text.startsWith('graph ') ? text : `graph test {\n${text}\n}`)

/** The passes make of one graph the other, but for the names of values. */
export function becomes(passes: readonly Pass[], before: string, after: string): void {
  assert.equal(nameless(outcome(passes, before)), nameless(outcome([], after)))
}

/** The text of a graph after the passes. */
export function outcome(passes: readonly Pass[], text: string): string {
  const { graph, context } = readGraph(graphText(text))
  verify(context, graph)
  return printGraph(runPasses(context, graph, passes))
}

/** Values numbered in the order of their definition, in a body as well. */
function nameless(text: string): string {
  const scopes: Map<string, string>[] = [new Map()]
  let outer = scopes[0]
  const rename = (scope: Map<string, string>, name: string): string => {
    const known = scope.get(name) ?? `%${scope.size + 1}`
    scope.set(name, known)
    return known
  }
  return text
    .split('\n')
    .map(line => line.replace(/^(\s*input (\S+)):/, '$1 %$2:').replace(/^(\s*output (\S+))$/, '$1 %$2'))
    .map(line => {
      const scope = scopes[scopes.length - 1]
      const bound = /^(\s*(?:const|carry|each) )(\S+)(:.* = )(\S+)$/.exec(line)
      if (bound !== null) return `${bound[1]}${rename(scope, bound[2])}${bound[3]}${rename(outer, bound[4])}`
      const named = line.replace(/%[\w.']+/g, name => rename(scope, name))
      if (line.endsWith('{') && !line.startsWith('graph')) {
        outer = scope
        scopes.push(new Map())
      } else if (line.trim() === '}') {
        scopes.pop()
        outer = scopes[scopes.length - 2] ?? outer
      }
      return named
    })
    .join('\n')
}
