// The list of all built-in functions.
import type { Builtin } from '../values/builtinFunction.ts'
import { endBuiltins } from './ends.ts'
import { matrixBuiltins } from './matrices.ts'
import { moveBuiltins } from './moves.ts'
import { axisBuiltins } from './ofAxis.ts'
import { penaltyBuiltins } from './penalties.ts'
import { pointwiseBuiltins } from './pointwise.ts'
import { probabilityBuiltins } from './probabilities.ts'
import { reductionBuiltins } from './reductions.ts'
import { wholeSetBuiltins } from './wholeSet.ts'

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...pointwiseBuiltins,
    ...reductionBuiltins,
    ...endBuiltins,
    ...moveBuiltins,
    ...axisBuiltins,
    ...matrixBuiltins,
    ...probabilityBuiltins,
    ...wholeSetBuiltins,
    ...penaltyBuiltins,
  ].map(b => [b.name, b]),
)
