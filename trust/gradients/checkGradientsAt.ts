// Checks the compiled gradient of a model against differences of its loss and dual numbers, in float64.
import type { Backend, Buffer } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import type { CompiledModel, Signature } from '../../compiler/index.ts'
import { unravel } from '../../compiler/ir/array.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { permutation, type Random, random } from '../../runtime/random.ts'
import { drawInputs, type Weights } from '../../runtime/session.ts'
import { alongDirection, type Direction, signed } from './direction.ts'
import { inDouble } from './inDouble.ts'
import { type InputStep, inputSteps } from './inputSteps.ts'
import { exact, type JudgeName, judge, type Verdict } from './judge.ts'
import { type Cause, locate } from './locate.ts'
import { createSubject, type Subject, sizeIn } from './subject.ts'

export interface CheckOptions {
  /** What runs the gradient that is checked: `js` if left out. */
  readonly backend?: Backend
  /** Seed of the weights, directions and samples; 1 if left out. */
  readonly seed?: number
  /** Above this many elements in all, directions and samples are checked instead of every element. */
  readonly most?: number
  /** The largest relative error, against differences, that passes. */
  readonly tolerance?: number
  /** Trusted compilation of the same program, whose loss judges; the model itself if left out. */
  readonly reference?: CompiledModel
  /** After each element and direction; the fraction of the whole that is done. */
  readonly onProgress?: (done: number) => void
}

export interface ParameterCheck {
  readonly name: string
  /**
   * Largest gap over the elements compared, relative to the largest element; the judge that it is to, and the gap that this judge allows.
   */
  readonly error: number
  readonly judge: JudgeName
  readonly allowed: number
  /** Whether the error is within the tolerance, or below the rounding error of the gradient and of a difference. */
  readonly passed: boolean
  readonly elements: number
  readonly checked: number
  readonly worst: { readonly index: readonly number[]; readonly gradient: number; readonly difference: number }
}

export type DirectionCheck = Pick<Verdict, 'error' | 'judge' | 'allowed'>

/** The gradient of one step of a real input or target, along a random direction and on its own scale. */
export interface StepCheck {
  readonly name: string
  /** The place along the input's first axis; absent for an input that has none. */
  readonly step?: number
  readonly error: number
  readonly judge: JudgeName
  readonly allowed: number
  readonly passed: boolean
}

/** What a check of a gradient has found. */
export interface GradientCheck {
  readonly passed: boolean
  readonly tolerance: number
  /** Whether every element was compared, or random directions and sampled elements. */
  readonly method: 'all elements' | 'directions and samples'
  readonly parameters: readonly ParameterCheck[]
  /** By input and step, so that late steps cannot hide early ones: the first, the last, and some of those between where there are many. */
  readonly steps: readonly StepCheck[]
  /** The relative errors of derivatives along random directions of all parameters. */
  readonly directions: readonly DirectionCheck[]
  /** How many derivatives lay on a kink, where any slope between those of its sides is right, and how many at a jump. */
  readonly kinks: number
  readonly jumps: number
  /** Place where a gradient that did not pass goes wrong, if the rule of an operation is at fault. */
  readonly cause?: Cause
  readonly backend: string
}

/** Samples of each parameter, where there are too many elements, and random directions of all. */
const samples = 4
const directionCount = 8
/** Steps of each input, where it has more. */
const mostSteps = 32

/**
 * Judges gradients at `weights` for one batch. Signed random directions of all parameters come first, then the elements of each parameter
 * and the steps of each real input. `batch` and `sizes` are those of `randomBatch`, or of `pack`; the model has a loss and parameters.
 * Throws the errors of `checkSizes`, and RNN511 where the loss is not finite.
 */
export function checkGradientsAt(
  model: CompiledModel,
  weights: Weights,
  batch: Readonly<Record<string, Buffer>>,
  sizes: Sizes,
  options: CheckOptions = {},
): GradientCheck {
  const { backend = js, seed = 1, most = 5000, tolerance = 1e-6, reference = model } = options
  model.checkSizes(sizes)
  const place = { backend, sizes, inputs: inDouble({ ...drawInputs(seed, 0), ...batch, ...weights }) }
  const subject = createSubject({
    gradient: { context: model.context, graph: model.gradient({ inputs: true }) },
    loss: { context: reference.context, graph: reference.evaluate() },
    ...place,
  })
  if (!Number.isFinite(subject.loss)) {
    fail('RNN511', { value: String(subject.loss) })
  }

  const draw = random(seed, 'gradcheck')
  const names = model.signature.parameters.map(p => p.name)
  const { all, parameters, elements, steps } = choose(model.signature, subject, most, draw)
  const work = directionCount + steps.length + [...elements.values()].reduce((n, places) => n + places.length, 0)
  const counts = { done: 0, kink: 0, jump: 0, right: 0, wrong: 0 }
  const tryDirection: TryDirection = (direction, scale) => {
    const verdict = judge(subject, direction, { scale, tolerance })
    counts[verdict.kind]++
    options.onProgress?.(++counts.done / work)
    return verdict
  }

  const directions = Array.from({ length: directionCount }, () => {
    const direction = new Map(parameters.map(name => [name, signed(sizeIn(subject, name), draw)]))
    return tryDirection(direction, alongDirection(subject, direction).scale)
  })
  const checked = names.map(name => checkParameter(subject, name, elements.get(name) ?? [], tryDirection))
  const bySteps = steps.map(step => checkStep(subject, step, draw, tryDirection))
  const passed = counts.wrong === 0 && checked.every(p => p.passed)
  return {
    passed,
    tolerance,
    method: all ? 'all elements' : 'directions and samples',
    parameters: checked,
    steps: bySteps,
    directions: directions.map(({ error, judge, allowed }) => ({ error, judge, allowed })),
    kinks: counts.kink,
    jumps: counts.jump,
    ...(!passed && { cause: locate({ context: model.context, graph: model.evaluate() }, place) }),
    backend: subject.backend,
  }
}

