// The gradient is the derivative: by dual numbers and by differences, along every parameter and at every step.
import { alongDirection, type Direction, signed } from '../../gradients/direction.ts'
import { inputSteps } from '../../gradients/inputSteps.ts'
import { exact, judge } from '../../gradients/judge.ts'
import { locate } from '../../gradients/locate.ts'
import { sizeIn } from '../../gradients/subject.ts'
import type { Check, Outcome } from '../fuzzCheck.ts'
import { inTurn } from '../fuzzCheck.ts'
import { placeOf, type Trial } from '../trial.ts'

/** Differences in float64 of values of size 1 are good to some 1e-10. */
const tolerance = 1e-6

export const derivatives: Check = {
  name: 'derivatives',
  about: 'gradients',
  claim: 'gradients agree with differences and dual numbers, by parameter and by step, relative to the scale of each',
  run: trial => {
    const subject = trial.subject()
    if (!Number.isFinite(subject.loss)) return { checks: 0 }
    const { draw, model } = trial
    const names = [...subject.shapes.keys()].filter(name => sizeIn(subject, name) > 0)
    const some = (of: readonly string[]): Direction => new Map(of.map(n => [n, signed(sizeIn(subject, n), draw)]))
    const parameters = model.signature.parameters.map(p => p.name).filter(name => names.includes(name))
    const differences = [some(names), ...parameters.map(name => some([name]))].map(
      direction => () => byDifferences(trial, direction),
    )
    const steps = inputSteps(model.signature, subject).map(({ name, holds }) => () => {
      const all = signed(sizeIn(subject, name), draw)
      return byTangent(trial, new Map([[name, all.map((s, i) => (holds(i) ? s : 0))]]))
    })
    return inTurn([...differences, ...steps])
  },
}

function byDifferences(trial: Trial, direction: Direction): Outcome {
  const subject = trial.subject()
  const { scale } = alongDirection(subject, direction)
  const verdict = judge(subject, direction, { scale, tolerance })
  const kinks = verdict.kind === 'kink' || verdict.kind === 'jump' ? 1 : 0
  if (verdict.kind !== 'wrong') return { checks: 2, kinks }
  const { gradient, tangent, difference } = verdict
  return wrong(trial, direction, `${gradient}, by dual numbers ${tangent}, by differences ${difference}`)
}

function byTangent(trial: Trial, direction: Direction): Outcome {
  const subject = trial.subject()
  const { sum, scale } = alongDirection(subject, direction)
  const tangent = subject.tangent(direction)
  const size = Math.max(scale, Math.abs(tangent))
  if (Number.isFinite(size) && Math.abs(sum - tangent) <= exact * size) return { checks: 1 }
  const verdict = judge(subject, direction, { scale, tolerance })
  if (verdict.kind !== 'wrong') return { checks: 1, kinks: verdict.kind === 'right' ? 0 : 1 }
  return wrong(trial, direction, `${sum}, by dual numbers ${tangent}`)
}

function wrong(trial: Trial, direction: Direction, numbers: string): Outcome {
  const { model, tested } = trial
  const names = [...direction.keys()]
  const along = names.length > 3 ? `${names.length} parameters and inputs` : names.join(', ')
  return {
    checks: 1,
    failure: {
      message: `the derivative along ${along} is ${numbers}`,
      locate: () =>
        locate({ context: model.context, graph: model.evaluate({ pipeline: tested.pipeline }) }, placeOf(trial)),
    },
  }
}
