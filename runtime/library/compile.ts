// Compiles the text of a program to a model with types.
import { type CompileOptions, compile as compileUntyped } from '../../compiler/index.ts'
import { isObject } from '../json.ts'
import type { AnyTypes, Model, ModelTypes, Source } from './modelTypes.ts'
import { checkArgument, checkOptions, type Rules, rules } from './options.ts'

const asked: Rules<CompileOptions> = {
  file: rules.text,
  model: rules.text,
  sets: {
    expected: 'numbers by name',
    holds: value => isObject(value) && Object.values(value).every(number => typeof number === 'number'),
  },
  settings: {
    expected: 'texts by name',
    holds: value => isObject(value) && Object.values(value).every(text => typeof text === 'string'),
  },
  read: rules.callback,
  ops: rules.object,
  expanded: rules.later,
  train: rules.object,
  onEvaluate: rules.callback,
  onDump: rules.callback,
  pipeline: rules.later,
  windows: rules.later,
  readsOwnAnswers: rules.flag,
}

/**
 * Compiles a program, and checks all of it. A source that was imported by its declaration (`rnnc types m.rnn`) gives the types of
 * its values; for a text from elsewhere name them: `compile<First>(text)`. Throws one RnnError with all errors of the program.
 */
export function compile<M extends ModelTypes = AnyTypes>(source: Source<M>, options: CompileOptions = {}): Model<M> {
  checkArgument('compile', { ...rules.text, expected: 'the text of a program' }, source)
  checkOptions(options, asked)
  return compileUntyped(source, options)
}
