// Products that are not packed: every remainder of their blocks, every layout, and either side known, by the interpreter.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { plan } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { agree, build, dim, type } from './agree.ts'
import { scan } from './cases.ts'

/** The sizes of a product as texts: numbers that are known, or M, N and K. */
type Shape = readonly [m: string, n: string, k: string]

/** Two products of each layout, one after the other in memory; the operands are parts of wider arrays. */
function products([m, n, k]: Shape) {
  const layouts = [false, true].flatMap(ta => [false, true].map(tb => ({ ta, tb })))
  const types = layouts.flatMap(({ ta, tb }) => [
    type(`2, ${ta ? `${k}, ${m} + 1` : `${m}, ${k} + 1`}`),
    type(`2, ${tb ? `${n}, ${k} + 2` : `${k}, ${n} + 2`}`),
  ])
  return build(types, (b, params) =>
    layouts.map(({ ta, tb }, i) => {
      const part = (x: number, size: string, start: number) =>
        b.emit('slice', [params[x]], { axis: -1, start: dim(start), size: dim(size) })
      return b.emit('bmm', [part(2 * i, ta ? m : k, 1), part(2 * i + 1, tb ? k : n, 0)], { ta, tb })
    }),
  )
}

function check(shape: Shape, list: readonly Sizes[], withoutPacking = true): void {
  const { context, graph } = products(shape)
  const text = js.emit(plan(context, graph), 'f32')
  assert.equal(/\bgemm/.test(text), !withoutPacking, `${shape} ${withoutPacking ? 'needs no' : 'may need'} packing`)
  agree(context, graph, list, { backend: js })
  agree(context, graph, list, { backend: js, precision: 'f32' })
}

const sizes = ['1', '2', '3', '4', '5', '7', '11']
const counts = [0, 1, 2, 3, 4, 5, 11]

describe('a product without packing', () => {
  it('with any number of rows', () => {
    for (const n of sizes)
      for (const k of sizes)
        check(
          ['M', n, k],
          counts.map(M => ({ M })),
        )
  })
  it('with any number of columns', () => {
    for (const m of sizes)
      for (const k of sizes)
        check(
          [m, 'N', k],
          counts.map(N => ({ N })),
        )
  })
  it('with sums of any length', () => {
    for (const m of sizes)
      for (const n of sizes)
        check(
          [m, n, 'K'],
          counts.map(K => ({ K })),
        )
  })
  it('of known sizes', () => {
    for (const m of sizes) for (const n of sizes) check([m, n, '6'], [{}])
    check(['0', '5', '3'], [{}])
    check(['5', '0', '3'], [{}])
    check(['5', '3', '0'], [{}])
    check(['30', '40', '25'], [{}])
    check(['3', '300', '257'], [{}])
  })
  it('of a large matrix, where it has few rows', () => {
    check(['M', '256', '259'], [{ M: 11 }, { M: 13 }], false)
  })
  it('of unknown sizes, never', () => {
    check(['M', 'N', '5'], [{ M: 3, N: 7 }], false)
    check(['M', '5', 'K'], [{ M: 3, K: 7 }], false)
    check(['30', '40', 'K'], [{ K: 7 }], false)
  })
  it('in a loop, of a matrix that stays the same, small and large', () => {
    for (const width of ['7', '260']) {
      const types = [`T, B, ${width}`, `${width}, ${width}`, `B, ${width}`].map(text => type(text))
      const { context, graph } = build(types, (b, [xs, w, h]) =>
        scan(b, { carries: [h], xs: [xs] }, (s, [state], [x]) => {
          const product = s.emit('matmul', [state, s.use(w)])
          return [s.emit('tanh', [s.emit('add', [product, x])]), s.emit('matmulT', [x, s.use(w)])]
        }),
      )
      const list = [1, 13, 0, 4].map(B => ({ B, T: 2 }))
      agree(context, graph, list, { backend: js })
      agree(context, graph, list, { backend: js, precision: 'f32' })
    }
  })
  it('with what is added to it: to each column, to each row, to each element', () => {
    const added = (
      m: string,
      n: string,
    ): readonly (readonly [shape: string, at: readonly number[], sizes: readonly string[]])[] => [
      [n, [-2], [m]],
      [m, [-1], [n]],
      [`${m}, ${n}`, [], []],
      ['', [-2, -1], [m, n]],
    ]
    for (const [m, n, k] of [
      ['M', '7', '5'],
      ['M', '70', '40'],
      ['9', 'N', '5'],
      ['5', '6', 'K'],
      ['5', '6', '2'],
    ]) {
      for (const [shape, at, repeated] of added(m, n)) {
        const types = [`${m}, ${k}`, `${n}, ${k}`, shape].map(text => type(text))
        const { context, graph } = build(types, (b, [x, w, y]) => {
          const other = at.length === 0 ? y : b.emit('broadcast', [y], { at, sizes: repeated.map(dim) })
          return [b.emit('add', [b.emit('matmul', [x, w]), other])]
        })
        const text = js.emit(plan(context, graph), 'f32')
        assert.doesNotMatch(text, /^ {2}for \(let i = /m, 'there is no second loop over the results')
        const list = counts.map(count => ({ M: count, N: count, K: 3 }))
        agree(context, graph, list, { backend: js })
        agree(context, graph, list, { backend: js, precision: 'f32' })
      }
    }
  })
  it('leaves longer tails to a loop of their own', () => {
    const { context, graph } = build(
      ['M, 5', '7, 5', '7'].map(text => type(text)),
      (b, [x, w, y]) => {
        const bias = b.emit('broadcast', [y], { at: [-2], sizes: [dim('M')] })
        return [b.emit('tanh', [b.emit('add', [b.emit('matmul', [x, w]), bias])])]
      },
    )
    assert.match(js.emit(plan(context, graph), 'f32'), /^ {2}for \(let i = /m)
    agree(context, graph, [{ M: 3 }], { backend: js })
  })
})
