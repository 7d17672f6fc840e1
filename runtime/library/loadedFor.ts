// Checks that what `loadData` and `loadInputs` have read is for the model that it is passed with.
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { describePort } from '../data/bindSizes.ts'
import type { Example, Part } from '../data/example.ts'

/** Examples that were read, with the sizes that they bound. */
interface Loaded {
  readonly part: Part
  readonly sizes: Sizes
}

/** RNN509 unless a part has examples of each of these ports, in their shapes; `what` is the function that takes it. */
export function checkLoaded(what: string, { name }: Signature, ports: readonly Port[], { part, sizes }: Loaded): void {
  for (const port of ports) {
    const has = Object.hasOwn(part.ports, port.name)
    if (has && (part.count === 0 || fits(port, part.ports[port.name].at(0), sizes))) continue
    const found = has ? `data whose \`${port.name}\` is no ${describePort(port)}` : `data without \`${port.name}\``
    const help = 'pass the same model to the function that loads the data'
    fail('RNN509', { what, expected: `data of the model \`${name}\``, found }, { help })
  }
}

/** Whether an example has the axes and the item of a port. */
function fits({ axes, item }: Port, { lengths, values, count }: Example, sizes: Sizes): boolean {
  if (lengths.length !== axes.length) return false
  const isKnown = item.every(dim => symbolsOf(dim).every(symbol => Object.hasOwn(sizes, symbol)))
  return !isKnown || values.length === item.reduce((n, dim) => n * evaluate(dim, sizes), count)
}

/** RNN509 for options that say how examples are read, where `loadData` or `loadInputs` has read them already. */
export function refuseReading(options: Readonly<Record<string, unknown>>): void {
  const what = Object.keys(options).find(name => options[name] !== undefined)
  if (what === undefined) return
  const help = 'say it in the data block, or in the options of the function that loads the data'
  fail('RNN509', { what, expected: 'examples that the program holds itself', found: 'data that was loaded' }, { help })
}
