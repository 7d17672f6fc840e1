// Examples: what one row of a batch is made of, before it is padded.

/** The value of one input or target in one example. */
export interface Example {
  /** All elements without padding, outermost axis first, the item innermost. */
  readonly values: Float64Array
  /** For each axis, outermost first, its length at each element of the axes before it; one length for the outermost. */
  readonly lengths: readonly ArrayLike<number>[]
}

/** Some examples: for each input and target a list of `count`. */
export interface Part {
  readonly count: number
  readonly ports: Readonly<Record<string, readonly Example[]>>
}