type TryDirection = (direction: Direction, scale: number) => Verdict

/** Places whose derivatives are compared one by one. */
interface Chosen {
  /** Whether these are all elements. */
  readonly all: boolean
  /** Parameters that the loss reads. */
  readonly parameters: readonly string[]
  /** Elements by parameter. */
  readonly elements: ReadonlyMap<string, readonly number[]>
  readonly steps: readonly InputStep[]
}

/** Chooses all elements of the parameters, or some where there are more than `most`, and some steps of each input. */
function choose(signature: Signature, subject: Subject, most: number, draw: Random): Chosen {
  const parameters = signature.parameters.map(p => p.name).filter(name => subject.shapes.has(name))
  const all = parameters.reduce((n, name) => n + sizeIn(subject, name), 0) <= most
  const steps = [...Map.groupBy(inputSteps(signature, subject), s => s.name).values()].flatMap(of => some(of, draw))
  const elements = new Map(parameters.map(name => [name, placesOf(sizeIn(subject, name), all, draw)]))
  return { all, parameters, elements, steps }
}

function checkStep(
  subject: Subject,
  { holds, ...step }: InputStep,
  draw: Random,
  tryDirection: TryDirection,
): StepCheck {
  const direction = new Map([[step.name, signed(sizeIn(subject, step.name), draw).map((s, i) => (holds(i) ? s : 0))]])
  const { kind, error, judge, allowed } = tryDirection(direction, alongDirection(subject, direction).scale)
  return { ...step, error, judge, allowed, passed: kind !== 'wrong' }
}

function checkParameter(
  subject: Subject,
  name: string,
  places: readonly number[],
  tryDirection: TryDirection,
): ParameterCheck {
  const gradient = subject.gradients.get(name) ?? new Float64Array()
  const scale = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0)
  const judged = places.map(place => {
    const unit = new Float64Array(gradient.length)
    unit[place] = 1
    return { place, ...tryDirection(new Map([[name, unit]]), scale) }
  })
  const worst = judged.reduce((a, b) => (rank(b) > rank(a) ? b : a), judged[0] ?? { place: 0, ...nothing })
  return {
    name,
    error: worst.error,
    judge: worst.judge,
    allowed: worst.allowed,
    // A parameter that the loss does not read has the gradient zero.
    passed: judged.every(v => v.kind !== 'wrong') && (subject.shapes.has(name) || scale === 0),
    elements: gradient.length,
    checked: places.length,
    worst: {
      index: unravel(worst.place, subject.shapes.get(name) ?? []),
      gradient: worst.gradient,
      difference: worst.difference,
    },
  }
}

/** Ranks a wrong verdict above any that is merely inexact. */
const rank = ({ kind, error }: Verdict): number =>
  (kind === 'wrong' ? 1e300 : 0) + (Number.isNaN(error) ? Number.MAX_VALUE : error)

/** Verdict on a parameter without elements. */
const nothing: Verdict = {
  kind: 'right',
  gradient: 0,
  tangent: 0,
  difference: 0,
  error: 0,
  judge: 'forward mode',
  allowed: exact,
}

/** Chooses the first step, the last, and others between them. */
function some(steps: readonly InputStep[], draw: Random): readonly InputStep[] {
  if (steps.length <= mostSteps) return steps
  const between = permutation(steps.length - 2, draw)
    .subarray(0, mostSteps - 2)
    .sort()
  return [steps[0], ...Array.from(between, i => steps[i + 1]), steps[steps.length - 1]]
}

/** Chooses all places, or a few different ones. */
const placesOf = (length: number, all: boolean, draw: Random): readonly number[] =>
  all ? Array.from({ length }, (_, place) => place) : Array.from(permutation(length, draw).subarray(0, samples))
