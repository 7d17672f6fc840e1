// The plain JavaScript backend.
import type { Plan } from '../plan/plan.ts'
import type { Backend, Executable, Precision } from './backend.ts'
import { moduleText } from './js/module.ts'

/** Runs everywhere, and takes every plan. */
export const js: Backend = {
  name: 'js',
  refuses: () => undefined,
  emit: moduleText,
  load: (plan: Plan, precision: Precision): Executable => {
    const text = moduleText(plan, precision).replace('export function create', 'function create')
    const instantiate = new Function(`${text}\nreturn create()`)
    return instantiate()
  },
}
