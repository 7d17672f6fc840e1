// Prepares a plan for a device: tasks that bind few enough buffers, and random numbers drawn by the host.
import type { Sizes } from '../../ir/dim.ts'
import { type FreshBuffer, freshBuffers } from '../../plan/freshBuffers.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Buffer } from '../backend.ts'
import { js } from '../js.ts'
import { splitDraws } from './draws.ts'
import { splitTask } from './splitTask.ts'
import { type TaskStep, taskSteps } from './tasks.ts'

type Inputs = Readonly<Record<string, Buffer>>

export interface DevicePlan {
  /** The device's part of the plan; the draws of the host are among its inputs. */
  readonly plan: Plan
  readonly steps: readonly TaskStep[]
  /** Makes buffers in addition to those of the plan. */
  readonly fresh: FreshBuffer
  /** Adds the draws of the host to the inputs. The arrays of the draws are the same at each call. */
  draw(sizes: Sizes, inputs: Inputs): Inputs
}

/** Throws a plain Error for a plan that `refuses` refuses. A task may touch at most `most` buffers. */
export function devicePlan(whole: Plan, most: number): DevicePlan {
  const split = splitDraws(whole)
  if (typeof split === 'string') throw new Error(split)
  const host = split && js.load(split.host, 'f32')
  const plan = split?.device ?? whole
  const fresh = freshBuffers(plan)
  return {
    plan,
    steps: taskSteps(plan, task => splitTask(task, most, fresh)),
    fresh,
    draw: (sizes, inputs) => (host === undefined ? inputs : { ...inputs, ...host.run(sizes, inputs) }),
  }
}
