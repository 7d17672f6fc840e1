// The script of a page: runs programs on the page's own GPU, by the device and as many as its address asks for, and gives the results.
import { openGpu } from '../../compiler/backend/gpu/devices.ts'
import { type ArrayText, fromText, toText } from './arrayText.ts'
import type { DeviceProgram } from './randomPrograms.ts'
import { runProgram } from './runProgram.ts'

/** A program, and its arrays as texts. */
type PageProgram = Pick<DeviceProgram, 'source' | 'sizes'> & { readonly inputs: ArrayText }

const output = document.querySelector('output')
const { device, count } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
const programs: readonly PageProgram[] = await (await fetch('/programs.json')).json()
const backend = await openGpu([device])
const results: unknown[] = []
for (const { source, sizes, inputs } of programs.slice(0, count)) {
  const { predict, gradient } = await runProgram(backend, { source, sizes, inputs: fromText(inputs) })
  results.push({ predict: toText(predict), gradient: toText(gradient) })
}
if (output !== null) output.textContent = JSON.stringify({ device: backend.device.name, results })
