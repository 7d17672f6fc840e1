// Binds the arguments of a call to the inputs of a unit, by place or by name.
import type { Declaration, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import type { Argument } from '../axes/argument.ts'
import { asTensor } from '../tensors/convert.ts'
import { each } from '../values/collectProblems.ts'
import type { Instance } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { expected, type UnitArgs, wereGiven } from './arguments.ts'

/** Gives an argument for each input. Throws RNN208 for too many, RNN209 for a missing one, RNN105 or RNN309 for a name of none. */
export function bindArguments(
  scope: Scope,
  instance: Instance,
  inputs: readonly Declaration[],
  given: UnitArgs,
  span: Span,
): Argument[] {
  const { unit } = instance
  const declared = inputs.flatMap(declaration => declaration.names.map(name => ({ name: name.text, declaration })))
  if (given.positional.length > declared.length) {
    const takes = expected(
      declared.map(d => d.name),
      'input',
    )
    fail('RNN208', { callee: unit.name.text, expected: takes, found: wereGiven(given.positional.length) }, { span })
  }
  const stateNames = unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  for (const [name, g] of given.named) {
    const known = [...declared.map(d => d.name), ...(unit.unit === 'cell' ? [...stateNames, 'from'] : [])]
    if (!known.includes(name)) {
      fail(
        unit.unit === 'cell' ? 'RNN309' : 'RNN105',
        { unit: unit.name.text, state: name, kind: 'input', name },
        { span: g.name ?? g.span, help: didYouMean(name, unit.unit === 'cell' ? stateNames : known) },
      )
    }
  }
  return each([...declared.entries()], ([i, { name, declaration }]): Argument => {
    const named = given.named.get(name)
    if (given.positional[i] !== undefined && named !== undefined)
      fail('RNN107', { name }, { span: named.name ?? named.span, help: 'it is also passed by position' })
    const g = given.positional[i] ?? named
    if (g === undefined) return fail('RNN209', { callee: unit.name.text, name }, { span })
    return { name, declaration, span: g.span, tensor: asTensor(scope, g.entity, g.span), declared: new Map() }
  })
}
