// One seed for every property: SEED if it is given, else a new one each time. A failure prints it, with the path to its case.
import fc from 'fast-check'

export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

fc.configureGlobal({ seed })
