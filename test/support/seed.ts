// One seed for every property: SEED if it is given, a fixed one in CI, so that a green run stays green, else a new one each
// time. A failure prints it, with the path to its case.
import fc from 'fast-check'

export const seed = Number(process.env.SEED ?? (process.env.CI === undefined ? Date.now() % 2 ** 31 : 2009))

fc.configureGlobal({ seed })
