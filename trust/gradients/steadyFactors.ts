// The factor a step by which a gradient may shrink or grow and count as steady.

/** Below the one a gradient loses more than 99 % in a hundred steps, above the other it grows more than a hundredfold. */
export const steadyFactors = { from: 0.95, to: 1.05 } as const
