// Gathers the evidence on a gradient at one place among the values of parameters and real inputs.
// It is the compiled gradient there, and the loss, its tangent and its complex step along any direction.
import type { Backend, Buffer } from '../../compiler/backend/backend.ts'
import { type Graph, load } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { allEqns } from '../../compiler/ir/graph.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { dropInputs } from '../../compiler/passes/dropInputs.ts'
import { grad } from '../../compiler/passes/grad.ts'
import { greatest } from '../../dsl/greatest.ts'
import { once } from '../../runtime/once.ts'
import { isAnalytic, isBranch, withBranches } from '../numbers/branches.ts'
import { extendGraph, type Numbers } from '../numbers/extend.ts'
import { imaginary } from '../numbers/imaginary.ts'
import { roundings } from '../numbers/roundings.ts'
import { starts } from '../numbers/startValues.ts'
import { tangents } from '../numbers/tangents.ts'
import type { Direction } from './direction.ts'
import { nearbyPlaces } from './nearby.ts'

/** Loss at a place nearby, and whether all branches there are those taken at the place itself. */
export interface Reading {
  readonly loss: number
  readonly same: boolean
}

/** Judges of the gradients of a loss at a place, made without seeing any of those gradients. */
export interface Judges {
  /** Moving parameters and inputs that the loss reads, with the shape of each. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** Reads the loss at the place that is h times the direction away. Values behind `stop_gradient` stay as they are. */
  readonly at: (direction: Direction, h: number) => Reading
  /** The derivative along a direction by dual numbers. */
  readonly tangent: (direction: Direction) => number
  /** The same derivative at places that differ from this one by rounding alone. */
  readonly tangentsNearby: (direction: Direction) => readonly number[]
  /** The same derivative, at this place, by a complex step. */
  readonly complexStep: (direction: Direction) => number
  /** Whether no operation branches on a moving value, so that the loss is analytic except at the edges of logarithms, roots and powers. */
  readonly smooth: boolean
  /**
   * Bounds the rounding error of each element of the gradient, in units of the machine's epsilon, by the name of the parameter or input.
   */
  readonly roundings: () => ReadonlyMap<string, Float64Array>
  /** Bounds the rounding error of the loss, to first order. */
  readonly lossRounding: () => number
}

export interface Subject extends Judges {
  /** Gradients by name; zeros for a name that the loss does not read. */
  readonly gradients: ReadonlyMap<string, Float64Array>
  readonly loss: number
  readonly backend: string
  /** Bounds the rounding error of each element of the gradient, by the name of the parameter or input. */
  readonly rounding: () => ReadonlyMap<string, Float64Array>
}

/** A graph with the context that it was made in. */
export interface OwnGraph {
  readonly context: Context
  readonly graph: Graph
}

/** The place at which a gradient is judged. */
export interface Place {
  readonly backend: Backend
  readonly sizes: Sizes
  /** Everything that the graphs read, by name: parameters, inputs, targets, lengths. Reals are float64. */
  readonly inputs: Readonly<Record<string, Buffer>>
}

export interface SubjectOptions extends Place {
  /** Gives `loss` and `d:NAME` for each name. */
  readonly gradient: OwnGraph
  /** Gives `loss`, by a graph that is trusted; only names that it reads can move. */
  readonly loss: OwnGraph
}

/** Largest error of a gradient that may count as rounding, as a share of the largest element of all gradients and of the loss. */
export const roundingShare = 1e-10

/** Scale below which the loss and all gradients may all be zeros except for rounding. */
export const leastScale = 1e-3

/** Length of a complex step: its square vanishes beside 1. */
export const imaginaryStep = 1e-20

export function createSubject({ gradient, loss, ...place }: SubjectOptions): Subject {
  const executable = load(gradient.context, gradient.graph, place.backend, 'f64')
  const results = executable.run(place.sizes, place.inputs)
  return subjectOf(createJudges(loss, gradientNames(gradient.graph), place), results, executable.backend)
}

/** Lists the names whose gradients a graph gives. */
export const gradientNames = ({ outputs }: Graph): string[] =>
  outputs.flatMap(o => (o.startsWith('d:') ? [o.slice(2)] : []))

/** Pairs the results on trial, `loss` and `d:NAME`, with their judges. */
export function subjectOf(judges: Judges, results: Readonly<Record<string, Buffer>>, backend: string): Subject {
  const loss = results.loss[0]
  const gradients = new Map(
    Object.entries(results).flatMap(([name, data]) =>
      name.startsWith('d:') ? [[name.slice(2), Float64Array.from(data)] as const] : [],
    ),
  )
  return {
    ...judges,
    gradients,
    loss,
    backend,
    rounding: once(() => {
      // Caps the bound, which may itself grow without limit through a recurrence: no rounding error is a large part of the largest element.
      const largest = greatest(
        [...gradients.values()].map(g => g.reduce((m, x) => Math.max(m, Math.abs(x)), 0)),
        Math.max(leastScale, Math.abs(loss)),
      )
      const most = Number.isFinite(largest) ? roundingShare * largest : 0
      const capped = (bound: number): number => (bound * Number.EPSILON <= most ? bound * Number.EPSILON : most)
      return new Map([...judges.roundings()].map(([name, bounds]) => [name, bounds.map(capped)]))
    }),
  }
}

