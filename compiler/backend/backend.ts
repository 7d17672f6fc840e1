// What a backend is: it turns a plan into something that runs.
import type { Sizes } from '../ir/dim.ts'
import type { Plan } from '../plan/plan.ts'

/** Reals are Float32Array or Float64Array, by the precision; ints and bools are Int32Array. */
export type Buffer = Float32Array | Float64Array | Int32Array

export type Precision = 'f32' | 'f64'

/** What a run gives, by the names of the outputs. */
export type Results = Readonly<Record<string, Buffer>>

/** The results, from what answers at once; from a device, which works while the program goes on, the promise of them. */
export type Ran = Results | Promise<Results>

/** A plan that is ready to run. Runs end in the order in which they begin. */
export interface Executable<R extends Ran = Results> {
  /** What really runs. */
  readonly backend: string
  /** The device that it really runs on, where that may be one of several. */
  readonly device?: string
  /** How many runs may be under way; 1, so that each ends before the next begins, if left out. */
  readonly ahead?: number
  /**
   * Arrays that stand for these from run to run (weights, states of optimizers). A CPU lays end to end what the plan reads as one, so that a
   * run with them copies nothing; a device keeps them, and does not read the arrays again. A run takes other arrays as well.
   */
  store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer>
  /**
   * Runs the plan once. `inputs` holds a dense row-major array for each input of the plan. A CPU reads them in place, and gives views of
   * buffers that the next run overwrites; a device gives new arrays. An output that the plan updates in place is the input itself.
   */
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): R
  /** Brings what runs have changed on a device into the arrays that `store` gave. */
  fetch?(): Promise<void>
  /** Frees what it holds on a device. */
  dispose?(): void
}

export type AsyncExecutable = Executable<Promise<Results>> &
  Required<Pick<Executable<Promise<Results>>, 'device' | 'fetch' | 'dispose'>>

/** What runs a model, now or later. */
export type AnyExecutable = Executable<Ran>

/** What turns plans into something that runs. */
export interface Loader<E extends AnyExecutable> {
  readonly name: string
  /** What it runs on, where that may be one of several. */
  readonly device?: { readonly name: string }
  /** Why it cannot take this plan at this precision; undefined if it can. */
  refuses(plan: Plan, precision: Precision): string | undefined
  load(plan: Plan, precision: Precision): E
}

/** One that answers at once. */
export type Backend = Loader<Executable>

export interface AsyncBackend extends Loader<AsyncExecutable> {
  /** Frees the device. */
  close(): Promise<void>
}

export type AnyBackend = Loader<AnyExecutable>
