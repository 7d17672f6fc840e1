// A function of single numbers that predictions undo: everything that data, weights files and built modules need of it.

export interface Invertible {
  readonly apply: (x: number) => number
  readonly undo: (y: number) => number
  /** Absolute value of its slope at x: the factor by which it changes an error. */
  readonly slope: (x: number) => number
  /** JavaScript code of `apply` and `undo`, given the text of a number. */
  readonly code: { readonly apply: (x: string) => string; readonly undo: (y: string) => string }
}
