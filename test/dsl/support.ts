// What the tests of the front end share.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Program } from '../../dsl/ast.ts'
import type { Diagnostic } from '../../dsl/diagnostics.ts'
import { parse } from '../../dsl/parse.ts'
import { printAst } from '../../dsl/printAst.ts'
import { render } from '../../dsl/render.ts'

/** The program of a source that has nothing wrong. */
export function parsed(source: string): Program {
  const { program, diagnostics } = parse(source, 'a.rnn')
  assert.equal(shown(diagnostics, source), '')
  return program
}

/** The syntax tree of one expression, as text. */
export function tree(expression: string): string {
  return statements(`y = ${expression}`)[0].replace(/^y = /, '')
}

/** The syntax trees of the statements of a model, a line each. */
export function statements(body: string): string[] {
  return printAst(parsed(`model m {\n${body}\n}`))
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => line.trim())
}

/** What is wrong with a source: `RNN101 2:5` for each diagnostic. */
export function faults(source: string): string[] {
  return parse(source, 'a.rnn').diagnostics.map(found => {
    const before = source.slice(0, found.span?.start ?? 0).split('\n')
    return `${found.code} ${before.length}:${(before.at(-1) ?? '').length + 1}`
  })
}

/** Diagnostics as the terminal shows them, without color. */
export function shown(diagnostics: readonly Diagnostic[], source: string): string {
  return diagnostics.map(found => render(found, new Map([['a.rnn', source]]), { color: false })).join('\n\n')
}

/** The messages that a source gives, as the terminal shows them. */
export function messages(source: string): string {
  return shown(parse(source, 'a.rnn').diagnostics, source)
}

/** The text of a file beside the tests. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}
