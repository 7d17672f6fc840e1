// The interfaces of backends: a backend turns a plan into something that runs.
import type { Precision } from '../code/types.ts'
import type { Sizes } from '../ir/dim.ts'
import type { Ability } from '../plan/passes/planPass.ts'
import type { Plan } from '../plan/plan.ts'

export type { Precision } from '../code/types.ts'

/** Reals are Float32Array or Float64Array, by the precision; ints and bools are Int32Array. */
export type Buffer = Float32Array | Float64Array | Int32Array

/** Outputs of a run, by name. */
export type Results = Readonly<Record<string, Buffer>>

/** Results of a run: at once from the CPU, as a promise from a device, which works while the program goes on. */
export type Ran = Results | Promise<Results>

/** A plan that is ready to run. Runs end in the order in which they begin. */
export interface Executable<R extends Ran = Results> {
  /** Name of the backend that really runs it. */
  readonly backend: string
  /** The device that it really runs on, where that may be one of several. */
  readonly device?: string
  /** How many threads have taken part in a run so far, at most: a run with little to do is done by one. If left out 1. */
  readonly threads?: number
  /** How many runs may be under way; if left out 1, so that each ends before the next begins. */
  readonly ahead?: number
  /**
   * Makes arrays that stand for these from run to run (weights, states of optimizers); a run takes other arrays as well. A CPU lays inputs
   * that share a buffer end to end, so that runs with them copy nothing; a device keeps them, and does not read the arrays again.
   */
  store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer>
  /**
   * Runs the plan once, on a dense row-major array for each input. A CPU reads them in place, and gives views of buffers that the next run
   * overwrites; a device gives new arrays. An output that the plan updates in place is the input itself.
   */
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): R
  /**
   * Binds a CPU to these sizes and arrays, and gives what runs it on them again and again without allocating anything. Arrays that `store`
   * did not lay end to end may be read once only. Binding or running it with others ends this.
   */
  bind?(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): () => R
  /** Copies the values that runs have changed on a device into the arrays that `store` gave. */
  fetch?(): Promise<void>
  /** Frees the memory that it holds beside the heap, on a device or of WebAssembly. It cannot run any more. */
  dispose?(): void
}

/** A plan that runs on a device, with results as promises. */
export type AsyncExecutable = Executable<Promise<Results>> &
  Required<Pick<Executable<Promise<Results>>, 'device' | 'fetch' | 'dispose'>>

/** An executable of either kind, with results at once or as a promise. */
export type AnyExecutable = Executable<Ran>

/** Turns plans into executables. */
export interface Loader<E extends AnyExecutable> {
  readonly name: string
  /** The device that it runs on, where that may be one of several. */
  readonly device?: { readonly name: string }
  /** How many threads run a plan together; if left out 1. */
  readonly threads?: number
  /** What it lacks: its plans are made without the passes that need it; nothing if left out. */
  readonly lacks?: readonly Ability[]
  /** Tells why it cannot take this plan at this precision; undefined if it can. */
  refuses(plan: Plan, precision: Precision): string | undefined
  load(plan: Plan, precision: Precision): E
}

/** A backend whose runs give their results at once. */
export type Backend = Loader<Executable>

export interface AsyncBackend extends Loader<AsyncExecutable> {
  /** Frees the device. */
  close(): Promise<void>
}

export type AnyBackend = Loader<AnyExecutable>
