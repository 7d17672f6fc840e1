// Checks that a recipe can be an optimizer.
import { fail } from '../../../dsl/diagnostics.ts'
import { isOptimizer } from '../linking/isOptimizer.ts'
import { describeEntity, type Entity, type Recipe } from '../values/entity.ts'

/** Kinds of what can be applied, and is no number. */
const applied: ReadonlySet<Entity['kind']> = new Set(['fn', 'recipe', 'template'])

/** Throws RNN231 for a recipe that cannot be an optimizer, or that has a schedule in the place of a number. */
export function checkOptimizer({ unit, hypers, span }: Recipe): void {
  if (isOptimizer(unit)) {
    const misplaced = [...hypers].find(([name, e]) => name !== 'schedule' && applied.has(e.kind))
    if (misplaced === undefined || !hypers.has('schedule')) return
    const [what, found] = [`\`${misplaced[0]}\` of ${unit.name.text}`, describeEntity(misplaced[1])]
    fail('RNN231', { what, expected: 'a number', found }, { span, help: 'a schedule has its name: `schedule = …`' })
  }
  fail(
    'RNN231',
    {
      what: 'an optimizer',
      expected: 'a cell with one input, the gradient, and a state `p`, the parameter',
      found: `the ${unit.unit} \`${unit.name.text}\``,
    },
    { span },
  )
}
