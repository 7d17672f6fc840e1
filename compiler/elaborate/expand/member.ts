// Evaluates `x.name`: an output or the final states of a result, or a part or weight of an instance.
import type { Expr } from '../../../dsl/ast.ts'
import { memberFor } from '../../../dsl/borrowedWords.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { suggest } from '../../../dsl/suggest.ts'
import { tensor } from '../tensors/layout.ts'
import { Reported, Waits } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'

/** Gives the member of an entity. Throws RNN218 if it has none of that name, RNN223 for a weight that is not made yet. */
export function member(scope: Scope, of: Entity, name: string, expr: Expr & { kind: 'member' }): Entity {
  const missing = (value: string, known: Iterable<string>): never => {
    const all = [...known]
    const near = suggest(name, all)
    const choices = all.length > 0 ? `it has ${all.map(n => `\`.${n}\``).join(', ')}` : undefined
    const help =
      near === undefined
        ? (memberFor(name, sourceText(scope, expr.value.span)) ?? choices)
        : `did you mean \`.${near}\`?`
    return fail('RNN218', { value, name }, { span: expr.name.span, help })
  }
  switch (of.kind) {
    case 'unknown':
      throw new Reported()
    case 'open':
      throw new Waits()
    case 'result': {
      if (name === 'final' && of.states !== undefined) return of.states
      const output = of.outputs.get(name)
      if (output !== undefined) return output
      return missing(`\`${of.name || of.unit}\``, [...of.outputs.keys(), ...(of.states === undefined ? [] : ['final'])])
    }
    case 'states':
      return of.states.get(name) ?? missing(`the record of states of ${of.unit}`, of.states.keys())
    case 'instance': {
      const part = of.parts.get(name)
      if (part !== undefined) return part
      const weight = of.weights.get(name)
      if (weight !== undefined) return tensor(weight.value, weight.axes, weight.item, { name: `${of.local}.${name}` })
      const declared = of.unit.body.flatMap(s => (s.kind === 'param' ? s.names.map(n => n.text) : []))
      if (declared.includes(name)) return fail('RNN223', { part: of.local, param: name }, { span: expr.span })
      return missing(`part \`${of.local}\``, [...of.parts.keys(), ...declared])
    }
    default:
      return missing(`\`${sourceText(scope, expr.value.span)}\``, [])
  }
}
