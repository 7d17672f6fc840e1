// What every backend must pass: it agrees with the interpreter.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Backend } from '../../compiler/backend/backend.ts'
import { allEqns } from '../../compiler/ir/graph.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { agree, build } from './agree.ts'
import { cases, sizesList } from './cases.ts'

export function suite(backend: Backend): void {
  describe(`${backend.name} agrees with the interpreter`, () => {
    for (const { name, params, body } of cases) {
      it(name, () => {
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend })
      })
    }
    it('in 32 bits', () => {
      for (const { params, body } of cases) {
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend, precision: 'f32' })
      }
    })
    it('on every op of the table', () => {
      const tested = new Set(cases.flatMap(({ params, body }) => [...allEqns(build(params, body).graph)].map(e => e.op)))
      assert.deepEqual([...ops.keys()].filter(op => !tested.has(op)), [])
    })
  })
}
