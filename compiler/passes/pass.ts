// A pass: a function from block to block, and the promise it makes.
import type { Context } from '../ir/builder.ts'
import type { Block } from '../ir/graph.ts'

export interface Pass {
  readonly name: string
  /** What holds of the result, in one line. */
  readonly contract: string
  /** The block afterwards, for the same parameters and results; shares what did not change. */
  readonly run: (context: Context, block: Block) => Block
}
