// simplify: applies local identities from tables of small rules. Results change by rounding, or as rules/stableLogs.ts tells.

import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'
import { arithmeticRules } from './rules/arithmetic.ts'
import { lastStepRules } from './rules/lastSteps.ts'
import { movementRules } from './rules/movement.ts'
import { normRules } from './rules/norms.ts'
import { scanRules } from './rules/scans.ts'
import { stableLogRules } from './rules/stableLogs.ts'
import { writtenOutRules } from './rules/writtenOut.ts'

/** All rules, in the order in which they are tried. */
export const simplifyRules: readonly Rule[] = [
  ...arithmeticRules,
  ...movementRules,
  ...normRules,
  ...writtenOutRules,
  ...stableLogRules,
  ...scanRules,
  ...lastStepRules,
]

export const simplify: Pass = {
  name: 'simplify',
  contract: 'no rule of the tables applies; logarithms of probabilities are computed from the logits',
  run: (context, block) => rewriteBlock(context, block, simplifyRules),
}
