// Exports the judges of gradients and compilers: finite differences, vanishing gradients by lag, the origin of a NaN, random programs.

export { byLag, type LagReport, type StateLags } from './gradients/byLag.ts'
export { type CheckOptions, checkGradients } from './gradients/checkGradients.ts'
export { checkGradientsAt, type GradientCheck } from './gradients/checkGradientsAt.ts'
export { type FiniteOptions, firstNotFinite, type NotFinite, type Origin } from './gradients/firstNotFinite.ts'
export { perturbed } from './gradients/perturbed.ts'
export { steadyFactors } from './gradients/steadyFactors.ts'
