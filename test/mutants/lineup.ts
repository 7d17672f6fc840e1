// Judges all mutants by one program.
// Work that does not depend on the mutant is done once, and results that a mutant does not change are not judged. Only the fuzzer's own
// checks kill: a wrong rule is judged by dual numbers and differences of a loss that is trusted, a wrong pass by the interpreter's results
// of the graph as it was lowered.
import { type Graph, type Plan, plan, type StreamGraphs } from '../../compiler/index.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { dce } from '../../compiler/passes/dce.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { naive, passes, standard } from '../../compiler/passes/pipeline.ts'
import { interpretPlan, type Order } from '../../compiler/plan/interpretPlan.ts'
import type { PlanPass } from '../../compiler/plan/passes/planPass.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { once } from '../../runtime/once.ts'
import { random } from '../../runtime/random.ts'
import { agreement, agreementGraphs, graphFor, oracleOf } from '../../trust/fuzz/checks/agreement.ts'
import { derivatives } from '../../trust/fuzz/checks/derivatives.ts'
import { allAtOnce } from '../../trust/fuzz/checks/index.ts'
import { plans } from '../../trust/fuzz/checks/plans.ts'
import { axesOfStreams, streamAlong, streaming, streamOf } from '../../trust/fuzz/checks/streaming.ts'
import { gradientOf, secondDerivatives, twiceDifferentiated } from '../../trust/fuzz/checks/twice.ts'
import { unchosen, unchosenCompiled, unchosenDerivatives } from '../../trust/fuzz/checks/unchosen.ts'
import { runCase } from '../../trust/fuzz/fuzz.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import { type Check, compare, type Outcome } from '../../trust/fuzz/fuzzCheck.ts'
import { type Arrays, interpreted, openTrial, placeOf, type UnderTest } from '../../trust/fuzz/trial.ts'
import { createJudges, gradientNames, type OwnGraph, subjectOf } from '../../trust/gradients/subject.ts'
import { createSwitch, has, listener, mutant, watchedOps, watchedPipelines } from './instrument.ts'
import { watchedPlanPasses } from './planMutants.ts'
import { sameGraph } from './sameGraph.ts'
import { streamPrefix, watchedDerivation } from './streamMutants.ts'

/** Verdict of one program on a mutant. */
export type Finding =
  /** The compiler emits the same code with it, or code with the same results here. */
  | { readonly kind: 'unchanged' | 'equal' }
  /** Results differ, and no check that was run objects. */
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'killed'; readonly by: string }

export interface Lineup {
  /** The mutants that the program reaches, of all sites or of some. */
  readonly reached: (at?: (site: string) => boolean) => ReadonlySet<string>
  /** Whether it reaches one of them: found much faster. */
  readonly reaches: (name: string) => boolean
  readonly judge: (name: string) => Finding
}

export const isDerivative = (name: string): boolean => /^(\S+\.vjp|adjoint) /.test(name)

const isOfPlan = (name: string): boolean => planPasses.some(p => name.startsWith(`${p.name} `))

const isOfStream = (name: string): boolean => name.startsWith(streamPrefix)

/** Everything that tells two derivations apart. */
const textOf = (graphs: StreamGraphs | undefined): string | undefined =>
  graphs &&
  [graphs.start, graphs.step, graphs.generation?.answer, graphs.generation?.advance]
    .flatMap(graph => (graph === undefined ? [] : [printGraph(graph), graph.inputs.join(), graph.outputs.join()]))
    .join('\n')

const passOf = (name: string): Pass | undefined => passes.find(p => name.startsWith(`${p.name} `))

/** Points from the last to the first. */
const backwards: Order = count => Array.from({ length: count }, (_, i) => count - 1 - i)

/** Describes the failure, or the refusal of the interpreter of plans. */
function failureOf(run: () => string | undefined): string | undefined {
  try {
    return run()
  } catch (error) {
    return String(error)
  }
}

