// Warns of doubtful text in a model and in the user's units; this needs little or no expansion.
import type { Fn, Unit } from '../../../dsl/ast.ts'
import type { Diagnostic } from '../../../dsl/diagnostics.ts'
import type { Applied } from '../values/scope.ts'
import { lateReturns } from './lateReturns.ts'
import type { LinkedProgram } from './linkProgram.ts'
import { ownUnits } from './ownUnits.ts'
import { unusedIn } from './unusedNames.ts'
import { usesIn } from './uses.ts'

/**
 * Gives the warnings RNN342 and RNN343 of one model, and of all units and fns of the user's files. `applied` lists the model's uses
 * of them; without a model, no use is known.
 */
export function textWarnings(program: LinkedProgram, model?: Unit, applied: readonly Applied[] = []): Diagnostic[] {
  const own = ownUnits(program)
  const uses = { ...usesIn(own, program.trains), applied }
  // Only units of the main file have all uses in sight: other files may import the rest and use it in other ways.
  const isWhole = (u: Unit | Fn): boolean => program.models.length > 0 && u.span.file === program.program.span.file
  const judged = own.filter(u => u === model || u.kind === 'fn' || u.unit !== 'model')
  return judged.flatMap(u => [
    ...unusedIn(u, { ...uses, whole: isWhole(u) }),
    ...(u.kind === 'unit' ? lateReturns(u) : []),
  ])
}
