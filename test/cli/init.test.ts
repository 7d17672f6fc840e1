// rnnc init: every template is a project whose commands work; a folder with other files loses none of them.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { templates } from '../../cli/templates.ts'
import { assertRefused, json, run, workplace } from './support.ts'

/** What the script of each template prints. */
const printed: Readonly<Record<string, RegExp>> = {
  forecast: /^2009: -?\d+\.\d sunspots\n$/,
  classify: /^(positive|negative): the story is not very clever\n$/,
  generate: /^Friday./s,
}

/** Words of a command line. */
const wordsOf = (line: string): string[] => (line.match(/"[^"]*"|\S+/g) ?? []).map(word => word.replaceAll('"', ''))

describe('the template', () => {
  for (const [name, files] of Object.entries(templates)) {
    const { folder, ok } = workplace()
    it(`${name} is formatted, and trains, predicts and builds as its README says`, async () => {
      const { next } = json(await ok('init', '--template', name, '--json'))
      assert.deepEqual(readdirSync(folder).sort(), Object.keys(files).sort())
      await ok('fmt', '--check')
      assert.ok(Array.isArray(next) && next.length > 4)
      for (const line of next) {
        const [program, ...words] = wordsOf(line)
        if (program === 'npx') {
          assert.equal(words[0], 'rnnc')
          const { stderr } = await ok(...words.slice(1), ...(words[1] === 'train' ? ['--set', 'epochs=1'] : []))
          assert.doesNotMatch(stderr, /warning/)
        } else {
          const { code, stdout, stderr } = await run(process.execPath, words, folder).done
          assert.equal(code, 0, stderr)
          assert.match(stdout, printed[name])
        }
      }
    })
  }
})

describe('the folder', () => {
  const { path, write, rnnc, ok } = workplace()
  const read = (name: string): string => readFileSync(path(name), 'utf8')

  it('is made, and named in the first command; the template is forecast if nothing else is said', async () => {
    const { stdout } = await ok('init', 'new/my project')
    assert.match(
      stdout,
      /README\.md, model\.rnn, predict\.mjs, sunspots\.csv\n\nnext:\n {2}cd 'new\/my project'\n {2}npx rnnc check/,
    )
    assert.equal(read('new/my project/model.rnn'), templates.forecast['model.rnn'])
  })

  it('may have a .git, but no other files, unless --force is given', async () => {
    mkdirSync(path('repository/.git'), { recursive: true })
    await ok('init', 'repository')
    mkdirSync(path('full'))
    write('full/notes.txt', 'mine')
    await assertRefused(await rnnc('init', 'full'), 'RNN509', /in which there is `notes\.txt`\nhelp: .*--force/)
    assert.deepEqual(readdirSync(path('full')), ['notes.txt'])
    await ok('init', 'full', '--force')
    assert.equal(read('full/notes.txt'), 'mine')
    await ok('init', 'full', '--force')
  })

  it('never loses a file, and then gets no other either', async () => {
    mkdirSync(path('own'))
    write('own/model.rnn', 'fn f(x) = x\n')
    await assertRefused(await rnnc('init', 'own', '--force'), 'RNN517', /own\/model\.rnn/)
    assert.equal(read('own/model.rnn'), 'fn f(x) = x\n')
    assert.deepEqual(readdirSync(path('own')), ['model.rnn'])
  })

  it('is no file', async () => {
    write('file', '')
    await assertRefused(await rnnc('init', 'file'), 'RNN503', /it is a file/)
    await assertRefused(await rnnc('init', 'x', '--template', 'clasify'), 'RNN505', /did you mean `classify`/)
  })
})
