// Where an expression is evaluated: the names it sees, the axes it may name, and the block it emits into.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
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
  /** Draws are made in training; otherwise `bernoulli` is its mean. */
  readonly training: boolean
  readonly topLevel: ReadonlyMap<string, Entity>
  /** What the text of the library sees of the top level: a definition of the file does not change what the library does. */
  readonly library: ReadonlyMap<string, Entity>
  readonly warnings: Diagnostic[]
  /** What the user's units were applied to. */
  readonly applied: Applied[]
  readonly weights: WeightRecord[]
  readonly batch: Axis
  /** Axes that lost their ends, by axis and count: equal names with equal offsets are equal axes. */
  readonly shortened: Map<Axis, Map<number, Axis>>
  /** What operations along an outer axis made of axes nested in it: the same operation gives the same axis. */
  readonly carried: Map<Axis, { readonly outer: Axis; readonly operation: string; readonly made: Axis }[]>
  /** Copies of axes under other names, for calls that declare and map over one axis. */
  readonly copies: Map<Axis, Map<string, Axis>>
  /** Which elements of an axis are valid. */
  readonly masks: Map<Axis, Tensor>
  /** Values of an axis that a window of it would have otherwise: places, which begin again, and the first element. */
  readonly fromStart: FromStart[]
  readonly averages: Average[]
  /** The inputs and targets, by the ids of their values. */
  readonly ports: Map<number, string>
  /** By which outputs the values of inputs and targets are bounded. */
  readonly bounds: Map<string, Bound>
  /** The labels and outputs of which it was reported that they do not fit. */
  readonly unfit: Set<string>
  /** How many places draw so far. */
  draws: number
  /** The scalar inputs that seed the draws, made by the first that needs them. */
  drawKey?: Value
  /** Set where a unit is checked in its own names, by no model. */
  readonly alone?: Alone
  /** The units and fns that were expanded so far. */
  readonly expanded: Set<Unit | Fn>
  /** Units being expanded, against recursion. */
  readonly expanding: (Unit | Fn)[]
  /** The places that use them, but for the model's. */
  readonly uses: Span[]
  /** How many expressions have been evaluated. */
  evaluated: number
  /** How many names without a meaning were looked for among those that have one. */
  sought: number
  /** Sizes given by the user or bound by a free name. */
  readonly sizes: ReadonlyMap<string, StaticNumber>
  /** The text of each file, for messages. */
  readonly sources: ReadonlyMap<string, string>
  readonly lineOf: (span: Span) => number
}

/** The check of a unit, or of an fn, in its own names. */
export interface Alone {
  /** Whether its axes are known: an fn sees those of its caller. */
  readonly seesAxes: boolean
  /** Fns that were looked into where all that they are given waits: once is enough. */
  readonly lookedInto: Set<Fn>
  /** What waits for a use of the unit: hyper-parameters, and what is computed of them. */
  readonly waitsFor: Set<string>
}

/** One average over everything: what batches add up, and their ratio in this batch. */
export interface Average {
  readonly value: Value
  readonly sum: Value
  readonly count: Value
}

/** One use of a unit: the axes of each argument that the unit runs or maps over, by the name of the input. */
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
  /** What is being expanded: `LSTM`, `Sentiment`. */
  readonly place: string
  readonly kind: 'cell' | 'layer' | 'model' | 'fn' | 'settings'
  readonly names: Map<string, Entity>
  readonly primes: Map<string, Entity>
  readonly states: ReadonlyMap<string, StateDeclaration>
  /** The axes that may be named here, and that operations see; all others are mapped over. */
  readonly axes: Map<string, Axis>
  readonly instance?: Instance
  /** The step numbers of the scans around, for draws. */
  readonly steps: () => readonly Tensor[]
  /** For a scan's body: the scope around it, and what stands there for the body's parameters. */
  readonly around?: { readonly scope: Scope; readonly bindings: () => readonly Binding[] }
  /** The type of the state whose initial value is being evaluated: there initializers are values. */
  readonly initial?: { readonly item: readonly Dim[]; readonly axes: readonly Axis[] }
  /** Names defined further down, so that a use before can say so. */
  readonly later: ReadonlyMap<string, Span>
  /** The call being expanded: whose parameter is what, for RNN213. */
  readonly call?: { readonly callee: string; readonly argument: string; readonly span: Span }
}

/** The block that a value is of: this one, or one around it. */
export function homeOf({ builder, around, session }: Scope, value: Value): Builder {
  if (builder.owns(value)) return builder
  return around === undefined ? session.root : homeOf(around.scope, value)
}
