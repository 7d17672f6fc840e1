// A function of each number by itself that predictions undo: all that data, weights files and built modules need to know of it.

export interface Invertible {
  readonly apply: (x: number) => number
  readonly undo: (y: number) => number
  /** Its slope at x, without its sign: how much it makes of an error. */
  readonly slope: (x: number) => number
  /** `apply` and `undo` in JavaScript, of the text of a number. */
  readonly code: { readonly apply: (x: string) => string; readonly undo: (y: string) => string }
}
