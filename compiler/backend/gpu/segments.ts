// Tracks the contents of a buffer where arrays are never changed: segments of kernel results, later ones over earlier ones.

import type { Buffer } from '../../plan/plan.ts'

/** The result of a kernel, or the array given for a buffer of inputs. */
export type Value =
  | { readonly kind: 'call'; readonly call: number; readonly length: number }
  | { readonly kind: 'input'; readonly buffer: Buffer; readonly length: number }

/** A range of a buffer whose elements are contiguous in a value. */
export interface Segment {
  readonly start: number
  readonly length: number
  readonly value: Value
  /** Place of the first of them in the value. */
  readonly place: number
}

/** Part of a range: a segment, or a gap that nothing was written to. */
export type Piece = Segment | { readonly start: number; readonly length: number; readonly value: undefined }

/** Lays a new segment over others; these are in order and do not overlap, nor does the result. */
export function overlaid(segments: readonly Segment[], fresh: Segment): readonly Segment[] {
  const end = fresh.start + fresh.length
  const before = segments.flatMap(s => cut(s, s.start, fresh.start))
  const behind = segments.flatMap(s => cut(s, end, s.start + s.length))
  return [...before, fresh, ...behind]
}

/** Lists the segments from `start` to `end`, and the gaps between them. */
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

/** Cuts a segment down to `start` to `end`; empty if nothing is left. */
function cut(segment: Segment, start: number, end: number): Segment[] {
  const from = Math.max(segment.start, start)
  const to = Math.min(segment.start + segment.length, end)
  if (to <= from) return []
  return [{ ...segment, start: from, length: to - from, place: segment.place + from - segment.start }]
}