/** Prepares a program. */
export function lineUp(fuzzCase: FuzzCase): Lineup {
  const { watch, during } = createSwitch()
  const trial = openTrial(fuzzCase, { ops: watchedOps(watch) })
  const { reference, batch, inputs } = trial
  const model = { ...trial.model, pipelines: watchedPipelines(watch) }
  const { context } = model
  const place = placeOf(trial)
  const parameters = model.signature.parameters.map(p => p.name)

  // Rules: judged on the gradient of the loss as the passes before it leave it.
  const loss: OwnGraph = { context, graph: model.evaluate() }
  const reals = [...model.signature.inputs, ...model.signature.targets].flatMap(p =>
    p.dtype === 'real' ? [p.name] : [],
  )
  const names = [...parameters, ...reals].filter(name => loss.graph.inputs.includes(name))
  const first = (): OwnGraph => pruned(gradientOf(loss, names))
  const second = (gradient: OwnGraph) => {
    const made = twiceDifferentiated(gradient, parameters)
    return { loss: made.loss, gradient: pruned(made.gradient) }
  }
  const run = (own: OwnGraph): Arrays => interpreted(own, batch.sizes, inputs)
  const own = once(() => {
    const graph = first()
    return { graph, results: run(graph) }
  })
  const ownSecond = once(() => {
    const graphs = second(own().graph)
    return { ...graphs, results: run(graphs.gradient) }
  })
  const judges = once(() =>
    createJudges({ context: reference.context, graph: reference.evaluate({ pipeline: naive }) }, names, place),
  )
  const secondJudges = once(() => createJudges(ownSecond().loss, gradientNames(ownSecond().gradient.graph), place))

  const judgeRule = (name: string): Finding => {
    const found = judgeSlopes(name)
    if (found.kind === 'unchanged' || found.kind === 'killed') return found
    const { failure } = during(mutant(name), () => unchosenDerivatives(trial, loss))
    return failure === undefined ? found : { kind: 'killed', by: unchosen.name }
  }
  const judgeSlopes = (name: string): Finding => {
    const right = own()
    const found = during(mutant(name), () => {
      const graph = first()
      const isSame = sameGraph(graph.graph, right.graph.graph)
      const results = isSame ? right.results : run(graph)
      // A gradient that is right here may be written so that its own gradient is wrong.
      return { results, second: isSame || alike(results, right.results) ? second(graph) : undefined }
    })
    if (found.second === undefined) {
      const { results } = found
      const subject = subjectOf(judges(), results, 'interpreter')
      return verdict(
        derivatives.name,
        derivatives.run({ ...trial, draw: random(fuzzCase.data, 'trial'), subject: () => subject }),
      )
    }
    if (sameGraph(found.second.gradient.graph, ownSecond().gradient.graph)) return { kind: 'unchanged' }
    const results = run(found.second.gradient)
    if (alike(results, ownSecond().results)) return { kind: 'equal' }
    return verdict(
      'twice',
      secondDerivatives(subjectOf(secondJudges(), results, 'interpreter'), random(fuzzCase.data, 'trial')),
    )
  }

  // Passes: every graph is judged against the oracle.
  const tests = agreementGraphs(trial).map(graphName => ({
    graphName,
    graphs: model.pipelines.map(pipeline => ({ pipeline, own: once(() => graphFor(model, graphName, pipeline)) })),
    oracle: once(() => oracleOf(trial, graphName)),
  }))
  const judgePass = (name: string): Finding => {
    const pass = passOf(name)
    let kind: 'unchanged' | 'equal' = 'unchanged'
    for (const { graphName, graphs, oracle } of tests) {
      for (const { pipeline, own } of graphs) {
        if (pass === undefined || !has(pipeline, pass)) continue
        const graph = during(mutant(name), () => graphFor(model, graphName, pipeline))
        if (sameGraph(graph, own())) continue
        const results = interpreted({ context, graph }, batch.sizes, { ...inputs, ...oracle().starts })
        if (oracle().compare(results, graphName).failure !== undefined) return { kind: 'killed', by: 'agreement' }
        kind = 'equal'
      }
    }
    return kind === 'equal' && influences(name, pass) ? { kind: 'killed', by: unchosen.name } : { kind }
  }
  /** Whether a loss that is not chosen has a gradient with the mutant of a pass. */
  const influences = (name: string, pass: Pass | undefined): boolean =>
    model.pipelines.some(pipeline => {
      if (pass === undefined || !has(pipeline, pass)) return false
      const run = (graph: OwnGraph, arrays: Arrays): Arrays => interpreted(graph, batch.sizes, arrays)
      return during(mutant(name), () => unchosenCompiled(trial, pipeline, run, 'interpreter')).failure !== undefined
    })

  // Passes over plans: judged against the plan before them, in the interpreter of plans.
  const planTests = tests.map(({ graphName, oracle }) => {
    const graph = once(() => graphFor(model, graphName, standard))
    const made = (passes: readonly PlanPass[]): Plan => plan(context, graph(), { planPasses: passes })
    const run = (of: Plan): Arrays =>
      interpretPlan(context, of, { ...inputs, ...oracle().starts }, batch.sizes, backwards).outputs
    const watched = (): Plan => made(watchedPlanPasses(watch))
    return { graphName, watched, asIs: once(() => printPlan(watched())), expected: once(() => run(made([]))), run }
  })
  const judgePlan = (name: string): Finding => {
    let kind: 'unchanged' | 'equal' = 'unchanged'
    for (const { graphName, watched, asIs, expected, run } of planTests) {
      const mutated = during(mutant(name), watched)
      if (printPlan(mutated) === asIs()) continue
      const failure = failureOf(() => compare(run(mutated), expected(), 0, graphName).failure?.message)
      if (failure !== undefined) return { kind: 'killed', by: plans.name }
      kind = 'equal'
    }
    return { kind }
  }

  // The derivation of a stream: judged by the results of its steps.
  const streams = once(() => {
    const tested = { ...trial, tested: { ...trial.tested, derivation: watchedDerivation(watch) } }
    return axesOfStreams(trial).flatMap(axis => {
      const derive = (): StreamGraphs | undefined => streamOf(tested, axis)
      const asIs = textOf(derive())
      return asIs === undefined ? [] : [{ axis, tested, derive, asIs }]
    })
  })
  const judgeStream = (name: string): Finding => {
    let kind: 'unchanged' | 'equal' = 'unchanged'
    for (const { axis, tested, derive, asIs } of streams()) {
      const act = mutant(name)
      if (during(act, () => textOf(derive())) === asIs) continue
      if (during(act, () => streamAlong(tested, axis)).failure !== undefined)
        return { kind: 'killed', by: streaming.name }
      kind = 'equal'
    }
    return { kind }
  }

  const listenTo = (at: ((site: string) => boolean) | undefined, act: () => void): ReadonlySet<string> => {
    const names = new Set<string>()
    during(listener(names, at), act)
    return names
  }
  const differentiate = (): void => {
    second(first())
  }
  const compilePasses = (pass?: Pass): void => {
    for (const { graphName, graphs } of tests) {
      for (const { pipeline } of graphs)
        if (pass === undefined || has(pipeline, pass)) graphFor(model, graphName, pipeline)
    }
  }
  const makePlans = (): void => {
    for (const { watched } of planTests) watched()
  }
  /** A program that is no stream may be refused after a part of its derivation: such a part is not reached. */
  const deriveStreams = (): (() => void) => {
    const all = streams()
    return () => {
      for (const { derive } of all) derive()
    }
  }
  return {
    // Lists only the rules that these gradients of the loss reach: a pipeline may use others.
    reached: at =>
      new Set([
        ...listenTo(at, differentiate),
        ...[...listenTo(at, compilePasses)].filter(name => !isDerivative(name)),
        ...listenTo(at, makePlans),
        ...[...listenTo(at, deriveStreams())].filter(isOfStream),
      ]),
    reaches: name => {
      const act = isOfPlan(name)
        ? makePlans
        : isOfStream(name)
          ? deriveStreams()
          : isDerivative(name)
            ? differentiate
            : () => compilePasses(passOf(name))
      return listenTo(site => name.startsWith(`${site}: `), act).has(name)
    },
    judge: name => {
      try {
        if (isOfPlan(name)) return judgePlan(name)
        if (isOfStream(name)) return judgeStream(name)
        return isDerivative(name) ? judgeRule(name) : judgePass(name)
      } catch (error) {
        // Thrown by the compiler's own verifier, or by a loop of rewriting that has no end.
        return { kind: 'killed', by: error instanceof RangeError ? 'stack' : 'compile' }
      }
    },
  }
}

