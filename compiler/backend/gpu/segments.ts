// What a buffer holds where results are never changed: stretches of the results of kernels, as later ones lie over earlier ones.

import type { Buffer } from '../../plan/plan.ts'

/** A result of a kernel, or what is given for a buffer of inputs. */
export type Value =
  | { readonly kind: 'call'; readonly call: number; readonly length: number }
  | { readonly kind: 'input'; readonly buffer: Buffer; readonly length: number }

/** Elements of a buffer that lie one after the other in a value. */
export interface Segment {
  readonly start: number
  readonly length: number
  readonly value: Value
  /** Where in the value the first of them lies. */
  readonly place: number
}

/** Part of a range: a segment, or what nothing was written to. */
export type Piece = Segment | { readonly start: number; readonly length: number; readonly value: undefined }

/** Segments in order, none of which overlaps another, with a new one over them. */
export function overlaid(segments: readonly Segment[], fresh: Segment): readonly Segment[] {
  const end = fresh.start + fresh.length
  const before = segments.flatMap(s => cut(s, s.start, fresh.start))
  const behind = segments.flatMap(s => cut(s, end, s.start + s.length))
  return [...before, fresh, ...behind]
}

/** What lies from `start` to `end`, without gaps. */
export function pieces(segments: readonly Segment[], start: number, end: number): readonly Piece[] {
  const list: Piece[] = []
  let at = start
  const gap = (to: number): void => {
    if (to > at) list.push({ start: at, length: to - at, value: undefined })
  }
  for (const segment of segments.flatMap(s => cut(s, start, end))) {
    gap(segment.start)
    list.push(segment)
    at = segment.start + segment.length
  }
  gap(end)
  return list
}

/** The part of a segment from `start` to `end`, if there is one. */
function cut(segment: Segment, start: number, end: number): Segment[] {
  const from = Math.max(segment.start, start)
  const to = Math.min(segment.start + segment.length, end)
  if (to <= from) return []
  return [{ ...segment, start: from, length: to - from, place: segment.place + from - segment.start }]
}
