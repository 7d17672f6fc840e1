// Finds the axes that the lengths of a ragged axis are over.
import type { AxisSignature, Signature } from '../compiler/elaborate/values/signature.ts'

/** The axes before one, outermost first, where an input or target declares it. */
export function axesAround({ inputs, targets }: Signature, name: string): readonly AxisSignature[] {
  const axes = [...inputs, ...targets].map(p => p.axes).find(all => all.some(a => a.name === name)) ?? []
  return axes.slice(
    0,
    axes.findIndex(a => a.name === name),
  )
}
