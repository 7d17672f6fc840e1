// A complex step agrees with dual numbers: two ways of forward mode that share the structure of a program and no formula.
import { alongDirection, signed } from '../../gradients/direction.ts'
import { exact, roundingAlong } from '../../gradients/judge.ts'
import { imaginaryStep, sizeIn } from '../../gradients/subject.ts'
import type { Check } from '../fuzzCheck.ts'

export const complexStep: Check = {
  name: 'complex step',
  claim: 'if every operation is analytic, the imaginary part of a complex step is the derivative',
  run: trial => {
    const subject = trial.subject()
    if (!subject.smooth || !Number.isFinite(subject.loss)) return { checks: 0 }
    const direction = new Map([...subject.shapes.keys()].map(n => [n, signed(sizeIn(subject, n), trial.draw)]))
    const tangent = subject.tangent(direction)
    const step = subject.complexStep(direction)
    // A power of a negative number has no complex logarithm here.
    if (Number.isNaN(step)) return { checks: 0 }
    const { scale } = alongDirection(subject, direction)
    const gap = Math.abs(step - tangent)
    // Terms of third order in the step remain even where the derivative is 0.
    const allowed = exact * Math.max(scale, Math.abs(tangent)) + imaginaryStep
    if (gap <= allowed || gap <= allowed + roundingAlong(subject, direction)) return { checks: 1 }
    return { checks: 1, failure: { message: `by a complex step ${step}, by dual numbers ${tangent}` } }
  },
}
