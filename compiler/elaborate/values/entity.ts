// Entities: everything that a name or an expression may stand for while a program is being expanded.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
import { counted } from '../../../dsl/counted.ts'
import { asNumber, constant, type Dim } from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { Builtin } from './builtinFunction.ts'
import type { Init } from './signature.ts'
import type { Axis, Coding, Tensor } from './tensor.ts'

/** A static number. Whole numbers are dims, which may hold symbols: V, 4*units. */
export type StaticNumber =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'dim'; readonly dim: Dim }

/** `[0.5, 0.25]`: a list of static numbers, which becomes a tensor wherever it meets one. */
export interface StaticVector {
  readonly kind: 'vector'
  readonly numbers: readonly StaticNumber[]
}

/** Makes a static number as the file would: a dim if it is whole. */
export const staticNumber = (value: number): StaticNumber =>
  Number.isSafeInteger(value) ? { kind: 'dim', dim: constant(value) } : { kind: 'number', value }

/** Gives the value of a static number; undefined for other entities and for a dim that holds a size symbol. */
export const staticValue = (e: Entity): number | undefined =>
  e.kind === 'number' ? e.value : e.kind === 'dim' ? asNumber(e.dim) : undefined

/** A template with its hyper-parameters: it has no weights yet. */
export interface Recipe {
  readonly kind: 'recipe'
  readonly unit: Unit
  readonly hypers: ReadonlyMap<string, Entity>
  readonly span: Span
  /** Its text in messages: `LSTM(100)`. */
  readonly text: string
  /** The hyper-parameter that passed it on, if any; an anonymous instance is named after it. */
  readonly via?: string
}

export interface WeightRecord {
  readonly owner: Instance
  readonly local: string
  readonly value: Value
  readonly item: readonly Dim[]
  readonly axes: readonly Axis[]
  readonly init: Init
}

/** One set of weights of a unit. Its first application fills in the dims, items and weights. */
export interface Instance {
  readonly kind: 'instance'
  readonly unit: Unit
  readonly hypers: ReadonlyMap<string, Entity>
  /** The recipe as it was written: `LSTM(100)`. */
  readonly text: string
  readonly parent?: Instance
  /** The name of the part; if applied in place, of the hyper-parameter or template that it came from. */
  readonly local: string
  readonly anonymous: boolean
  readonly site: Span
  readonly dims: Map<string, BoundDim>
  readonly items: Map<string, ItemBinding>
  readonly weights: Map<string, WeightRecord>
  readonly parts: Map<string, Instance>
  /** Instances applied in place, by their place in the text. */
  readonly placed: Map<string, Instance>
  /** Axes of fixed length that the unit itself declares. */
  readonly axes: Map<string, Axis>
}

export interface BoundDim {
  readonly dim: Dim
  /** The input that bound it, for messages. */
  readonly input: string
  readonly shown: string
  readonly span: Span
}

export interface ItemBinding {
  readonly dtype: Tensor['dtype']
  readonly item: readonly Dim[]
  readonly coding?: Coding
}

/** The result of applying a unit: its `return`, its other outputs, and for a cell its last states. */
export interface Result {
  readonly kind: 'result'
  readonly unit: string
  readonly value?: Tensor
  readonly outputs: ReadonlyMap<string, Tensor>
  readonly states?: States
  readonly name: string
}

export interface States {
  readonly kind: 'states'
  readonly unit: string
  readonly states: ReadonlyMap<string, Tensor>
}

export type Entity =
  | Tensor
  | StaticNumber
  | StaticVector
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'template'; readonly unit: Unit }
  | { readonly kind: 'fn'; readonly fn: Fn }
  | { readonly kind: 'builtin'; readonly builtin: Builtin }
  /** An initializer or an expression of them; `name` is set only while it may still be called with arguments. */
  | { readonly kind: 'init'; readonly init: Init; readonly name?: string }
  | Recipe
  | Instance
  | Result
  | States
  /** A value that only a use of the unit gives, or one computed from it: its checks wait for that use. */
  | { readonly kind: 'open' }
  /** A failed value, whose error was already reported. */
  | { readonly kind: 'unknown' }

/** Words an entity for "found …" in messages. */
export function describeEntity(e: Entity): string {
  switch (e.kind) {
    case 'tensor':
    case 'result':
      return 'a value'
    case 'number':
    case 'dim':
      return 'a number'
    case 'vector':
      return `a list of ${counted(e.numbers.length, 'number')}`
    case 'bool':
      return 'a bool'
    case 'string':
      return 'a string'
    case 'template':
      return `the ${e.unit.unit} \`${e.unit.name.text}\``
    case 'fn':
      return `the function \`${e.fn.name.text}\``
    case 'builtin':
      return `the function \`${e.builtin.name}\``
    case 'init':
      return 'an initializer'
    case 'recipe':
      return `the recipe \`${e.text}\``
    case 'instance':
      return `the part \`${e.local}\``
    case 'states':
      return `the states of ${e.unit}`
    case 'open':
      return 'the value of a use'
    case 'unknown':
      return 'something unknown'
  }
}
