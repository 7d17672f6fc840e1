// Random programs: js gives what the interpreter gives, gradients are those of differences, and neither padding nor
// batch-mates are seen. A failure is shrunk to the smallest program; SEED and RUNS in the environment repeat or extend it.
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { checkGradients } from '../support/differences.ts'
import { type ProgramShape, programShape, programText, setting } from '../support/generator.ts'
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
import { checkBatchMates, checkInterpreter, checkPadding } from '../support/suite.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const runs = Number(process.env.RUNS ?? 40)

type Check = (program: OpenProgram, batch: Batch, weights: Arrays) => void

/** Runs the check on random programs, two batches each. */
function property(name: string, numRuns: number, check: Check): void {
  it(`${name} (seed ${seed})`, () => {
    const draw = fc.record({ shape: programShape, settings: fc.tuple(setting, setting), data: fc.nat() })
    fc.assert(
      fc.property(draw, ({ shape, settings, data }) => checkShape(shape, settings, data, check)),
      { seed, numRuns, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
    )
  })
}

function checkShape(shape: ProgramShape, settings: readonly Setting[], data: number, check: Check): void {
  const source = programText(shape)
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

describe('random programs', () => {
  property('run on js as in the interpreter', runs, checkInterpreter)
  property('do not see padding or batch-mates', runs, (program, batch, weights) => {
    checkPadding(program, batch, weights)
    checkBatchMates(program, batch, weights)
  })
  property('have the gradients that differences give', runs, checkGradients)
})
