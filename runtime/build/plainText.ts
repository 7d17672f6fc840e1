// Writes what a built module needs to know of its inputs and outputs to take lists in lists, and to answer example by example.
import { type Dim, format, offsetsOf, symbolsOf } from '../../compiler/ir/dim.ts'
import { sizeCode } from './codeOf.ts'
import type { Field, Layout } from './layout.ts'

/** The name of a ragged axis by the size of the batch that a dimension is; undefined for others, such as a fixed length. */
const raggedOf = ({ sizes }: Layout, dim: Dim): string | undefined =>
  sizes.slice(1).find(s => symbolsOf(dim).includes(s.symbol))?.symbol

/** Code for the dims of an input after the examples: numbers, and the names of axes whose lengths differ. */
const inputDims = (layout: Layout, { shape }: Field): string =>
  shape
    .slice(1)
    .map(dim => (raggedOf(layout, dim) === undefined ? sizeCode(dim, 'fixed') : `'${format(dim)}'`))
    .join(', ')

/** Code for the dims of an output: of an axis whose lengths differ, its name and by how much it is shorter. */
const outputDims = (layout: Layout, shape: readonly Dim[]): string =>
  shape
    .slice(1)
    .map(dim => {
      const name = raggedOf(layout, dim)
      return name === undefined ? sizeCode(dim, 'fixed') : `['${name}', ${offsetsOf(dim)[0] ?? 0}]`
    })
    .join(', ')

const entries = (fields: readonly (readonly [name: string, code: string])[]): string =>
  fields.length === 0 ? '{}' : `{ ${fields.map(([name, code]) => `${name}: ${code}`).join(', ')} }`

/** Lines within `create`: the inputs with their dims, and the public names of sizes and lengths. */
export function plainLayoutText(layout: Layout): string[] {
  const { inputs, sizes, lengths, seed } = layout
  const [batch, ...axes] = sizes
  const axisOf = (input: string): string => input.slice(0, -'.lengths'.length)
  return [
    '  const layout = {',
    `    batch: '${batch?.name ?? 'B'}',`,
    `    inputs: ${entries(inputs.map(f => [f.name, `[${inputDims(layout, f)}]`]))},`,
    `    sizes: ${entries(axes.map(s => [s.symbol, `'${s.name}'`]))},`,
    `    lengths: ${entries(lengths.map(l => [axisOf(l.input), `'${l.name}'`]))},`,
    `    others: [${seed === undefined ? '' : `'${seed}'`}],`,
    '  }',
  ]
}

/** Code for the dims of the results of `run`, or with `answered` of the answers of `predict`, which have no distributions. */
export const outputsText = (layout: Layout, answered: boolean): string =>
  entries(
    layout.outputs.map(({ name, port, shape }) => {
      const target = layout.answers.find(a => a.output.name === name)?.target
      const item = answered && target?.codes !== undefined ? port.item.length : 0
      return [name, `[${outputDims(layout, shape.slice(0, shape.length - item))}]`]
    }),
  )
