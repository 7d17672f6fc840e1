// Schedules run by the interpreter of the loop language agree with the plan's interpreter, element for element.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { plan } from '../../compiler/index.ts'
import { relativeError } from '../../compiler/ir/array.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { interpretPlan } from '../../compiler/plan/interpretPlan.ts'
import { argumentsFor, bufferOf, build } from '../backend/agree.ts'
import { cases } from '../backend/cases.ts'
import { interpreted } from '../backend/interpreted.ts'

const sizesList: readonly Sizes[] = [
  { B: 2, T: 3, H: 5 },
  { B: 5, T: 2, H: 9 },
  { B: 0, T: 1, H: 1 },
  { B: 1, T: 0, H: 2 },
]

const finite = (data: ArrayLike<number>): number[] =>
  Array.from(data, x => (Number.isFinite(x) || Number.isNaN(x) ? x : 1e6 * Math.sign(x)))

describe('schedules by the interpreter of their language', () => {
  for (const { name, params, body } of cases) {
    it(name, () => {
      const { context, graph } = build(params, body)
      const made = plan(context, graph)
      const executable = interpreted.load(made, 'f64')
      for (const sizes of sizesList) {
        const args = argumentsFor(graph, sizes)
        const given = Object.fromEntries(graph.inputs.map((input, i) => [input, args[i].data]))
        const { outputs } = interpretPlan(context, made, given, sizes)
        const arrays = graph.inputs.map((input, i) => [input, bufferOf(graph.params[i].dtype, args[i].data, 'f64')])
        const found = executable.run(sizes, Object.fromEntries(arrays))
        for (const output of graph.outputs) {
          const error = relativeError(finite(found[output]), finite(outputs[output]))
          assert.ok(error <= 1e-12, `${output} for ${JSON.stringify(sizes)}: error ${error}`)
        }
      }
    })
  }
})
