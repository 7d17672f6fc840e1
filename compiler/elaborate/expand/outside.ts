// Gives values as the caller of a unit sees them.
import * as D from '../../ir/dim.ts'
import type { Tensor } from '../values/tensor.ts'

/** Removes the unit's own names for sizes, which mean nothing to the caller. */
export const plainItem = <T extends { readonly item: readonly D.Dim[] }>(t: T): T => ({
  ...t,
  item: t.item.map(D.unlabelled),
})

/** Gives a result as the caller sees it: without the names that it and its sizes have inside the unit. */
export const outside = (t: Tensor): Tensor => ({ ...plainItem(t), name: '' })
