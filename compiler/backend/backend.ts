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

export interface Backend {
  readonly name: string
  /** Why it cannot take this plan; undefined if it can. */
  refuses(plan: Plan): string | undefined
  /** The program as the text of an ES module that exports `create(): Executable`, and imports nothing. */
  emit(plan: Plan, precision: Precision): string
  load(plan: Plan, precision: Precision): Executable
}
