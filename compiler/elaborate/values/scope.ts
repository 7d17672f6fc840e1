// Scopes: the names that an expression sees, the axes that it may name, and the block that it emits into.
import type { Expr, Fn, Span, Unit } from '../../../dsl/ast.ts'
import type { Diagnostic } from '../../../dsl/diagnostics.ts'
import type { Binding, Builder } from '../../ir/builder.ts'
import type { Dim } from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { Entity, Instance, StaticNumber, WeightRecord } from './entity.ts'
import type { Bound } from './signature.ts'
import type { Axis, Coding, Tensor } from './tensor.ts'

/** One expansion of a whole model. */
export interface Session {
  /** The model's own block, where weights and inputs are parameters. */
  readonly root: Builder
  /** Whether random numbers are drawn, as in training; otherwise `bernoulli` gives its mean. */
  readonly training: boolean
  readonly topLevel: ReadonlyMap<string, Entity>
  /** The top level that the library's own text sees, so that a definition in the file does not change the library. */
  readonly library: ReadonlyMap<string, Entity>
  readonly warnings: Diagnostic[]
  /** Uses of the user's units, with the axes of their arguments. */
  readonly applied: Applied[]
  readonly weights: WeightRecord[]
  readonly batch: Axis
  /** Shortened axes, by axis and number of dropped elements: the same pair gives the same axis. */
  readonly shortened: Map<Axis, Map<number, Axis>>
  /** Axes that operations along an outer axis made from nested ones: the same operation gives the same axis. */
  readonly carried: Map<Axis, { readonly outer: Axis; readonly operation: string; readonly made: Axis }[]>
  /** Copies of axes under other names, for calls that declare and map over one axis. */
  readonly copies: Map<Axis, Map<string, Axis>>
  /** Masks of the valid elements of axes. */
  readonly masks: Map<Axis, Tensor>
  /** Values that would differ in a window of their axis: positions, which would restart at 0, and the first element. */
  readonly fromStart: FromStart[]
  readonly gathered: Gathered[]
  /** Set while a model is expanded to be run as a stream. */
  readonly stream?: Streaming
  /** The inputs and targets, by the ids of their values. */
  readonly ports: Map<number, string>
  /** Outputs that bound the values of inputs and targets, by the names of these. */
  readonly bounds: Map<string, Bound>
  /** Pairs of a label and an output whose misfit (RNN416) was already reported. */
  readonly unfit: Set<string>
  /** How many draws were emitted so far: each hashes its own number. */
  draws: number
  /** The hash of the scalar inputs that seed the draws, made by the first draw. */
  drawKey?: Value
  /** Set while a unit or fn is checked by itself, without a model that uses it. */
  readonly alone?: Alone
  /** The units and fns that were expanded so far. */
  readonly expanded: Set<Unit | Fn>
  /** Units and fns being expanded, to detect recursion. */
  readonly expanding: (Unit | Fn)[]
  /** The places that use the units in `expanding`, except the first. */
  readonly uses: Span[]
  /** How many expressions have been evaluated. */
  evaluated: number
  /** For how many unknown names a similar known one was sought. */
  sought: number
  /** Numbers given from outside for hyper-parameters and free dims, by name. */
  readonly sizes: ReadonlyMap<string, StaticNumber>
  /** The text of each file, for messages. */
  readonly sources: ReadonlyMap<string, string>
  readonly lineOf: (span: Span) => number
  readonly onEvaluate?: OnEvaluate
}

/** Is told the value of an expression in a scope. */
export type OnEvaluate = (scope: Scope, expr: Expr, value: Entity) => void

/** State of the check of a unit or fn by itself, without a model that uses it. */
export interface Alone {
  /** Whether its axes are known; an fn sees those of its caller, which is unknown here. */
  readonly seesAxes: boolean
  /** Fns already searched for recursion in calls whose arguments wait: once is enough. */
  readonly lookedInto: Set<Fn>
  /** Hyper-parameters, and expressions computed from them, that wait for a use of the unit. */
  readonly waitsFor: Set<string>
}

/** The axis along which a model is run as a stream: a run sees a window of it, and states go from one to the next. */
export interface Streaming {
  /** Its name. */
  readonly axis: string
  /** The length that the model declares, if it is fixed. */
  fixed?: Dim
  /**
   * The place of each element in the whole sequence, over the axis and the batch, for the axis and its shortened forms, T-1; there
   * the first places are negative, where it has not begun.
   */
  readonly places: Map<Axis, Tensor>
  /** States of cells and functions along the axis: the value of each that leaves a window. */
  readonly states: StateRecord[]
}

/** A state that goes from one window of a stream to the next: the instance that owns it, and its name there. */
export interface StateRecord {
  readonly owner: Instance | undefined
  readonly local: string
  readonly value: Value
}

/** How results of batches become one value of the whole data set. */
export type GatheredKind = 'average' | 'total' | 'variation' | 'ranking'

/** A value of the whole data set: what each batch gives for it, by name, and a value of the same type that stands for it in the graph. */
export interface Gathered {
  readonly kind: GatheredKind
  readonly value: Value
  readonly parts: Readonly<Record<string, Value>>
}

/** One use of a unit: the axes of each argument that the unit scans or maps over, by the name of the input. */
export interface Applied {
  readonly unit: Unit
  readonly leads: ReadonlyMap<string, readonly Axis[]>
}

export interface FromStart {
  readonly value: Value
  readonly kind: 'position' | 'first'
  readonly axis: Axis
  readonly span: Span
}

export interface StateDeclaration {
  readonly name: string
  readonly span: Span
  readonly dtype: Tensor['dtype']
  readonly item: readonly Dim[]
  readonly axes: readonly Axis[]
  readonly coding?: Coding
}

export interface Scope {
  readonly session: Session
  readonly builder: Builder
  /** Name of the unit being expanded: `LSTM`, `Sentiment`. */
  readonly place: string
  readonly kind: 'cell' | 'layer' | 'model' | 'fn' | 'settings'
  readonly names: Map<string, Entity>
  readonly primes: Map<string, Entity>
  readonly states: ReadonlyMap<string, StateDeclaration>
  /** The axes that may be named here, and that operations see; all others are mapped over. */
  readonly axes: Map<string, Axis>
  readonly instance?: Instance
  /** Gives the step numbers of the enclosing scans, for random draws. */
  readonly steps: () => readonly Tensor[]
  /** For a scan's body: the enclosing scope, and the values there that are bound to the body's parameters. */
  readonly around?: { readonly scope: Scope; readonly bindings: () => readonly Binding[] }
  /** The type of the state whose initial value is being evaluated: there initializers become tensors. */
  readonly initial?: { readonly item: readonly Dim[]; readonly axes: readonly Axis[] }
  /** Names defined further down, so that the error for an earlier use can say so. */
  readonly later: ReadonlyMap<string, Span>
  /** The call being expanded, with the text of its first argument, for messages such as RNN213. */
  readonly call?: { readonly callee: string; readonly argument: string; readonly span: Span }
}

/** Finds the block that a value belongs to: this one, or an enclosing one. */
export function homeOf({ builder, around, session }: Scope, value: Value): Builder {
  if (builder.owns(value)) return builder
  return around === undefined ? session.root : homeOf(around.scope, value)
}

/** The length of an axis as the model declares it: that of a stream sees a window of it. */
export const declaredLength = ({ stream }: Session, axis: Axis): Dim =>
  (stream?.places.has(axis) && axis.dropped === undefined && stream.fixed) || axis.size
