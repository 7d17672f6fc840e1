// The examples of pages of the specification do what the pages say: see examples.ts for how they are marked.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { builtins } from '../../compiler/elaborate/builtins/index.ts'
import { catalogue } from '../../dsl/catalogue.ts'
import { dataFunctions } from '../../runtime/data/functions/index.ts'
import { alike, compare, problemsOf, readPage, valuesOf } from './examples.ts'

for (const name of ['language.md', 'numerics.md', 'gpu.md']) {
  const text = readFileSync(new URL(`../../spec/${name}`, import.meta.url), 'utf8')
  const page = readPage(text)
  describe(`spec/${name}`, () => {
    for (const example of page.examples) {
      const { line, expected } = example
      const values = valuesOf(example)
      const what = expected === undefined ? 'is right' : `gives ${expected.code}`
      it(`line ${line} ${what}`, async () => {
        const found = await problemsOf(example, page)
        const codes = [...new Set(found.map(d => `${d.severity} ${d.code}`))]
        const wanted = expected === undefined ? [] : [`${expected.severity} ${expected.code}`]
        assert.deepEqual(codes, wanted, found.map(d => d.message).join('\n'))
      })
      if (Object.keys(values).length === 0) continue
      it(`line ${line} gives the values in its comments`, () => {
        const compared = compare(example, values)
        assert.ok(compared.length > 0, 'nothing is expected')
        for (const { name, found, expected } of compared) {
          assert.ok(alike(found, expected), `${name} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`)
        }
      })
    }
    it('names codes and sections that exist', () => {
      for (const [code] of text.matchAll(/RNN\d+/g)) assert.ok(code in catalogue, `${code} is not in the catalogue`)
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => slug(title))
      for (const [, link] of text.matchAll(/\]\(#([^)]*)\)/g)) assert.ok(headings.includes(link), `no section #${link}`)
      const errors = readFileSync(new URL('../../spec/errors.md', import.meta.url), 'utf8')
      const anchors = [...errors.matchAll(/^#+ (.*)$/gm)].map(([, title]) => slug(title))
      for (const [, link] of text.matchAll(/\]\(errors\.md#([^)]*)\)/g))
        assert.ok(anchors.includes(link), `no error #${link}`)
    })
  })
}

/** The names in code in the first cells of the tables of a section of language.md. */
function listedUnder(heading: string): Set<string> {
  const text = readFileSync(new URL('../../spec/language.md', import.meta.url), 'utf8')
  const section = text.slice(text.indexOf(`\n${heading}\n`)).split(/\n#+ /, 2)[1]
  const cells = [...section.matchAll(/^\| (.*?) \| /gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]*)`/g)])
  return new Set(cells.flatMap(([, code]) => code.match(/\w+/g) ?? []))
}

describe('the tables of functions', () => {
  it('of the language have every built-in function', () => {
    const listed = listedUnder('### All built-in functions')
    assert.deepEqual(
      [...builtins.keys()].filter(name => !listed.has(name)),
      [],
    )
  })

  it('of data blocks have every data function, as the message about an unknown one does', () => {
    const listed = listedUnder('## Data blocks')
    assert.deepEqual(
      [...dataFunctions.keys()].filter(name => !listed.has(name)),
      [],
    )
    const [, known] = /Data blocks know `(.*)`/.exec(catalogue.RNN407.fix) ?? []
    assert.deepEqual(known.split(' ').toSorted(), [...dataFunctions.keys()].toSorted())
  })
})

/** The anchor that GitHub gives a heading. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/ /g, '-')
}
