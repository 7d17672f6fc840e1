// Runs a program that was drawn elsewhere, forward and backward, on a device in Node or in a page.
import type { AsyncBackend } from '../../compiler/backend/backend.ts'
import { compile } from '../../compiler/index.ts'
import type { Arrays } from '../../trust/fuzz/trial.ts'
import { onDevice } from './agree.ts'
import type { DeviceProgram } from './randomPrograms.ts'

export async function runProgram(
  backend: AsyncBackend,
  { source, sizes, inputs }: DeviceProgram,
): Promise<{ predict: Arrays; gradient: Arrays }> {
  const model = compile(source)
  const { context } = model
  const predict = await onDevice(backend, { context, graph: model.predict() }, sizes, inputs)
  const gradient = await onDevice(backend, { context, graph: model.gradient({ inputs: true }) }, sizes, inputs)
  return { predict, gradient }
}
