// Compiles the text of a program to a model with types.
import { type CompileOptions, compile as compileUntyped } from '../../compiler/index.ts'
import type { AnyTypes, Model, ModelTypes, Source } from './modelTypes.ts'
import { checkOptions } from './options.ts'

/**
 * Compiles a program, and checks all of it. A source that was imported by its declaration (`rnnc types m.rnn`) gives the types of
 * its values; for a text from elsewhere name them: `compile<First>(text)`. Throws one RnnError with all errors of the program.
 */
export function compile<M extends ModelTypes = AnyTypes>(source: Source<M>, options: CompileOptions = {}): Model<M> {
  checkOptions(options)
  return compileUntyped(source, options)
}
