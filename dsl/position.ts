// Places in a source file: from a character's offset to its line and column.

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
export function position(source: string, offset: number): Position {
  const before = lines(source.slice(0, Math.max(0, offset)))
  return { line: before.length, column: before[before.length - 1].length + 1 }
}
