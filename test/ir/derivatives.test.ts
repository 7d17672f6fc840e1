// Each derivative rule of the op table against differences, in float64.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { array } from '../../compiler/ir/array.ts'
import { constantLike, createBuilder } from '../../compiler/ir/builder.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { derivativeCases } from './derivativeCases.ts'
import { checkGradients } from './gradientCheck.ts'

describe('derivatives', () => {
  for (const [op, list] of Object.entries(derivativeCases)) {
    it(op, () => {
      for (const [i, c] of list.entries()) checkGradients(c, i + 1)
    })
  }

  describe('at ties and kinks', () => {
    const conventions: readonly (readonly [op: string, args: readonly number[][], gradients: readonly number[][]])[] = [
      ['relu(%x)', [[0, 1, -1]], [[0, 1, 0]]],
      ['abs(%x)', [[0, 1, -1]], [[0, 1, -1]]],
      ['sqrt(%x)', [[0, 4]], [[0, 0.25]]],
      [
        'max(%x, %y)',
        [
          [1, 2, 3],
          [1, 3, 2],
        ],
        [
          [1, 0, 1],
          [0, 1, 0],
        ],
      ],
      [
        'min(%x, %y)',
        [
          [1, 2, 3],
          [1, 3, 2],
        ],
        [
          [1, 1, 0],
          [0, 0, 1],
        ],
      ],
      ['reduce_max(%x, -1)', [[1, 2, 2]], [[0, 1, 0]]],
      ['reduce_min(%x, -1)', [[1, 1, 2]], [[1, 0, 0]]],
      [
        'pow(%x, %y)',
        [
          [0, -2, 0],
          [2, 2, 0],
        ],
        [
          [0, -4, 0],
          [0, 0, 0],
        ],
      ],
    ]
    for (const [op, args, expected] of conventions) {
      it(op, () => {
        const inputs = args.map((a, i) => `input ${'xy'[i]}: real[${a.length}]`).join('\n')
        const { graph: g, context } = readGraph(`graph kink {\n${inputs}\n%r = ${op}\noutput r\n}`)
        const b = createBuilder(context, undefined, g)
        const found = adjoint(b, b, new Map([[g.results[0].id, constantLike(b, 1, g.results[0])]]), g.params)
        const block = b.finish(g.params.flatMap(p => found.get(p.id) ?? []))
        const gradients = interpret(
          context,
          block,
          args.map(a => array([a.length], a)),
          {},
        )
        assert.deepEqual(
          gradients.map(a => [...a.data].map(x => x + 0)),
          expected,
        )
      })
    }
  })

  it('every rule has a case', () => {
    const missing = [...ops.values()]
      .filter(op => op.vjp !== undefined && !(op.name in derivativeCases))
      .map(op => op.name)
    assert.deepEqual(missing, [])
  })

  it('a case uses its op', () => {
    for (const [op, list] of Object.entries(derivativeCases)) {
      for (const c of list) assert.ok(c.text.includes(`${op}(`), `${op}: ${c.text}`)
    }
  })
})
