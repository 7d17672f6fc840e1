// Mutants that change nothing, each with the identity that makes it so.
export const equivalent: Readonly<Record<string, string>> = {}
