// simplify: local identities, as tables of small rules. None changes what a graph computes, but for the last bit.
import { arithmeticRules } from './arithmetic-rules.ts'
import { movementRules } from './movement-rules.ts'
import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'
import { scanRules } from './scan-rules.ts'
import { stableLogRules } from './stable-log-rules.ts'

/** All rules, in the order they are tried. */
export const simplifyRules: readonly Rule[] = [...arithmeticRules, ...movementRules, ...stableLogRules, ...scanRules]

export const simplify: Pass = {
  name: 'simplify',
  contract: 'no rule of the tables applies; logarithms of probabilities are taken from the logits',
  run: (context, block) => rewriteBlock(context, block, simplifyRules),
}
