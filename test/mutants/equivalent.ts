// Mutants that change nothing, each with the identity that makes it so.
export const equivalent: Readonly<Record<string, string>> = {
  'simplify log-complement constant 2: one more':
    'log1p(-p) and the logarithm of the sum of the others are one number where p is neither 0 nor 1: which of them is taken where is a matter of rounding, and test/programs/stableLogs.test.ts judges that',
  'simplify log-complement constant 3: one more':
    'of where(t, 0, -p) the first is read where the result is discarded, by the choice of the same t',
  'checkpoint scan: recompute flipped': 'recompute says what a scan keeps for its gradient, and not what it gives',
}
