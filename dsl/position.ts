// Places in a source file: from a character's offset to its line and column.

/** A line and a column, both from 1, as editors count them. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The position of a character; an offset past the end is that of the end. */
export function position(source: string, offset: number): Position {
  const before = source.slice(0, Math.max(0, offset))
  const line = before.split('\n').length
  return { line, column: before.length - before.lastIndexOf('\n') }
}

/** The lines of a source, without their ends. An empty source has one empty line. */
export function lines(source: string): string[] {
  return source.split(/\r?\n/)
}
