// Range of the factor per step within which a gradient counts as steady: neither vanishing nor exploding.

/** Below `from` a gradient loses more than 99 % in a hundred steps, above `to` it grows more than a hundredfold. */
export const steadyFactors = { from: 0.95, to: 1.05 } as const
