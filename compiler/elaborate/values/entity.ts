// What a name or an expression may stand for while a program is being expanded.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
import { asNumber, constant, type Dim } from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { Builtin } from './builtinFunction.ts'
import type { Init } from './signature.ts'
import type { Axis, Coding, Tensor } from './tensor.ts'

/** A static number. Whole numbers are dims, which may hold symbols: V, 4*units. */
export type StaticNumber =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'dim'; readonly dim: Dim }

/** `[0.5, 0.25]`: a list of static numbers, which is a value wherever it meets one. */
export interface StaticVector {
  readonly kind: 'vector'
  readonly numbers: readonly StaticNumber[]
}
/** A number from outside, as the same number in the file would be. */
export const staticNumber = (value: number): StaticNumber =>
  Number.isSafeInteger(value) ? { kind: 'dim', dim: constant(value) } : { kind: 'number', value }

/** The number that is known; undefined for what is none, or holds a size symbol. */
export const staticValue = (e: Entity): number | undefined =>
  e.kind === 'number' ? e.value : e.kind === 'dim' ? asNumber(e.dim) : undefined

/** A template with its hyper-parameters: it has no weights yet. */
export interface Recipe {
  readonly kind: 'recipe'
  readonly unit: Unit
  readonly hypers: ReadonlyMap<string, Entity>
  readonly span: Span
  /** How messages call it: `LSTM(100)`. */
  readonly text: string
  /** The hyper-parameter through which it came, if it did: what an anonymous instance is named after. */
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

/** One set of weights of a unit. What is not known before its first application is filled in then. */
export interface Instance {
  readonly kind: 'instance'
  readonly unit: Unit
  readonly hypers: ReadonlyMap<string, Entity>
  /** The recipe as it was written: `LSTM(100)`. */
  readonly text: string
  readonly parent?: Instance
  /** The name of the part, or the template's for one applied in place. */
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
  /** The input that brought it, for messages. */
  readonly input: string
  readonly shown: string
  readonly span: Span
}

export interface ItemBinding {
  readonly dtype: Tensor['dtype']
  readonly item: readonly Dim[]
  readonly coding?: Coding
}

/** What applying a unit gives: its `return`, its other outputs, and for a cell its last states. */
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
  /** An initializer or an expression of them; `name` only while it still may be called. */
  | { readonly kind: 'init'; readonly init: Init; readonly name?: string }
  | Recipe
  | Instance
  | Result
  | States
  /** Stands for what only a use of the unit gives, and for what is made of it: its checks wait for that use. */
  | { readonly kind: 'open' }
  /** Stands for what an error was already reported about. */
  | { readonly kind: 'unknown' }

/** For "found …" in messages. */
export function describeEntity(e: Entity): string {
  switch (e.kind) {
    case 'tensor':
    case 'result':
      return 'a value'
    case 'number':
    case 'dim':
      return 'a number'
    case 'vector':
      return `a list of ${e.numbers.length} number${e.numbers.length === 1 ? '' : 's'}`
    case 'bool':
      return 'true or false'
    case 'string':
      return 'a text'
    case 'template':
      return `the ${e.unit.unit} \`${e.unit.name.text}\``
    case 'fn':
      return `the function \`${e.fn.name.text}\``
    case 'builtin':
      return `the function \`${e.builtin.name}\``
    case 'init':
      return 'an initial value'
    case 'recipe':
      return `the recipe \`${e.text}\``
    case 'instance':
      return `the part \`${e.local}\``
    case 'states':
      return `the states of ${e.unit}`
    case 'open':
      return 'what a use gives'
    case 'unknown':
      return 'something unknown'
  }
}
