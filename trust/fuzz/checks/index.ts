// Lists the checks of the fuzzer. Those that can say where a fault lies come first.
import type { Check } from '../fuzzCheck.ts'
import { agreement } from './agreement.ts'
import { batchMates } from './batchMates.ts'
import { complexStep } from './complexStep.ts'
import { derivatives } from './derivatives.ts'
import { inside } from './inside.ts'
import { memory } from './memory.ts'
import { oneByOne } from './oneByOne.ts'
import { padding } from './padding.ts'
import { plans } from './plans.ts'
import { reversal } from './reversal.ts'
import { scaling } from './scaling.ts'
import { splitting } from './splitting.ts'
import { streaming } from './streaming.ts'
import { truncation } from './truncation.ts'
import { twice } from './twice.ts'
import { unchosen } from './unchosen.ts'

export const checks: readonly Check[] = [
  derivatives,
  agreement,
  complexStep,
  inside,
  padding,
  oneByOne,
  batchMates,
  scaling,
  reversal,
  splitting,
  truncation,
  streaming,
  twice,
  unchosen,
  plans,
  memory,
]

/** All checks, each to run on every program: for a case that is run again. */
export const allAtOnce: readonly Check[] = checks.map(({ every: _, ...check }) => check)
