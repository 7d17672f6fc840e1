// Checks one program as a whole: a reference in plain loops, the interpreter, differences, padding and batch-mates.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { CompileOptions } from '../../compiler/index.ts'
import { relativeError } from '../../compiler/ir/array.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import { checkGradients } from './differences.ts'
import {
  type Arrays,
  alone,
  type Batch,
  drawBatch,
  drawWeights,
  type Example,
  exampleOf,
  graphNames,
  interpreted,
  type OpenProgram,
  open,
  paddedElements,
  repadded,
  type Setting,
  validItems,
  type Weights,
  weightsOf,
} from './program.ts'
import { createRandom } from './random.ts'

export interface ProgramCase {
  readonly name: string
  readonly source: string
  readonly options?: CompileOptions
  readonly settings: readonly Setting[]
  /** The outputs of one example, each the valid elements in order. */
  readonly reference: (w: Weights, x: Example) => Readonly<Record<string, readonly number[]>>
  /** The loss of an example's elements from its outputs; their mean over all examples is the loss. */
  readonly losses?: (outputs: Readonly<Record<string, readonly number[]>>, x: Example) => readonly number[]
}

/** Batches with one ragged axis: full, of different lengths, and empty. */
export const sequences = (axis = 'T'): Setting[] => [
  { sizes: { B: 3, [axis]: 5 }, lengths: { [axis]: [5, 2, 4] } },
  { sizes: { B: 3, [axis]: 3 }, lengths: { [axis]: [2, 0, 1] } },
  { sizes: { B: 2, [axis]: 2 } },
  { sizes: { B: 2, [axis]: 1 } },
  { sizes: { B: 0, [axis]: 3 } },
  { sizes: { B: 2, [axis]: 0 } },
]

/** (p - y)² of every element. */
export const squaredErrors =
  (output = 'p', target = 'y') =>
  (outputs: Readonly<Record<string, readonly number[]>>, x: Example): readonly number[] => {
    const y = x.items(target).flat()
    return outputs[output].map((p, i) => (p - y[i]) ** 2)
  }

export function close(found: ArrayLike<number>, expected: ArrayLike<number>, bound: number, what: string): void {
  const error = relativeError(found, expected)
  const text = `${Array.from(found).slice(0, 8)} should be ${Array.from(expected).slice(0, 8)}`
  assert.ok(error <= bound || largest(found, expected) < 1e-14, `${what}: ${text} (error ${error})`)
}

/** Largest absolute value in both arrays; if all should be zero, only rounding may remain. */
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Math.max(
        0,
        ...[...Array.from(a), ...Array.from(b)].map(x => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : Math.abs(x))),
      )
    : Number.POSITIVE_INFINITY

/** js agrees with the interpreter, for every graph. */
export function checkInterpreter(program: OpenProgram, batch: Batch, weights: Arrays): void {
  const arrays = { ...batch.arrays, ...weights }
  for (const name of graphNames) {
    const graph = program.graph(name)
    const expected = interpreted(graph, batch.sizes, arrays)
    const found = graph.run(batch.sizes, arrays)
    for (const key of Object.keys(expected)) {
      close(found[key], expected[key], 1e-12, `${key} of ${name}, ${JSON.stringify(batch.sizes)}`)
    }
  }
}

/** Other padding gives the same results. */
export function checkPadding(program: OpenProgram, batch: Batch, weights: Arrays): void {
  const other = repadded(program, batch, createRandom(99))
  for (const name of graphNames) {
    const before = program.graph(name).run(batch.sizes, { ...batch.arrays, ...weights })
    const after = program.graph(name).run(batch.sizes, { ...other.arrays, ...weights })
    for (const key of Object.keys(before)) close(after[key], before[key], 1e-13, `${key} of ${name} with other padding`)
  }
  const outputs = program.graph('predict').run(batch.sizes, { ...other.arrays, ...weights })
  for (const port of program.model.signature.outputs) {
    const padding = paddedElements(port, outputs[port.name], batch)
    assert.ok(
      padding.every(x => x === 0),
      `the padding of ${port.name} is not zero`,
    )
  }
}

/** An example gives the same results alone and in a batch. */
export function checkBatchMates(program: OpenProgram, batch: Batch, weights: Arrays): void {
  const together = program.graph('predict').run(batch.sizes, { ...batch.arrays, ...weights })
  for (let b = 0; b < batch.sizes.B; b++) {
    const one = alone(batch, b)
    const found = program.graph('predict').run(one.sizes, { ...one.arrays, ...weights })
    for (const { name } of program.model.signature.outputs) {
      const size = together[name].length / batch.sizes.B
      close(found[name], together[name].slice(b * size, (b + 1) * size), 1e-13, `${name} of example ${b} alone`)
    }
  }
}

function checkReference(program: OpenProgram, batch: Batch, weights: Arrays, test: ProgramCase): void {
  const arrays = { ...batch.arrays, ...weights }
  const outputs = program.graph('predict').run(batch.sizes, arrays)
  const w = weightsOf(program, batch.sizes, weights)
  const losses: number[] = []
  for (let b = 0; b < batch.sizes.B; b++) {
    const example = exampleOf(program, batch, b)
    const expected = test.reference(w, example)
    for (const port of program.model.signature.outputs) {
      const found = validItems(port, outputs[port.name], batch, b).flat()
      close(found, expected[port.name], 1e-10, `${port.name} of example ${b}, ${JSON.stringify(batch.sizes)}`)
    }
    losses.push(...(test.losses ?? squaredErrors())(expected, example))
  }
  const loss = losses.length === 0 ? 0 : losses.reduce((x, y) => x + y, 0) / losses.length
  close(program.graph('evaluate').run(batch.sizes, arrays).loss, [loss], 1e-10, 'loss')
}

export function describeProgram(test: ProgramCase): void {
  describe(test.name, () => {
    const program = open(test.source, test.options)
    const cases = test.settings.map((setting, i) => {
      const random = createRandom(i + 1)
      return { batch: drawBatch(program, setting, random), weights: drawWeights(program, setting.sizes, random) }
    })
    const each = (check: (program: OpenProgram, batch: Batch, weights: Arrays) => void) => (): void => {
      for (const { batch, weights } of cases) check(program, batch, weights)
    }
    it(
      'is what plain loops give',
      each((p, batch, weights) => checkReference(p, batch, weights, test)),
    )
    it('runs on js as in the interpreter', each(checkInterpreter))
    it('has the gradients that differences give', each(checkGradients))
    it('does not see its padding', each(checkPadding))
    it('gives an example the same in any batch', each(checkBatchMates))
    it('has no loss and no gradient where nothing is valid', () => {
      for (const { batch, weights } of cases) {
        const valid = program.model.signature.targets.flatMap(port =>
          Array.from({ length: batch.sizes.B }, (_, b) => validItems(port, batch.arrays[port.name], batch, b)).flat(),
        )
        if (valid.length > 0) continue
        const found = program.graph('gradient').run(batch.sizes, { ...batch.arrays, ...weights })
        assert.ok(
          Object.values(found).every(data => data.every(x => x === 0)),
          'a gradient of nothing is not zero',
        )
        for (const p of program.model.signature.parameters) {
          const size = p.shape.reduce((n, d) => n * evaluate(d, batch.sizes), 1)
          assert.equal(found[`d:${p.name}`].length, size)
        }
      }
    })
  })
}
