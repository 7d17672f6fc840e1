// Schedules for several threads, by the interpreter of the loop language: no thread is in the way of another, and the bits are those of one.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { plan } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { argumentsFor, bufferOf, build } from '../backend/agree.ts'
import { cases } from '../backend/cases.ts'
import { interpreted, interpretedBy } from '../backend/interpreted.ts'
import { recurrentGradient } from '../backend/recurrent.ts'

const sizesList: readonly Sizes[] = [
  { B: 2, T: 3, H: 5 },
  { B: 5, T: 2, H: 9 },
  { B: 0, T: 1, H: 1 },
  { B: 1, T: 0, H: 2 },
]

type Built = ReturnType<typeof build>

function sameBits({ context, graph }: Built, threads: number, list: readonly Sizes[]): void {
  const made = plan(context, graph)
  const [alone, together] = [interpreted, interpretedBy(threads)].map(b => b.load(made, 'f64'))
  for (const sizes of list) {
    const args = argumentsFor(graph, sizes)
    const arrays = () =>
      Object.fromEntries(graph.inputs.map((input, i) => [input, bufferOf(graph.params[i].dtype, args[i].data, 'f64')]))
    const [wanted, found] = [alone, together].map(e => e.run(sizes, arrays()))
    for (const output of graph.outputs)
      assert.deepEqual([...found[output]], [...wanted[output]], `${output} for ${JSON.stringify(sizes)}`)
  }
}

for (const threads of [2, 3]) {
  describe(`schedules on ${threads} threads, by the interpreter of their language`, () => {
    for (const { name, params, body } of cases) {
      it(name, () => sameBits(build(params, body), threads, sizesList))
    }
    it('the gradients of a recurrent network', () => sameBits(recurrentGradient(), threads, sizesList))
  })
}
