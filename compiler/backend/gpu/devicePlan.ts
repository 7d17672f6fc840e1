// A plan as a device runs it: as tasks that bind few enough buffers, with what it draws drawn by the host.
import type { Sizes } from '../../ir/dim.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Buffer } from '../backend.ts'
import { js } from '../js.ts'
import { splitDraws } from './draws.ts'
import { type FreshBuffer, splitTask } from './splitTask.ts'
import { type TaskStep, taskSteps } from './tasks.ts'

type Inputs = Readonly<Record<string, Buffer>>

export interface DevicePlan {
  /** What is left to the device; what is drawn is among its inputs. */
  readonly plan: Plan
  readonly steps: readonly TaskStep[]
  /** Makes further buffers. */
  readonly fresh: FreshBuffer
  /** The inputs together with what is drawn from them. The arrays of the draws are the same at each call. */
  draw(sizes: Sizes, inputs: Inputs): Inputs
}

/** Throws a plain Error for a plan that `refuses` refuses. `most` is how many buffers a task may touch. */
export function devicePlan(whole: Plan, most: number): DevicePlan {
  const split = splitDraws(whole)
  if (typeof split === 'string') throw new Error(split)
  const host = split && js.load(split.host, 'f32')
  const plan = split?.device ?? whole
  let nextId = Math.max(0, ...plan.buffers.map(b => b.id)) + 1
  const fresh: FreshBuffer = (size, hint) => ({ id: nextId++, dtype: 'real', size, hint })
  return {
    plan,
    steps: taskSteps(plan, task => splitTask(task, most, fresh)),
    fresh,
    draw: (sizes, inputs) => (host === undefined ? inputs : { ...inputs, ...host.run(sizes, inputs) }),
  }
}
