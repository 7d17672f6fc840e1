// What is doubtful in the text of a model and of the user's units: warnings that need no expansion, or little of it.
import type { Fn, Unit } from '../../../dsl/ast.ts'
import type { Diagnostic } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import type { Applied } from '../values/scope.ts'
import { lateReturns } from './lateReturns.ts'
import type { LinkedProgram } from './linkProgram.ts'
import { unusedIn, usesIn } from './unusedNames.ts'

/**
 * RNN342 and RNN343 of one model, and of all units and fns of the user's files. `applied` is what the model applied them to;
 * without a model nothing is known of that.
 */
export function doubts(program: LinkedProgram, model?: Unit, applied: readonly Applied[] = []): Diagnostic[] {
  const own = [...program.topLevel.values()]
    .flatMap((e): (Unit | Fn)[] => (e.kind === 'template' ? [e.unit] : e.kind === 'fn' ? [e.fn] : []))
    .filter(u => !inLibrary(u.span))
  const uses = { ...usesIn(own, program.trains), applied }
  // What other files import, they may use in ways that this one does not.
  const isWhole = (u: Unit | Fn): boolean => program.models.length > 0 && u.span.file === program.program.span.file
  const judged = own.filter(u => u === model || u.kind === 'fn' || u.unit !== 'model')
  return judged.flatMap(u => [
    ...unusedIn(u, { ...uses, whole: isWhole(u) }),
    ...(u.kind === 'unit' ? lateReturns(u) : []),
  ])
}
