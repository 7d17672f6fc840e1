// Mutants that change nothing, each with the identity that makes it so.

const tie =
  'it differs only where |x| has its kink, at x = 0: every slope from -1 to 1 is a derivative there, and -1 is one'

/** What `sink` has taken the terms from is left as a sum of nothing, for `simplify` to take away. */
const empty =
  'a carry that starts with 0, and whose terms have all left the loop, stays 0: 0 + 0 = -0 = 0, and whatever is 0 may stand for it'

export const equivalent: Readonly<Record<string, string>> = {
  'abs.vjp constant 2: one more': tie,
  'abs.vjp where 1: operand 1 alone': tie,
  'sink body scan: last carry negated': empty,
  'sink body scan: last carry dropped': empty,
  'sink body moved: negated': empty,
  'sink body moved: dropped': empty,
  'sink body moved: operand 0 alone': empty,
  'sink body moved: operand 1 alone': empty,
  'sink body moved: first operand another value': empty,
  'sink body moved: last operand another value': empty,
}
