// Random programs for devices: drawn once, and judged by the interpreter once, however many devices run them.
import fc from 'fast-check'
import type { Buffer } from '../../compiler/backend/backend.ts'
import { compile } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { once } from '../../runtime/once.ts'
import { drawInputs } from '../../runtime/session.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import { fuzzCases } from '../../trust/fuzz/generate/index.ts'
import { type Arrays, graphOf, interpreted, roundingOf } from '../../trust/fuzz/trial.ts'
import type { OwnGraph } from '../../trust/gradients/subject.ts'
import { isAnalytic, withBranches } from '../../trust/numbers/branches.ts'
import { close, narrow, wide } from './agree.ts'
import { inputsFor } from './checks.ts'

/** What a device is given: a program, and an array for each input of its graphs. */
export interface DeviceProgram {
  readonly source: string
  readonly sizes: Sizes
  readonly inputs: Readonly<Record<string, Buffer>>
}

/** The graphs that are run, forward and backward. */
export const directions = ['predict', 'gradient'] as const

export interface RandomProgram extends DeviceProgram {
  /** Asserts that these are the results of each graph. */
  readonly check: (found: Readonly<Record<(typeof directions)[number], Arrays>>) => void
}

/** The first so many programs; those that were drawn before are the same ones. */
export const createRandomPrograms = (): ((count: number) => readonly RandomProgram[]) => {
  const known: RandomProgram[] = []
  return count => {
    if (count > known.length) {
      const drawn = fc.sample(fuzzCases({ kinks: 'none' }), { numRuns: count, seed: 11 })
      known.push(...drawn.slice(known.length).map(judged))
    }
    return known.slice(0, count)
  }
}

function judged(fuzzCase: FuzzCase): RandomProgram {
  const { source } = fuzzCase
  const model = compile(source)
  const { sizes, batch, weights } = inputsFor(model, fuzzCase)
  const inputs = narrow({ ...batch, ...weights, ...drawInputs(fuzzCase.data, 0) })
  const oracles = directions.map(name => {
    const oracle = { context: model.context, graph: graphOf(model, name, naive) }
    const expected = once(() => {
      const decided = decisions(oracle)
      const all = Object.entries(interpreted(oracle, sizes, wide(inputs)))
      return Object.fromEntries(all.filter(([output]) => !decided.includes(output)))
    })
    const rounding = once(() => roundingOf(oracle, sizes, wide(inputs)))
    return { name, expected, rounding }
  })
  return {
    source,
    sizes,
    inputs,
    check: found => {
      for (const { name, expected, rounding } of oracles) {
        const what = `${name} of\n${source}\n${JSON.stringify(sizes)}`
        close(found[name], expected(), what, () => rounding().bound)
      }
    },
  }
}

/** The metrics with branches, as an accuracy's: what is 0 but for rounding may go the other way in 32 bits. */
function decisions({ context, graph }: OwnGraph): string[] {
  const moving = graph.inputs.filter((_, i) => graph.params[i].dtype === 'real')
  return graph.outputs.filter((name, i) => {
    if (!name.startsWith('sum.')) return false
    const only = { ...graph, outputs: [name], results: [graph.results[i]] }
    return !isAnalytic(withBranches(context, { ...only, ...dce.run(context, only) }, moving))
  })
}