const verdict = (by: string, { failure }: Outcome): Finding =>
  failure === undefined ? { kind: 'doubtful' } : { kind: 'killed', by }

const pruned = ({ context, graph }: OwnGraph): OwnGraph => ({
  context,
  graph: { ...graph, ...dce.run(context, graph) } satisfies Graph,
})

/** Compares within the tolerance of the strictest check, on the scale of each result, and of each element unless that has vanished. */
function alike(found: Arrays, expected: Arrays): boolean {
  return Object.entries(expected).every(([name, b]) => {
    const a = found[name]
    const scale = Array.from(b).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
    return b.every((_: number, i: number) => {
      if (Object.is(a[i], b[i])) return true
      const gap = Math.abs(a[i] - b[i])
      return gap <= 1e-13 * scale && (gap <= 1e-6 * Math.abs(b[i]) || gap <= 1e-17 * scale)
    })
  })
}

/** Builds the compiler with a mutant in it, for the fuzzer as it is. */
export function withMutant(name: string): UnderTest {
  if (isOfPlan(name)) return { planPasses: watchedPlanPasses(mutant(name)) }
  if (isOfStream(name)) return { derivation: watchedDerivation(mutant(name)) }
  if (isDerivative(name)) return { ops: watchedOps(mutant(name)), pipelines: [] }
  const watched = watchedPipelines(mutant(name))
  return { pipeline: watched[0], pipelines: watched }
}

/** Names the check of the whole fuzzer that kills a mutant on one program, if any does. */
export function killer(name: string, fuzzCase: FuzzCase): string | undefined {
  const checks: readonly Check[] = isDerivative(name) ? allAtOnce.filter(c => c.name !== agreement.name) : allAtOnce
  try {
    const { outcome, check } = runCase(fuzzCase, withMutant(name), checks)
    return outcome.failure === undefined ? undefined : check
  } catch (error) {
    if (error instanceof RangeError) return 'stack'
    throw error
  }
}
