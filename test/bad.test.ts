// Programs with mistakes, and what the compiler says about them: test/bad/*.rnn and the messages beside each.
// `npx vitest run test/bad.test.ts -u` writes the messages anew; read the difference before it is committed.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { check, type ImportReader } from '../compiler/index.ts'
import { catalogue } from '../dsl/catalogue.ts'
import type { Diagnostic } from '../dsl/diagnostics.ts'
import { render } from '../dsl/render.ts'

const folder = new URL('bad/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')
const files = readdirSync(folder).filter(name => name.endsWith('.rnn'))

/** What is found in a program, and the text that the terminal shows. */
function judge(name: string): { found: readonly Diagnostic[]; text: string } {
  const sources = new Map([[name, read(name)]])
  const reader: ImportReader = (path, from) => {
    const file = new URL(path, new URL(from, folder)).pathname.slice(folder.pathname.length)
    try {
      sources.set(file, read(file))
    } catch {
      return undefined
    }
    return { file, text: read(file) }
  }
  const found = check(read(name), { file: name, read: reader })
  const status = found.some(d => d.severity === 'error') ? 1 : 0
  const shown = found.map(d => `${render(d, sources, { color: false })}\n`)
  return { found, text: [...shown, `exit ${status}\n`].join('\n') }
}

describe('bad programs', () => {
  for (const name of files) {
    it(name, async () => {
      const { text } = judge(name)
      const golden = new URL(name.replace(/\.rnn$/, '.expected'), folder)
      await expect(text).toMatchFileSnapshot(fileURLToPath(golden))
      // No hole of a message is left open, and no place is one that the user has never seen.
      assert.doesNotMatch(text, /undefined|NaN|\[object|std\/|\{[a-z]+\}/i)
      const code = /^RNN\d+/.exec(name)?.[0]
      assert.ok(code === undefined || text.includes(` ${code}: `), `${name} does not give ${code}`)
    })
  }
})

/** Codes that need data, weights, a back end, a command line or a very long text, and the test that causes each. */
const elsewhere: Readonly<Record<string, string>> = {
  RNN123: 'limits/longTexts.test.ts',
  RNN334: 'runtime/stream.test.ts',
  RNN402: 'runtime/arrays.test.ts',
  RNN403: 'runtime/load.test.ts',
  RNN404: 'runtime/load.test.ts',
  RNN405: 'runtime/load.test.ts',
  RNN406: 'runtime/files.test.ts',
  RNN407: 'runtime/load.test.ts',
  RNN408: 'runtime/load.test.ts',
  RNN409: 'runtime/load.test.ts',
  RNN410: 'runtime/csv.test.ts',
  RNN411: 'runtime/arrays.test.ts',
  RNN412: 'runtime/arrays.test.ts',
  RNN417: 'runtime/labels.test.ts',
  RNN418: 'runtime/values.test.ts',
  RNN419: 'runtime/values.test.ts',
  RNN422: 'runtime/load.test.ts',
  RNN423: 'runtime/load.test.ts',
  RNN424: 'runtime/load.test.ts',
  RNN425: 'runtime/sequences.test.ts',
  RNN426: 'runtime/load.test.ts',
  RNN430: 'runtime/tokens.test.ts',
  RNN431: 'runtime/text.test.ts',
  RNN435: 'runtime/arrayFiles.test.ts',
  RNN501: 'runtime/checkpoint.test.ts',
  RNN502: 'runtime/safetensors.test.ts',
  RNN503: 'runtime/files.test.ts',
  RNN504: 'cli/train.test.ts',
  RNN505: 'cli/usage.test.ts',
  RNN506: 'trust/gradcheck.test.ts',
  RNN507: 'runtime/initializers.test.ts',
  RNN508: 'cli/usage.test.ts',
  RNN509: 'cli/usage.test.ts',
  RNN510: 'trust/broken.test.ts',
  RNN511: 'trust/gradcheck.test.ts',
  RNN512: 'cli/diagnose.test.ts',
  RNN513: 'gpu/failures.test.ts',
  RNN514: 'gpu/failures.test.ts',
  RNN515: 'runtime/labels.test.ts',
  RNN516: 'cli/lost.test.ts',
  RNN517: 'cli/lost.test.ts',
  RNN518: 'cli/lost.test.ts',
  RNN519: 'limits/memory.test.ts',
  RNN520: 'runtime/stream.test.ts',
  RNN521: 'runtime/stream.test.ts',
  RNN522: 'runtime/generate.test.ts',
  RNN523: 'runtime/generate.test.ts',
  RNN524: 'backend/threads.test.ts',
  RNN525: 'cli/resume.test.ts',
  RNN526: 'browser/library.test.ts',
  RNN527: 'limits/doors.test.ts',
  RNN528: 'cli/resume.test.ts',
}

describe('every code of the catalogue is tested', () => {
  const here = new Set<string>(files.flatMap(name => judge(name).found.map(d => d.code)))
  for (const code of Object.keys(catalogue)) {
    if (here.has(code)) continue
    it(code, () => {
      const file = elsewhere[code] ?? assert.fail('neither in test/bad nor in the table')
      assert.match(readFileSync(new URL(file, import.meta.url), 'utf8'), new RegExp(code), file)
    })
  }
})

/** Files beside an example that imports them. */
const beside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  RNN112: { 'a.rnn': 'fn f(x) = x', 'b.rnn': 'fn f(x) = 2 * x' },
  RNN113: { 'cells.rnn': 'fn f(x) = x' },
  RNN120: { 'b.rnn': 'import "example.rnn"' },
}

describe('the example of an error gives this error and no other', () => {
  for (const [code, { example }] of Object.entries(catalogue)) {
    // A command, or thousands of brackets that the page leaves out.
    if (example.startsWith('$') || code === 'RNN119') continue
    it(code, () => {
      const text: ImportReader = path => {
        const source = path === 'example.rnn' ? example : beside[code]?.[path]
        return source === undefined ? undefined : { file: path, text: source }
      }
      const found = check(example, { file: 'example.rnn', read: text }).map(d => d.code)
      assert.deepEqual(found, code in elsewhere ? [] : [code])
    })
  }
})
