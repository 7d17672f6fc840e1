// Creates the scope in which a model is expanded, with its session and hyper-parameters.
import type { Unit } from '../../../dsl/ast.ts'
import { sizesIn } from '../../../dsl/children.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { createBuilder } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { evaluate } from '../expand/evaluate.ts'
import { laterNames } from '../expand/expanding.ts'
import { labelledHyper } from '../expand/labelledHyper.ts'
import { newInstance } from '../expand/recipes.ts'
import { namesIn } from '../expand/typeExpressions.ts'
import { type Entity, type Instance, staticNumber } from '../values/entity.ts'
import { type LowerOptions, newSession } from '../values/newSession.ts'
import type { Scope } from '../values/scope.ts'

/** Names for the number of examples: the first that is not a name of the model is taken. The last can be no name of a model. */
export const batchSymbols = ['B', 'batch', 'examples', 'B_', 'B$'] as const

export interface ModelScope extends Scope {
  readonly instance: Instance
}

/** Creates the scope of a model, empty except for its hyper-parameters. Throws RNN209 for one without a value. */
export function modelScope(unit: Unit, options: LowerOptions): ModelScope {
  const { context } = options
  const builder = createBuilder(context)
  const taken = namesInTypes(unit)
  const batchName = batchSymbols.find(n => !taken.has(n)) ?? batchSymbols[0]
  const session = newSession(options, builder, { name: 'batch', size: D.symbol(batchName), batch: true }, unit)
  const whole = { unit, hypers: new Map(), text: unit.name.text }
  const instance = newInstance(whole, undefined, '', false, unit.span)
  const scope = {
    session,
    builder,
    place: unit.name.text,
    kind: 'model' as const,
    names: new Map<string, Entity>(),
    primes: new Map(),
    states: new Map(),
    axes: new Map(),
    instance,
    steps: () => [],
    later: laterNames(unit.body),
  }
  for (const param of unit.params) {
    const { text } = param.name
    const set = options.sets.get(text)
    if (set !== undefined) scope.names.set(text, labelledHyper(text, staticNumber(set)))
    else if (param.default !== undefined) scope.names.set(text, labelledHyper(text, evaluate(scope, param.default)))
    else
      fail(
        'RNN209',
        { callee: unit.name.text, name: text },
        { span: param.span, help: `give it a default, or set it with \`--set ${text}=…\`` },
      )
  }
  return scope
}

/** Collects the names of axes and sizes in the types of a model: those that its graphs may have as size symbols. */
function namesInTypes({ body }: Unit): ReadonlySet<string> {
  const types = body.flatMap(s => ('type' in s && s.type !== undefined ? [s.type] : []))
  return new Set(
    types.flatMap(type => [
      ...type.axes.map(a => a.name.text),
      ...sizesIn(type).flatMap(size => namesIn(size).map(n => n.name)),
    ]),
  )
}
