// Random programs: js gives what the interpreter gives, gradients are those of differences, and neither padding nor
// batch-mates are seen. A failure is shrunk to the smallest program; SEED and RUNS in the environment repeat or extend it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { checkGradients } from '../support/differences.ts'
import { programShape, programText, setting } from '../support/generator.ts'
import {
  type Arrays,
  type Batch,
  drawBatch,
  drawWeights,
  type OpenProgram,
  open,
  type Setting,
} from '../support/program.ts'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { checkBatchMates, checkInterpreter, checkPadding } from '../support/suite.ts'
import { wordsSetting, wordsShape, wordsText } from '../support/words.ts'

const runs = Number(process.env.RUNS ?? 25)
/** Milliseconds a property may take: a slow machine tries fewer programs, unless it is told how many. */
const limit = process.env.RUNS === undefined ? 9_000 : 600_000

type Check = (program: OpenProgram, batch: Batch, weights: Arrays) => void

const checks: Readonly<Record<string, Check>> = {
  'run on js as in the interpreter': checkInterpreter,
  'do not see padding or batch-mates': (program, batch, weights) => {
    checkPadding(program, batch, weights)
    checkBatchMates(program, batch, weights)
  },
  'have the gradients that differences give': checkGradients,
}

/** Every check on random programs, two batches each. */
function properties(name: string, program: Arbitrary<string>, batch: Arbitrary<Setting>): void {
  const drawn = fc.record({ source: program, settings: fc.tuple(batch, batch), data: fc.nat() })
  describe(name, () => {
    for (const [what, check] of Object.entries(checks)) {
      it(`${what} (seed ${seed})`, () => {
        let tried = 0
        fc.assert(
          fc.property(drawn, ({ source, settings, data }) => {
            tried++
            checkSource(source, settings, data, check)
          }),
          { seed, numRuns: runs, interruptAfterTimeLimit: limit, markInterruptAsFailure: false },
        )
        assert.ok(tried >= Math.min(runs, 5), `only ${tried} programs in ${limit} ms`)
      })
    }
  })
}

function checkSource(source: string, settings: readonly Setting[], data: number, check: Check): void {
  try {
    const program = open(source)
    for (const one of settings) {
      const random = createRandom(data)
      check(program, drawBatch(program, one, random), drawWeights(program, one.sizes, random))
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}\n${JSON.stringify(settings)}, data ${data}\n${source}`)
  }
}

properties('random cells and models', programShape.map(programText), setting)
properties('random models of words', wordsShape.map(wordsText), wordsSetting)
