// Runs a graph by the interpreter and on a device, in Node and in a page.
import assert from 'node:assert/strict'
import type { AsyncBackend, Buffer } from '../../compiler/backend/backend.ts'
import { load, planFor } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import type { Arrays } from '../../trust/fuzz/trial.ts'
import { trial } from '../backend/agree.ts'

/** The relative error that is allowed against the interpreter. */
export const bound = 2e-5

/** Asserts that a backend gives what the interpreter gives, for each of several sizes one after the other. */
export async function agreeAsync(
  backend: AsyncBackend,
  context: Context,
  graph: Graph,
  list: readonly Sizes[],
): Promise<void> {
  const made = planFor(backend, context, graph)
  assert.equal(backend.refuses(made, 'f32'), undefined)
  const executable = backend.load(made, 'f32')
  for (const sizes of list) {
    const { inputs, others, check } = trial(context, graph, sizes, 'f32')
    await executable.run(sizes, others)
    check(await executable.run(sizes, inputs), bound)
  }
  executable.dispose()
}

/** The same numbers as floats of 32 bits. */
export const narrow = (arrays: Arrays): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [
      name,
      data instanceof Int32Array ? data.slice() : Float32Array.from(data),
    ]),
  )

/** The same numbers in 64 bits. */
export const wide = (arrays: Arrays): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [name, data instanceof Int32Array ? data : Float64Array.from(data)]),
  )

/** Asserts that results are the expected ones, on the scale of each; `rounding` is what 32 bits may do to one at the worst. */
export function close(
  found: Arrays,
  expected: Arrays,
  what: string,
  rounding?: () => (name: string) => ArrayLike<number>,
): void {
  for (const [name, right] of Object.entries(expected)) {
    const got = found[name]
    assert.equal(got?.length, right.length, `${name} of ${what}`)
    const scale = Array.from(right).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
    const off = (i: number, slack: number): boolean =>
      Number.isFinite(right[i]) && !(Math.abs(got[i] - right[i]) <= bound * scale + slack)
    const far = right.findIndex((_: number, i: number) => off(i, 0))
    if (far < 0) continue
    const slack = rounding?.()(name)
    const worst = right.findIndex((_: number, i: number) => off(i, slack === undefined ? 0 : slack[i] * 2 ** 29))
    if (worst >= 0)
      assert.fail(`${name}[${worst}] of ${what} is ${got[worst]} and should be ${right[worst]} (scale ${scale})`)
  }
}

/** Runs a graph once. */
export async function onDevice(
  backend: AsyncBackend,
  { context, graph }: { readonly context: Context; readonly graph: Graph },
  sizes: Sizes,
  inputs: Arrays,
): Promise<Arrays> {
  const executable = load(context, graph, backend, 'f32')
  const results = await executable.run(sizes, inputs)
  executable.dispose()
  return results
}
