// Runs a graph by the interpreter and on a device, in Node and in a page.
import assert from 'node:assert/strict'
import type { AsyncBackend } from '../../compiler/backend/backend.ts'
import { plan } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
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
  const made = plan(context, graph)
  assert.equal(backend.refuses(made, 'f32'), undefined)
  const executable = backend.load(made, 'f32')
  for (const sizes of list) {
    const { inputs, others, check } = trial(context, graph, sizes, 'f32')
    await executable.run(sizes, others)
    check(await executable.run(sizes, inputs), bound)
  }
  executable.dispose()
}
