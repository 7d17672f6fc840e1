// Programs that almost compile: good ones with tokens missing, doubled, exchanged or replaced. The compiler either takes them
// or says what is wrong; it never fails in any other way. A failure prints the seed, the program and the stack.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { check } from '../compiler/index.ts'
import { parse } from '../dsl/parse.ts'
import { render } from '../dsl/render.ts'
import { scan } from '../dsl/scanText.ts'

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** Each model of a file with what it may use: the units that are no models, and its own blocks. */
function models(source: string): { name: string; source: string }[] {
  const { items } = parse(source, 'a.rnn').program
  return items.flatMap(model => {
    if (model.kind !== 'unit' || model.unit !== 'model') return []
    const kept = items.filter(i => {
      if (i === model || i.kind === 'fn' || (i.kind === 'unit' && i.unit !== 'model')) return true
      return (i.kind === 'train' || i.kind === 'data') && i.model.text === model.name.text
    })
    return [{ name: model.name.text, source: kept.map(i => source.slice(i.span.start, i.span.end)).join('\n') }]
  })
}

const good = [
  ...readdirSync(new URL('keras/programs/', import.meta.url)).map(name => ({
    name,
    source: text(`keras/programs/${name}`),
  })),
  ...models(text('dsl/fixtures/programs.rnn')),
]

// `rename` keeps the form of the program and changes its meaning, so that it goes deepest; so it is the most frequent.
const kinds = ['delete', 'double', 'swap', 'replace', 'rename', 'rename', 'rename', 'rename'] as const

/** What a name or a number is renamed to, besides the names of the program. */
const words = [
  ...'tanh last first reverse delay drop_first sum softmax argmax where average position repeat outer transpose'.split(
    ' ',
  ),
  ...'LSTM GRU dense embedding bidirectional additive_attention mse cross_entropy accuracy l2 bernoulli SGD'.split(' '),
  ...'zeros normal orthogonal real int bool T S B inf true 0 1 2.5 1000000'.split(' '),
  ...'(over(x,T)) LSTM(3) dense(2) [1,2] "text" h\' -1 x[0] x[1:2] (x|>last) (1<2)'.split(' '),
]

/** One change of a list of tokens. */
type Mutation = { readonly kind: (typeof kinds)[number]; readonly at: number; readonly other: number }

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...kinds),
  at: fc.nat(),
  other: fc.nat(),
})

/** The source with each mutation made in turn; white space stays where it was, so that statements keep their lines. */
function mutate(source: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((before, { kind, at, other }) => {
    const { tokens } = scan(before, 'a.rnn')
    if (tokens.length < 2) return before
    if (kind === 'rename') {
      const named = tokens.filter(t => /^[A-Za-z0-9_.]+$/.test(t.image))
      if (named.length === 0) return before
      const { startOffset, image } = named[at % named.length]
      const pool = [...words, ...named.map(t => t.image)]
      return before.slice(0, startOffset) + pool[other % pool.length] + before.slice(startOffset + image.length)
    }
    const [a, b] = [at % tokens.length, other % tokens.length].sort((x, y) => x - y).map(i => tokens[i])
    const put = (token: typeof a, image: string, from: string): string =>
      from.slice(0, token.startOffset) + image + from.slice(token.startOffset + token.image.length)
    if (kind === 'delete') return put(a, '', before)
    if (kind === 'double') return put(a, `${a.image} ${a.image}`, before)
    return put(a, b.image, kind === 'swap' && a !== b ? put(b, a.image, before) : before)
  }, source)
}

function takesOrExplains(source: string): void {
  const found = check(source, { file: 'a.rnn' })
  const shown = found.map(d => render(d, new Map([['a.rnn', source]]), { color: false })).join('\n')
  assert.doesNotMatch(shown, /NaN|undefined|\[object|std\//)
  for (const { span } of found) assert.ok(span === undefined || (span.start >= 0 && span.end <= source.length))
}

describe('good programs with mistakes made in them', () => {
  for (const { name, source } of good) {
    it(name, () => {
      assert.deepEqual(
        check(source, { file: 'a.rnn' }).filter(d => d.severity === 'error'),
        [],
      )
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), mutations =>
          takesOrExplains(mutate(source, mutations)),
        ),
        {
          numRuns: Number(process.env.RUNS ?? 60),
        },
      )
    })
  }
})
