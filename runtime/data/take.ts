// Takes components of items by number: x[2], x[1:3].
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { once } from '../once.ts'
import { asWritten, rounding } from './rounding.ts'
import { type Elements, type Numbers, type Series, seriesOf, widthOf, withSeries } from './value.ts'

/** Places in an item, from 0: one, which leaves a scalar, or a range, whose end may be left out. */
export type Places =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'range'; readonly from: number; readonly to?: number }

/** Takes the components at some places of each item. RNN217 for a place outside of the item. */
export function take(value: Elements, places: Places, span: Span): Elements {
  const series = seriesOf(value)
  const { item, isOpen, labels, large } = series
  const width = widthOf(series)
  const from = places.kind === 'at' ? places.at : places.from
  const to = places.kind === 'at' ? from + 1 : (places.to ?? (isOpen ? from + 1 : width))
  const isInside = from >= 0 && from <= to && (isOpen || (item.length > 0 && to <= width))
  if (!isInside) {
    const index = places.kind === 'at' ? String(from) : `${from}:${places.to ?? ''}`
    fail('RNN217', { index, shape: item.length === 0 ? 'a single number' : `[${width}]` }, { span })
  }
  const taken = to - from
  const count = series.rows * taken
  const placeBefore = (place: number): number => Math.floor(place / taken) * width + from + (place % taken)
  const picked = <A extends Numbers>(all: Numbers, made: A): A => {
    for (let i = 0; i < count; i++) made[i] = all[placeBefore(i)]
    return made
  }
  const values = series.values.components(from, to)
  const each = <T>(all: readonly T[]): readonly T[] => (all.length === 1 ? all : all.slice(from, to))
  const { encoding } = series
  const made: Series = {
    ...series,
    item: places.kind === 'at' ? [] : [taken],
    values,
    encoding: encoding.kind === 'numbers' ? { ...encoding, chains: each(encoding.chains) } : encoding,
    origins: each(series.origins),
    ...(labels && {
      labels: once(() => ({ texts: labels().texts, codes: picked(labels().codes, new Int32Array(count)) })),
    }),
    ...(large && { large: placed(large, width, from, to) }),
    rounding: series.rounding.isWritten
      ? asWritten(values)
      : rounding(
          [series.rounding],
          ([own]) => picked(own, new Float64Array(count)),
          ([at]) =>
            place =>
              at(placeBefore(place)),
        ),
  }
  return withSeries(value, made)
}

/** Keeps the texts at the places that are taken, at their new places. */
function placed(
  large: ReadonlyMap<number, string>,
  width: number,
  from: number,
  to: number,
): ReadonlyMap<number, string> {
  const kept = [...large].flatMap(([place, text]): [number, string][] => {
    const component = place % width
    if (component < from || component >= to) return []
    return [[Math.floor(place / width) * (to - from) + component - from, text]]
  })
  return new Map(kept)
}