/** Creates the judges of the gradients of `loss` for the names in `moving` that it reads. */
export function createJudges(loss: OwnGraph, moving: readonly string[], place: Place): Judges {
  const { backend, sizes, inputs } = place
  const { context } = loss
  const only: Graph = { ...loss.graph, outputs: ['loss'], results: [resultOf(loss.graph, 'loss')] }
  const lossGraph = dropInputs({ ...only, ...dce.run(context, only) })
  const read = moving.filter(name => lossGraph.inputs.includes(name))
  const shapes = new Map(
    read.map(name => {
      const { shape } = lossGraph.params[lossGraph.inputs.indexOf(name)]
      return [name, shape.map(d => evaluate(d, sizes))] as const
    }),
  )
  const branched = withBranches(context, lossGraph, read)
  const along = (numbers: Numbers) =>
    once(() => load(context, extendGraph(context, lossGraph, numbers, read), backend, 'f64'))
  const derivative = (numbers: Numbers) => {
    const executable = along(numbers)
    return (direction: Direction, step: number, at = inputs): number => {
      const beside = read.map(
        name => [`${numbers.name}:${name}`, scaled(direction.get(name), step, inputs[name])] as const,
      )
      const out = executable().run(sizes, { ...at, ...Object.fromEntries(beside) })
      return (out[`${numbers.name}:loss`]?.[0] ?? 0) / step
    }
  }
  const byTangent = derivative(tangents)
  const byImaginary = derivative(imaginary)
  const nearby = once(() => nearbyPlaces(inputs))
  const bounds = once(() => {
    // Takes the bounds from the loss graph's own gradient: the gradient on trial may have been simplified to an exact zero.
    const { builder, gradients } = grad(context, lossGraph, 'loss', read)
    const results = [lossGraph.results[0], ...gradients.values()]
    const graph = { ...lossGraph, ...builder.finish(results), outputs: ['loss', ...read.map(name => `d:${name}`)] }
    return load(context, extendGraph(context, graph, roundings, []), backend, 'f64').run(sizes, inputs)
  })
  return {
    shapes,
    at: reader({ loss, ...place }, lossGraph, read, branched.outputs.some(isBranch)),
    tangent: direction => byTangent(direction, 1),
    tangentsNearby: direction => nearby().map(place => byTangent(direction, 1, place)),
    complexStep: direction => byImaginary(direction, imaginaryStep),
    smooth: isAnalytic(branched),
    roundings: once(() => new Map(read.map(name => [name, Float64Array.from(bounds()[`rounding:d:${name}`] ?? [])]))),
    lossRounding: () => (bounds()['rounding:loss']?.[0] ?? 0) * Number.EPSILON,
  }
}

/** Reads the loss near the place, and compares the branches with those taken at it. */
function reader(
  { loss: { context }, backend, sizes, inputs }: Place & { readonly loss: OwnGraph },
  lossGraph: Graph,
  read: readonly string[],
  hasBranches: boolean,
): Subject['at'] {
  const stops = [...allEqns(lossGraph)].some(eqn => eqn.op === 'stop_gradient')
  const held = stops ? extendGraph(context, lossGraph, starts, read) : lossGraph
  const executable = once(() => load(context, hasBranches ? withBranches(context, held, read) : held, backend, 'f64'))
  const start = Object.fromEntries(read.map(name => [`${starts.name}:${name}`, inputs[name]]))
  const moved = Object.fromEntries(read.map(name => [name, Float64Array.from(inputs[name])]))
  const run = () => executable().run(sizes, { ...inputs, ...start, ...moved })
  const branches = once(() => branchesOf(run()).map(b => b.slice()))
  return (direction, h) => {
    const before = branches()
    for (const [name, d] of direction) {
      const [from, to] = [inputs[name], moved[name]]
      for (let i = 0; i < d.length; i++) to[i] = from[i] + h * d[i]
    }
    const results = run()
    const same = branchesOf(results).every((b, i) =>
      b.every((x, j) => x === before[i][j] || Object.is(x, before[i][j])),
    )
    for (const name of direction.keys()) moved[name].set(inputs[name])
    return { loss: results.loss[0], same }
  }
}

/** Counts the elements of a parameter or an input. */
export const sizeIn = ({ shapes }: Subject, name: string): number => (shapes.get(name) ?? []).reduce((n, d) => n * d, 1)

const branchesOf = (results: Readonly<Record<string, Buffer>>): Buffer[] =>
  Object.entries(results).flatMap(([name, data]) => (isBranch(name) ? [data] : []))

const resultOf = (graph: Graph, name: string) => graph.results[graph.outputs.indexOf(name)]

const scaled = (direction: Float64Array | undefined, by: number, like: Buffer): Float64Array =>
  direction === undefined ? new Float64Array(like.length) : direction.map(d => d * by)
