// Compares gradients with differences of the loss.
import assert from 'node:assert/strict'
import type { Buffer } from '../../compiler/backend/backend.ts'
import type { Arrays, Batch, OpenProgram } from './program.ts'

/** The step of a sixth-order central difference: its error is some h^6, and the rounding 1e-16 / h. */
const step = 4e-3
/** Smallest scale of an error, for a gradient that is zero except for rounding. */
const floor = 1e-5

/** Computes max|found - differences| / max|differences| of each weight. */
export function gradientErrors(program: OpenProgram, batch: Batch, weights: Arrays): Map<string, number> {
  const all = { ...batch.arrays, ...weights }
  const found = program.graph('gradient').run(batch.sizes, all)
  const errors = new Map<string, number>()
  for (const { name } of program.model.signature.parameters) {
    const gradient = found[`d:${name}`]
    const moved = weights[name].slice()
    const numeric = Array.from(moved, (_, i) => difference(program, batch, { ...all, [name]: moved }, moved, i))
    const scale = Math.max(floor, ...numeric.map(Math.abs))
    errors.set(name, Math.max(0, ...numeric.map((n, i) => Math.abs(n - gradient[i]) / scale)))
    if (gradient.some(Number.isNaN)) errors.set(name, Number.POSITIVE_INFINITY)
  }
  return errors
}

function difference({ graph }: OpenProgram, batch: Batch, arrays: Arrays, moved: Buffer, i: number): number {
  const start = moved[i]
  const slope = (by: number): number => {
    moved[i] = start + by
    const above = graph('evaluate').run(batch.sizes, arrays).loss[0]
    moved[i] = start - by
    const below = graph('evaluate').run(batch.sizes, arrays).loss[0]
    moved[i] = start
    return (above - below) / (2 * by)
  }
  // Richardson extrapolation: the remaining error is of the order h^6.
  return (15 * slope(step) - 6 * slope(2 * step) + slope(3 * step)) / 10
}

export function checkGradients(program: OpenProgram, batch: Batch, weights: Arrays, bound = 1e-7): void {
  for (const [name, error] of gradientErrors(program, batch, weights)) {
    assert.ok(error < bound, `gradient of ${name}: relative error ${error} with ${JSON.stringify(batch.sizes)}`)
  }
}
