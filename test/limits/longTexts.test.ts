// Long texts of every kind as programs: they are read and formatted, or explained; those of more than 2.5 million characters, or 400,000
// words and signs, are refused.
import assert from 'node:assert/strict'
import { describe, it, test } from 'vitest'
import { check } from '../../compiler/index.ts'
import { parse } from '../../dsl/parse.ts'
import { type Ran, workplace } from '../cli/support.ts'

const { write, rnnc } = workplace()

const most = 2_500_000

/** Copies of a part: fewer than a program may have, as the test would take minutes otherwise. */
const many = (part: string, length = 100_000): string => part.repeat(Math.floor(length / part.length))

/** Statements of three tokens, nearly as many as a program may have. */
const statements = (part: string): string => part.repeat(130_000)

/** As `many`, each part with a number of its own. */
function numbered(part: (i: number) => string): string {
  const parts: string[] = []
  for (let length = 0; length < 100_000; length += parts[parts.length - 1].length) parts.push(part(parts.length))
  return parts.join('')
}

const model = (body: string): string => `model M {\n  input x: real\n${body}\n  output all = x\n}\n`

const texts: Readonly<Record<string, string>> = {
  'letters of no language': many('? ', 1_000_000),
  'open quotes': many('"\n'),
  'names that no one may have': many('__proto__ '),
  'numbers too large': many('1e999 '),
  'escapes in a string': `import "${many('\\q')}"`,
  'empty lines': many('\n'),
  'empty comments': many('#\n'),
  comments: many('# a b\n'),
  imports: many('import "a.rnn"\n'),
  'imports of many names': `import ${numbered(i => `a${i}, `)}b from "a.rnn"\n`,
  units: numbered(i => `fn f${i}(x) = x\n`),
  'one equation': model(statements(' a = 1\n')),
  equations: model(numbered(i => ` a${i} = x + 1\n`)),
  'equations apart': model(numbered(i => ` a${i} = x + 1\n\n`)),
  'commented equations': model(numbered(i => ` a${i} = x   # ${i}\n`)),
  'unknown names': model(numbered(i => ` a${i} = z${i} + 1\n`)),
  inputs: model(numbered(i => ` input a${i}: real\n`)),
  'one input of many names': model(` input ${numbered(i => `a${i}, `)}b: real\n`),
  parts: model(` part ${numbered(i => `a${i} = dense(1), `)}b = dense(1)\n`),
  sum: model(` y = x${many(' + x')}`),
  products: model(` y = x${many(' * x + x')}`),
  power: model(` y = x${many('^x')}`),
  pipe: model(` y = x${many(' |> tanh')}`),
  signs: model(` y = ${many('-')}x`),
  list: model(` y = [${many('1,', 390_000)}1]`),
  'list of names': model(` y = [${many('x,')}x]`),
  lists: model(` y = [${many('[1],')}[1]]`),
  dims: model(` input v: [${many('1,')}1]\n`),
  arguments: model(` y = tanh(${many('x,')}x)\n`),
  calls: model(` y = x${many('(x)')}\n`),
  places: model(` y = x${many('[0]')}\n`),
  brackets: model(` y = ${'('.repeat(199)}x${')'.repeat(199)}${many(' + (x)')}\n`),
  settings: `train M on d {\n${statements(' a = 1\n')}}\n`,
  'broken lines': model(many(' a = = 1\n')),
}

/** Asserts that a command has taken texts, or explained what is wrong with them. */
function assertExplained({ code, stderr }: Ran, command: string): void {
  assert.ok(code === 0 || code === 1, stderr.slice(0, 500))
  assert.doesNotMatch(stderr, /internal error/, `${command}: ${stderr.slice(0, 500)}`)
  if (code === 1) assert.match(stderr, /^error RNN\d{3}: |would change/m)
}

describe('long texts are taken or explained', () => {
  const files = Object.entries(texts).map(([kind, text]) => ({ kind, text, file: write(`${kind}.rnn`, text) }))
  for (const { kind, text, file } of files) {
    it(kind, { timeout: 60_000 }, async () => {
      assert.ok(text.length <= most, String(text.length))
      assertExplained(await rnnc('check', file), 'check')
    })
  }

  it('and formatted, all in one run', { timeout: 120_000 }, async () => {
    const ran = await rnnc('fmt', '--check', ...files.map(({ file }) => file))
    assertExplained(ran, 'fmt')
    assert.match(ran.stderr, /^\d+ files, \d+ would change/m)
  })
})

test('a longer text is refused', async () => {
  const longer = '#'.repeat(most + 1)
  assert.deepEqual(
    check(longer).map(d => d.code),
    ['RNN123'],
  )
  const { diagnostics } = parse(longer, 'm.rnn')
  assert.equal(diagnostics[0].message, '`m.rnn` has 2,500,001 characters, and a program at most 2,500,000')
  const items = `model M {\n  input x: real\n  output y = [${'1,'.repeat(200_000)}1]\n}\n`
  assert.equal(check(items)[0].message, '`model.rnn` has 400,014 words and signs, and a program at most 400,000')
  const { code, stderr } = await rnnc('fmt', write('longer.rnn', longer))
  assert.equal(code, 1)
  assert.match(stderr, /^error RNN123/)
})
