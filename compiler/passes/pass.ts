// A pass: a function from block to block, and the promise it makes.
import type { Context } from '../ir/builder.ts'
import type { Block } from '../ir/graph.ts'

export interface Pass {
  readonly name: string
  /** The property that the result has, in one line. */
  readonly contract: string
  /** Returns the new block, for the same parameters and results; unchanged parts are shared. */
  readonly run: (context: Context, block: Block) => Block
}
