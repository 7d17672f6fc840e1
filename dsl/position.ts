// Converts the offset of a character in a source file to its line and column.

/** A line and a column, both from 1, as editors count them. */
export interface Position {
  readonly line: number
  readonly column: number
}

const lineEnd = /\r\n|\r|\n/

/** The lines of a source, without their ends. An empty source has one empty line. */
export function lines(source: string): string[] {
  return source.split(lineEnd)
}

/** The position of a character; an offset past the end is that of the end. */
export const position = (source: string, offset: number): Position => positionsIn(source)(offset)

/** Makes a function that gives the position of any character; it scans the source once. */
export function positionsIn(source: string): (offset: number) => Position {
  const starts = [0, ...[...source.matchAll(new RegExp(lineEnd, 'g'))].map(end => end.index + end[0].length)]
  return offset => {
    const place = Math.min(Math.max(0, offset), source.length)
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle] <= place) low = middle
      else high = middle
    }
    return { line: low + 1, column: place - starts[low] + 1 }
  }
}
