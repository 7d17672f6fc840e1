// What a backend is: it turns a plan into the text of a program, and runs it.
import type { Sizes } from '../ir/dim.ts'
import type { Plan } from '../plan/plan.ts'

/** Reals are Float32Array or Float64Array, by the precision; ints and bools are Int32Array. */
export type Buffer = Float32Array | Float64Array | Int32Array

export type Precision = 'f32' | 'f64'

export interface Executable {
  /** What really ran. */
  readonly backend: string
  /**
   * The same arrays, with those laid end to end that the plan reads as one: a run with them copies nothing. To be called once,
   * with what stays from run to run (weights, states of optimizers); a run takes other arrays as well.
   */
  store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer>
  /**
   * Runs the plan once. `inputs` holds a dense row-major array for each input of the plan, read in place. The results are
   * views of buffers that the next run overwrites; one that the plan updates in place is the input itself.
   */
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): Readonly<Record<string, Buffer>>
}

/** As `Executable`, for a device that works while the program goes on. Runs end in the order in which they begin. */
export interface AsyncExecutable {
  readonly backend: string
  /** The device that it really runs on. */
  readonly device: string
  /** How many runs may be under way; 1, so that each ends before the next begins, if left out. */
  readonly ahead?: number
  /** Brings what stays from run to run to the device; the arrays given back stand for it there, and are not read again. */
  store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer>
  /** Runs the plan once. The results are new arrays; one that the plan updates in place is the input itself, see `fetch`. */
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): Promise<Readonly<Record<string, Buffer>>>
  /** Brings what runs have changed on the device into the arrays that `store` gave. */
  fetch(): Promise<void>
  /** Frees what it holds on the device. */
  dispose(): void
}

/** What turns plans into something that runs. */
export interface Loader<E> {
  readonly name: string
  /** What it runs on, where that may be one of several. */
  readonly device?: { readonly name: string }
  /** Why it cannot take this plan at this precision; undefined if it can. */
  refuses(plan: Plan, precision: Precision): string | undefined
  load(plan: Plan, precision: Precision): E
}

export interface AsyncBackend extends Loader<AsyncExecutable> {
  /** Frees the device. */
  close(): Promise<void>
}

/** What runs a model, now or later. */
export type AnyBackend = Loader<Executable | AsyncExecutable>

export interface Backend extends Loader<Executable> {
  /** The program as the text of an ES module that exports `create(): Executable`, and imports nothing. */
  emit(plan: Plan, precision: Precision): string
}
