// Formats items, types, dims and axes for messages.
import { constant, type Dim, equal, formatLabel, unlabelled } from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import { type Axis, type Coding, sameItem, type Tensor } from './tensor.ts'

/** Formats an item, without its axes: `[units]`, `real`, `token of V`. */
export function formatItem(t: { dtype: DType; item: readonly Dim[]; coding?: Coding }): string {
  if (t.coding !== undefined) return `${t.coding.kind} of ${formatLabel(t.coding.size)}`
  return t.item.length === 0 ? t.dtype : formatDims(t.item)
}

/** Formats an item and axes as a declaration writes them: `[units] over T`. */
export const formatType = (t: Parameters<typeof formatItem>[0], axes: readonly { readonly name: string }[]): string =>
  formatItem(t) + axes.map(a => ` over ${a.name}`).join('')

/** Formats dims in the names of the source: `[units]`. */
export const formatDims = (dims: readonly Dim[]): string => `[${dims.map(formatLabel).join(', ')}]`

/** Formats dims by names and sizes, `[D, units] = [28, 64]`, or once if both are the same. */
export function formatBoth(dims: readonly Dim[]): string {
  const named = formatDims(dims)
  const plain = formatDims(dims.map(unlabelled))
  return named === plain ? named : `${named} = ${plain}`
}

/** Formats axes for messages: `T and S`, or `nothing`. */
export const formatAxes = (axes: readonly Axis[]): string =>
  axes.length === 0 ? 'nothing' : axes.map(a => a.name).join(' and ')

/** Suggests taking the only element of a `[1]` where a scalar is meant: the two are different types. */
export function onlyElement(expected: readonly Dim[], found: Pick<Tensor, 'item' | 'name'>): { help?: string } {
  const isOne = found.item.length === 1 && equal(found.item[0], constant(1))
  if (!isOne || sameItem(expected, found.item)) return {}
  const element = found.name === '' ? 'write `[0]` after it' : `write \`${found.name}[0]\``
  return { help: `a [1] is a vector; for its only element ${element}` }
}
