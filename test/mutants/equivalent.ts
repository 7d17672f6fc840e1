// Mutants that change nothing, each with the identity that makes it so.
const root =
  'sqrt: where(p, 1 / (2 where(p, y, c)), 0) is the same for every c: what comes of it is discarded outside, and what flows back to it inside, by the choice of the same p'
const power =
  'pow: where(y = 0, 0, y where(y = 0, c, x)^(y - 1)) is the same for every c but 0: the choice inside is read only where the one outside discards it'

export const equivalent: Readonly<Record<string, string>> = {
  'sqrt.vjp constant 3: one more': root,
  'sqrt.vjp constant 3: negated': root,
  'sqrt.vjp broadcast 3: negated': root,
  'sqrt.vjp broadcast 3: dropped': root,
  'pow.vjp constant 2: one more': power,
  'checkpoint scan: recompute flipped': 'recompute says what a scan keeps for its gradient, and not what it gives',
}
