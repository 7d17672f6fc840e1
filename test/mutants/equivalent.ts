// Mutants that change nothing, each with the identity that makes it so.
const either =
  'log1p(-p) and the logarithm of the sum of the others are one number where p is neither 0 nor 1: which of them is taken where is a matter of rounding, and test/programs/stableLogs.test.ts judges that'
const convention =
  '0 / c is 0: that the slope of a length is 0 where the length is, is a convention, and its own slope there, which c would tell, is one as well'
const neverEmpty = 'a step is a window of one element: what stood before an empty window is not read'
const bothFactors =
  'both factors of a product over the steps are brought into the same order, so that both are negated: (-a)(-b) = a b'

export const equivalent: Readonly<Record<string, string>> = {
  'norm.vjp constant 2: one more': convention,
  'norm.vjp constant 2: negated': convention,
  'simplify log-combined concat 1: first operands of a type exchanged': 'log(p + q) = log(q + p)',
  'simplify log-complement constant 2: one more': either,
  'simplify log-selection lt 2: first operands of a type exchanged': either,
  'simplify log-complement constant 3: one more':
    'of where(t, 0, -p) the first is read where the result is discarded, by the choice of the same t',
  'simplify concat-one result: first negated':
    'a list of one is made of the norm of a lone gradient alone, and is read by a norm: that of -x is that of x',
  'sink reshape: negated': bothFactors,
  'sink transpose: negated': bothFactors,
  'stream cross broadcast: dropped': neverEmpty,
  'stream cross broadcast: negated': neverEmpty,
  'stream cross broadcast: first operand another value': neverEmpty,
  'stream cross transpose: negated':
    'a state that is negated as the batch is put first in it is negated again as the batch is put back',
  'checkpoint scan: recompute flipped': 'recompute says what a scan keeps for its gradient, and not what it gives',
}
