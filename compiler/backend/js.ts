// The plain JavaScript backend.
import { fail } from '../../dsl/diagnostics.ts'
import { messageOf } from '../../dsl/messageOf.ts'
import type { Plan } from '../plan/plan.ts'
import type { Backend, Executable, Precision } from './backend.ts'
import { programText } from './js/programText.ts'

export interface JsBackend extends Backend {
  /** The text of an ES module that exports `create(): Executable`, and imports nothing. */
  emit(plan: Plan, precision: Precision): string
  /** The same program as statements, with `create` not exported. */
  define(plan: Plan, precision: Precision): string
}

/** The JavaScript backend, which runs everywhere and takes every plan. */
export const js: JsBackend = {
  name: 'js',
  // Looking rows up takes longer here than reading a whole gradient: the loop over a row has a test for each number.
  lacks: ['quick lookups'],
  refuses: () => undefined,
  emit: (plan, precision) => programText(plan, precision, 'export '),
  define: (plan, precision) => programText(plan, precision, ''),
  load: (plan, precision): Executable => {
    const instantiate = functionOf(`${programText(plan, precision, '')}\nreturn create()`)
    return instantiate()
  },
}

/** Makes a function of a text. RNN526 in a page that forbids it. */
function functionOf(text: string) {
  try {
    return new Function(text)
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    return fail('RNN526', { target: 'js', reason: messageOf(error), word: "'unsafe-eval'" })
  }
}
