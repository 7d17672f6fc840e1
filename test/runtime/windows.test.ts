import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { column, load, range } from './support.ts'

const size = fc.integer({ min: 1, max: 6 })

test('windows lie within one part, hold neighbours, and are all there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 45, max: 90 }), size, size, async (rows, length, ahead) => {
      const next = ahead === 1 ? 'next' : `next over K[${ahead}]`
      const data = `w = windows(csv("a.csv").x, ${length}, ahead = ${ahead})
        past = w.past
        next = w.next
        split = ordered(0.3, 0.3, 0.4)`
      const files = { 'a.csv': column(range(rows)) }
      const loaded = await load({ inputs: [`past over T[${length}]`], targets: [next], data, files })
      const bounds = [0, Math.round(0.3 * rows), Math.round(0.6 * rows), rows]
      ;[loaded.train, loaded.validation, loaded.test].forEach((part, p) => {
        assert.ok(part)
        const [first, end] = [bounds[p], bounds[p + 1]]
        assert.equal(part.count, end - first - length - ahead + 1)
        range(part.count).forEach(i => {
          const window = [...part.ports.past[i].values, ...part.ports.next[i].values]
          assert.deepEqual(
            window,
            range(length + ahead).map(k => first + i + k),
          )
        })
      })
    }),
  )
})

test('an `ahead` of 1 gives one value, a longer one an axis', async () => {
  const files = { 'a.csv': column(range(6)) }
  const data = 'v = windows(csv("a.csv").x, 2)\nw = windows(csv("a.csv").x, 2, 3)\na = v.next\nb = w.next'
  await assert.rejects(load({ inputs: ['a', 'b over K[3]'], data, files }), /RNN210/)
  const one = await load({ inputs: ['a'], data, files })
  assert.deepEqual(one.train.ports.a[0].lengths, [])
  const three = await load({ inputs: ['b over K'], data, files })
  assert.deepEqual(three.train.ports.b[0].lengths, [[3]])
})

test('windows over vectors, scaled before or after they are cut', async () => {
  const files = { 'a.csv': 'x,y\n0,10\n1,20\n2,30\n3,40\n' }
  const data = `t = csv("a.csv")
    before = windows(minmax([t.x, t.y]), 2).past
    after = minmax(windows([t.x, t.y], 2).past)
    joined = [windows(minmax(t.x), 2).past, minmax(windows(t.y, 2).past)]`
  const types = ['before [2] over T', 'after [2] over T', 'joined [2] over T']
  const { train } = await load({ inputs: types, data, files })
  assert.deepEqual([...train.ports.before[1].values], [1 / 3, 1 / 3, 2 / 3, 2 / 3])
  assert.deepEqual(train.ports.after, train.ports.before)
  assert.deepEqual(train.ports.joined, train.ports.before)
})

test('windows of classes', async () => {
  const data = 'w = windows(classes(csv("a.csv").x), 2)\npast = w.past\nnext = w.next'
  const files = { 'a.csv': column(['b', 'a', 'b', 'c']) }
  const { train, sizes } = await load({ inputs: ['past class of K over T'], targets: ['next class of K'], data, files })
  assert.deepEqual(
    train.ports.past.map(e => [...e.values]),
    [
      [1, 0],
      [0, 1],
    ],
  )
  assert.deepEqual(
    train.ports.next.map(e => [...e.values]),
    [[1], [2]],
  )
  assert.deepEqual(sizes, { K: 3 })
})

for (const [folder, name, data, targets, counts] of [
  [
    'sunspots',
    'sunspots',
    'w = windows(standardize(t.sunspots), 24)\nsplit = ordered(0.8, 0.1, 0.1)',
    ['next'],
    [223, 7, 7],
  ],
  [
    'air_passengers',
    'passengers',
    'w = windows(minmax(t.passengers), 36, ahead = 12)\nsplit = ordered(0.6, 0.4)',
    ['next over K[12]'],
    [39, undefined, 11],
  ],
] as const) {
  test(`the real series of examples/${folder}`, async () => {
    const text = readFileSync(new URL(`../../examples/${folder}/${folder}.csv`, import.meta.url), 'utf8')
    const loaded = await load({
      inputs: ['past over T'],
      targets,
      data: `t = csv("${name}.csv")\n${data}\npast = w.past\nnext = w.next`,
      files: { [`${name}.csv`]: text },
    })
    assert.deepEqual([loaded.train.count, loaded.validation?.count, loaded.test?.count], counts)
  })
}
