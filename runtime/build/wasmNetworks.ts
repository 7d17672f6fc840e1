// Writes networks as WebAssembly: one binary for all of them, and for each what its memory holds.

import type { Precision } from '../../compiler/backend/backend.ts'
import { assemble } from '../../compiler/backend/wasm.ts'
import type { Plan } from '../../compiler/index.ts'
import { type Dim, product } from '../../compiler/ir/dim.ts'
import { buffersOfWays } from '../../compiler/plan/choiceBuffers.ts'
import type { Buffer } from '../../compiler/plan/plan.ts'
import { overwritingOutputs } from '../../compiler/plan/ports.ts'
import { storedInputs } from '../../compiler/plan/storedInputs.ts'
import type { PlanSchedule } from '../../compiler/schedule/schedule.ts'
import type { Slot } from '../../compiler/schedule/slots.ts'
import { elementBytes } from '../../compiler/schedule/target.ts'
import { base64 } from './base64.ts'
import { sizeCode } from './codeOf.ts'
import { realArray } from './layout.ts'
import { packed } from './lz4.ts'

/** Lines that define functions which make the networks of plans, by the names of the functions. */
export function wasmNetworks(
  plans: Readonly<Record<string, Plan>>,
  precision: Precision,
  { backend, relaxed }: { readonly backend: string; readonly relaxed: boolean },
): string[] {
  const { bytes, schedules } = assemble(Object.values(plans), precision, { relaxed })
  return [
    '// The code of the networks, which `binary` makes at its first call.',
    `const code = '${base64(packed(bytes))}'`,
    'let made',
    `const binary = () => (made ??= new WebAssembly.Module(unpack(decode(code, Uint8Array), ${bytes.length})))`,
    ...Object.entries(plans).flatMap(([name, plan], i) => [
      '',
      `// The memory of ${plan.name}.`,
      `const ${name} = () => wasmNetwork('${backend}', '${schedules[i].run}', s => ({`,
      ...layoutLines(plan, schedules[i], precision).map(line => `  ${line}`),
      '}))',
    ]),
  ]
}

/** Code for a size, which is a property of `s`: a module has many. */
const code = (dim: Dim): string => sizeCode(dim, 's')

/** The number of a slot before addresses are known, as code. */
function inFrame(slot: Slot): string {
  if (slot.kind === 'size') return code(slot.dim)
  return slot.kind === 'unpacked' ? '1' : '0'
}

/** Lines of what the memory of a network holds for given sizes. */
function layoutLines(plan: Plan, { slots, buffers }: PlanSchedule, precision: Precision): string[] {
  const typeOf = ({ dtype }: Buffer): string => (dtype === 'real' ? realArray(precision) : 'Int32Array')
  const inputs = storedInputs(plan)
  // What no code reads has a number in the frame too, the last.
  const slotOf = (buffer: Buffer): number => {
    const found = slots.findIndex(s => s.kind === 'buffer' && s.buffer === buffer)
    return found < 0 ? slots.length : found
  }
  const overwritten = overwritingOutputs(plan)
  const ways = buffersOfWays(plan)
  const bytesOf = (buffer: Buffer): string => {
    const bytes = `${elementBytes({ real: precision }, buffer.dtype)} * (${code(buffer.size)})`
    const way = ways.get(buffer)
    if (way === undefined) return bytes
    const test = `${code(way.less)} < ${code(way.than)}`
    return way.first ? `${test} ? ${bytes} : 0` : `${test} ? 0 : ${bytes}`
  }
  const own = buffers.filter(b => !inputs.has(b))
  const rooms = slots.flatMap((s, i) => (s.kind === 'room' ? [`[${i}, ${s.bytes}]`] : []))
  return [
    `frame: [${[...slots.map(inFrame), '0'].join(', ')}],`,
    'taken: [',
    ...[...inputs].map(([buffer, ports]) => {
      const arrays = ports.map(({ name, shape }) => {
        return `[${JSON.stringify(name)}, ${code(product(shape))}${overwritten.has(name) ? ', true' : ''}]`
      })
      return `  [${slotOf(buffer)}, ${typeOf(buffer)}, [${arrays.join(', ')}]],`
    }),
    '],',
    `own: [${[...own.map(b => `[${slotOf(b)}, ${bytesOf(b)}]`), ...rooms].join(', ')}],`,
    'results: [',
    ...plan.outputs.flatMap(({ name, operand: { buffer }, shape }) =>
      inputs.has(buffer)
        ? []
        : [`  [${JSON.stringify(name)}, ${typeOf(buffer)}, ${own.indexOf(buffer)}, ${code(product(shape))}],`],
    ),
    '],',
  ]
}
