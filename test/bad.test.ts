// Programs with mistakes, and what the compiler says about them: test/bad/*.rnn and the messages beside each.
// `UPDATE=1 node --test test/bad.test.ts` writes the messages anew; read the difference before it is committed.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { check, type ImportReader } from '../compiler/index.ts'
import { type Code, catalogue } from '../dsl/catalogue.ts'
import type { Diagnostic } from '../dsl/diagnostics.ts'
import { render } from '../dsl/render.ts'

const folder = new URL('bad/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')
const files = readdirSync(folder).filter(name => name.endsWith('.rnn'))

/** The messages of a program and of the files that it imports. */
function messages(source: string, file: string): { found: readonly Diagnostic[]; text: string } {
  const sources = new Map([[file, source]])
  const reader: ImportReader = (path, from) => {
    const target = new URL(path, new URL(from, folder)).pathname.slice(folder.pathname.length)
    try {
      sources.set(target, read(target))
    } catch {
      return undefined
    }
    return { file: target, text: read(target) }
  }
  const found = check(source, { file, read: reader })
  const status = found.some(d => d.severity === 'error') ? 1 : 0
  return {
    found,
    text: [...found.map(d => `${render(d, sources, { color: false })}\n`), `exit ${status}\n`].join('\n'),
  }
}

describe('bad programs', () => {
  for (const name of files) {
    it(name, () => {
      const { text } = messages(read(name), name)
      const golden = name.replace(/\.rnn$/, '.expected')
      if (process.env.UPDATE) writeFileSync(new URL(golden, folder), text)
      assert.equal(text, read(golden))
      assert.doesNotMatch(text, /undefined|NaN|\[object|std\/|\{\w+\}`/)
      const code = /^RNN\d+/.exec(name)?.[0]
      assert.ok(code === undefined || text.includes(` ${code}: `), `${name} does not give ${code}`)
    })
  }
})

/** Codes that need data, weights or a command line, and the file that tests each. */
const elsewhere: Partial<Record<Code, string>> = {
  RNN402: 'runtime/load.test.ts',
}

test('every code of the catalogue is tested', () => {
  const here = new Set(files.flatMap(name => messages(read(name), name).found.map(d => d.code)))
  const missing = Object.keys(catalogue).filter(code => !here.has(code as Code))
  assert.deepEqual(
    missing.filter(code => !(code in elsewhere)),
    [],
  )
  for (const [code, file] of Object.entries(elsewhere))
    assert.ok(readFileSync(new URL(file, import.meta.url), 'utf8').includes(code), `${file} does not mention ${code}`)
})
