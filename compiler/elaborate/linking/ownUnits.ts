// Lists the units and fns of the user's files.
import type { Fn, Unit } from '../../../dsl/ast.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import type { LinkedProgram } from './linkProgram.ts'

/** Lists the units and fns that the files of a program define, its imports too, without those of the library. */
export const ownUnits = ({ topLevel }: LinkedProgram): (Unit | Fn)[] =>
  [...topLevel.values()]
    .flatMap((e): (Unit | Fn)[] => (e.kind === 'template' ? [e.unit] : e.kind === 'fn' ? [e.fn] : []))
    .filter(u => !inLibrary(u.span))
