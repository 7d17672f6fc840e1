// Products of WebAssembly: every remainder of their panels, results that lie among others, sums of several depths, and of a single term.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { scheduleFor, wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { plan } from '../../compiler/index.ts'
import type { Builder } from '../../compiler/ir/builder.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { agree, build, type } from './agree.ts'
import { scan } from './cases.ts'

/** A product as it is, turned, and between columns of others, so that one written too far is seen. */
function placed(k: string) {
  return build([type(`M, ${k}`), type(`N, ${k}`), type('M, 3')], (b, [x, w, beside]) => {
    const product = b.emit('matmul', [x, w])
    const columns = b.emit('concat', [beside, b.emit('matmul', [b.emit('tanh', [x]), w]), beside], { axis: -1 })
    return [product, columns, b.emit('matmul', [w, x])]
  })
}

describe('a product of WebAssembly', () => {
  const columns = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 20]
  for (const k of ['3', '130', 'K']) {
    it(`with any remainder of rows and columns, over ${k} terms`, () => {
      const { context, graph } = placed(k)
      const list = [4, 5, 6, 9, 13].flatMap(M => columns.map(N => ({ M, N, K: 257 })))
      for (const backend of [wasm, wasmRelaxed]) {
        agree(context, graph, list, { backend })
        agree(context, graph, list, { backend, precision: 'f32' })
      }
    })
  }
})

type Strong = Readonly<{ strongLeft?: true; strongRight?: true }>
const flags: readonly Strong[] = [{}, { strongLeft: true }, { strongRight: true }]

/** Each op that multiplies, over one term, alone and with what follows it. */
const ofOne = (strong: Strong) =>
  build(
    [type('T, B, 1'), type('H, 1'), type('1, H'), type('1, H'), type('B, H, 1'), type('B, T, 1'), type('H')],
    (b, [x, w, v, d, a, c, bias]) => {
      const ended = (y: Value): Value => {
        const { shape } = y
        const leads = shape.slice(0, -1)
        const all = b.emit('broadcast', [bias], { at: leads.map((_, i) => i - shape.length), sizes: leads })
        return b.emit('tanh', [b.emit('add', [y, all])])
      }
      const products = [
        b.emit('matmul', [x, w], strong),
        b.emit('matmulT', [x, v], strong),
        b.emit('outer', [v, d], strong),
      ]
      const each = [b.emit('bmm', [a, c], { ta: false, tb: true, ...strong })]
      return [...products, ...each, ...products.map(ended), ended(b.emit('bmm', [c, a], { ta: false, tb: true }))]
    },
  )

const products = (context: Parameters<typeof plan>[0], graph: Parameters<typeof plan>[1]): readonly string[] =>
  scheduleFor(plan(context, graph), 'f32').program.functions.flatMap(f => (/^product/.test(f.name) ? [f.name] : []))

describe('a product of one term is a map', () => {
  const list = [
    { T: 3, B: 4, H: 5 },
    { T: 1, B: 1, H: 1 },
    { T: 0, B: 2, H: 9 },
    { T: 2, B: 0, H: 3 },
  ]
  for (const strong of flags) {
    it(`${Object.keys(strong).join() || 'plain'}: as the interpreter has it`, () => {
      const { context, graph } = ofOne(strong)
      assert.deepEqual(products(context, graph), [])
      for (const backend of [wasm, wasmRelaxed]) {
        agree(context, graph, list, { backend })
        agree(context, graph, list, { backend, precision: 'f32' })
      }
    })
  }

  it('with a zero beside infinity and NaN', () => {
    for (const [strong, x, w] of [
      [{ strongLeft: true }, [0, -0, 0], [Number.POSITIVE_INFINITY, Number.NaN]],
      [{ strongRight: true }, [Number.POSITIVE_INFINITY, Number.NaN, 1], [0, -0]],
    ] as const) {
      const { context, graph } = build([type('B, 1'), type('H, 1')], (b, ins) => [b.emit('matmul', ins, strong)])
      const args = [
        { shape: [3, 1], data: Float64Array.from(x) },
        { shape: [2, 1], data: Float64Array.from(w) },
      ]
      agree(context, graph, [{ B: 3, H: 2 }], { backend: wasm, args })
      assert.deepEqual(products(context, graph), [])
    }
  })

  it('but not where the zeros of both factors are strong', () => {
    const both = { strongLeft: true, strongRight: true }
    const { context, graph } = build([type('B, 1'), type('H, 1')], (b, ins) => [b.emit('matmul', ins, both)])
    agree(context, graph, [{ B: 3, H: 2 }], { backend: wasm })
    assert.equal(products(context, graph).length, 1)
  })

  it('in a loop, where its result is the next carry', () => {
    const step = (s: Builder, state: Value, x: Value, w: Value): Value =>
      s.emit('tanh', [s.emit('add', [s.emit('matmul', [state, s.use(w)]), x])])
    const { context, graph } = build([type('T, B, 1'), type('1, 1'), type('B, 1')], (b, [xs, w, h]) =>
      scan(b, { carries: [h], xs: [xs] }, (s, [state], [x]) => {
        const next = step(s, state, x, w)
        return [next, next]
      }),
    )
    assert.deepEqual(products(context, graph), [])
    agree(context, graph, list, { backend: wasm })
    agree(context, graph, list, { backend: wasmRelaxed, precision: 'f32' })
  })
})
