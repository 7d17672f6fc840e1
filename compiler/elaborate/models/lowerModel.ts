// Lowers a model's declarations and equations to one block: inputs in the user's layout, outputs, losses and metrics.
import type { Span, Statement, Unit } from '../../../dsl/ast.ts'
import type { Builder, Context } from '../../ir/builder.ts'
import type { NamedValue, Value } from '../../ir/graph.ts'
import { collectErrors, equation, output } from '../expand/body.ts'
import { declareParam, declarePart } from '../expand/declareMembers.ts'
import { boundsOf } from '../tensors/labels.ts'
import { pointwise } from '../tensors/pointwise.ts'
import { located } from '../values/located.ts'
import type { LowerOptions } from '../values/newSession.ts'
import type { Gathered, Scope, Session } from '../values/scope.ts'
import type { Parameter, Port, Prediction } from '../values/signature.ts'
import type { Tensor } from '../values/tensor.ts'
import { type Declared, declarePorts } from './declarePorts.ts'
import { type Measured, measure, reports } from './measures.ts'
import { type ModelScope, modelScope } from './modelScope.ts'
import { type FinishedOutput, finishOutput, noTarget, predict, readableAxes } from './outputs.ts'
import { weightNames } from './weightNames.ts'

/** A model after expansion: one block whose parameters are weights, inputs, targets, lengths and seeds, by name. */
export interface LoweredModel {
  readonly name: string
  readonly context: Context
  readonly builder: Builder
  readonly session: Session
  readonly scope: Scope
  /** The names of the block's parameters, by value id. */
  readonly inputNames: ReadonlyMap<number, string>
  readonly inputs: readonly Port[]
  readonly targets: readonly Port[]
  readonly parameters: readonly (Parameter & { readonly value: Value })[]
  readonly outputs: readonly FinishedOutput[]
  readonly predictions: readonly Prediction[]
  readonly gathered: readonly Gathered[]
  /** Each loss before it was averaged. */
  readonly losses: readonly { readonly tensor: Tensor; readonly span: Span }[]
  /** The sum of the losses; undefined for a model without one. */
  readonly loss?: Value
  readonly reports: readonly NamedValue[]
  /** Targets that the outputs read one step late, which makes the model a generator of them. */
  readonly fedBack: readonly string[]
  /** Free dims that nothing has bound yet. */
  readonly freeDims: readonly string[]
}

/** Expands a model. Throws RnnError with all its errors. */
export function lowerModel(unit: Unit, options: LowerOptions): LoweredModel {
  const { context } = options
  const scope = modelScope(unit, options)
  const { builder, session } = scope
  const declared: Declared = { inputs: [], targets: [], inputNames: new Map(), freeDims: new Set() }
  const { inputNames } = declared
  const statements: Statements = { declared, outputs: [], losses: [], metrics: [] }
  const { outputs, losses, metrics } = statements
  collectErrors(
    unit.body.map(s => ({
      run: () => located(s.span, () => lowerStatement(scope, s, statements)),
      failed: () => {
        const names = 'names' in s ? s.names : 'name' in s && s.name !== undefined ? [s.name] : []
        for (const n of names) scope.names.set(n.text, { kind: 'unknown' })
      },
    })),
  )

  builder.note = {}
  const loss =
    losses.length === 0
      ? undefined
      : losses.map(l => l.tensor).reduce((a, b) => pointwise(scope, 'add', [a, b], unit.span)).value
  if (loss !== undefined && loss.hint === '') loss.hint = 'loss'
  const finished = outputs.map(o => finishOutput(scope, o))
  nameDraws(session, inputNames)
  const parameters = namedParameters(session, inputNames)
  const bounds = boundsOf(session)
  return {
    name: unit.name.text,
    context,
    builder,
    session,
    scope,
    inputNames,
    inputs: declared.inputs.map(port => bounded(port, bounds)),
    targets: declared.targets.map(port => bounded(port, bounds)),
    parameters,
    outputs: finished,
    predictions: outputs.flatMap(o => (o.prediction === undefined ? [] : [{ target: o.prediction, output: o.name }])),
    gathered: session.gathered,
    losses: losses.map(l => ({ tensor: l.each, span: l.span })),
    loss,
    reports: reports(losses, metrics),
    fedBack: [...new Set(outputs.flatMap(o => [...o.tensor.facts.delayed]))],
    freeDims: [...declared.freeDims],
  }
}

/** The results of a model's statements so far. */
interface Statements {
  readonly declared: Declared
  /** Outputs, and predictions with the target that they predict. */
  readonly outputs: { name: string; tensor: Tensor; span: Span; prediction?: string }[]
  readonly losses: Measured[]
  readonly metrics: Measured[]
}

/** Lowers one statement; a stream has no losses and metrics. Throws RnnError. */
function lowerStatement(scope: ModelScope, s: Statement, { declared, outputs, losses, metrics }: Statements): void {
  const { builder, instance, session } = scope
  builder.note = { span: s.span }
  switch (s.kind) {
    case 'input':
    case 'target':
      declarePorts(scope, s, declared)
      break
    case 'param':
      declareParam(scope, instance, s)
      break
    case 'part':
      declarePart(scope, instance, s)
      break
    case 'equation':
      equation(scope, s)
      break
    case 'output': {
      const [name, what] = [s.name.text, `output \`${s.name.text}\``]
      const tensor = readableAxes(noTarget(output(scope, s), what, s.span), what, s.span)
      outputs.push({ name, tensor, span: s.span })
      break
    }
    case 'loss':
      if (session.stream === undefined) losses.push(measure(scope, s))
      break
    case 'metric':
      if (session.stream === undefined) metrics.push(measure(scope, s))
      break
    case 'predict':
      outputs.push({ ...predict(scope, s, declared.targets), prediction: s.target.text })
      break
    default:
      throw new Error(`${s.kind} was refused before`)
  }
}

/** Gives each weight its name in files, and enters it among the names of the block's parameters. */
function namedParameters(session: Session, inputNames: Map<number, string>): LoweredModel['parameters'] {
  const paths = weightNames(session.weights, new Set(inputNames.values()))
  return session.weights.map(({ value, init }, i) => {
    inputNames.set(value.id, paths[i])
    return { name: paths[i], shape: value.shape, init, value }
  })
}

/** The port with the bound that its values have as labels, if they have one. */
function bounded(port: Port, bounds: ReturnType<typeof boundsOf>): Port {
  const bound = bounds.get(port.name)
  return bound === undefined || port.coding !== undefined ? port : { ...port, bound }
}

function nameDraws(session: Session, inputNames: Map<number, string>): void {
  for (const p of session.root.params) if (p.hint.startsWith('@')) inputNames.set(p.id, p.hint)
}
