// Makes recipes (a template with its hyper-parameters) and instances (the sets of weights made from a recipe).
import type { Span, Unit } from '../../../dsl/ast.ts'
import { diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import type { Instance, Recipe } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import { bindParameters, type UnitArgs } from './arguments.ts'

/** Words a unit's hyper-parameters as `units, …`: the required ones, and `…` if there are others. */
export function hyperParameters(unit: Unit): string {
  const needed = unit.params.filter(p => p.default === undefined).map(p => p.name.text)
  return (needed.length < unit.params.length ? [...needed, '…'] : needed).join(', ')
}

/** Gives a template its hyper-parameters. Throws RNN313 for a model, RNN224 for a value of the network among them. */
export function makeRecipe(scope: Scope, unit: Unit, given: UnitArgs, span: Span): Recipe {
  if (unit.unit === 'model') fail('RNN313', { model: unit.name.text }, { span })
  const params = hyperParameters(unit)
  for (const g of [...given.positional, ...given.named.values()]) {
    if (g.entity.kind === 'tensor' || g.entity.kind === 'result') {
      fail(
        'RNN224',
        { callee: unit.name.text, params, value: sourceText(scope, g.span) },
        {
          span: g.span,
          help: `write \`${sourceText(scope, g.span)} |> ${unit.name.text}${unit.params.length > 0 ? `(${params})` : ''}\``,
        },
      )
    }
  }
  const hypers = bindParameters(
    scope,
    { name: unit.name.text, params: unit.params, what: 'hyper-parameter' },
    given,
    span,
  )
  return { kind: 'recipe', unit, hypers, span, text: sourceText(scope, span) }
}

/** Gives the anonymous instance of a recipe applied in place: one for each place in the text, within each enclosing instance. */
export function instanceOf(scope: Scope, recipe: Recipe, site: Span): Instance {
  if (scope.instance === undefined || scope.kind === 'fn') {
    const help = 'a function has no weights: apply a part, or make it a `layer`'
    return fail('RNN114', { statement: recipe.text, place: 'a function' }, { span: site, help })
  }
  const key = `${site.file}:${site.start}`
  const known = scope.instance.placed.get(key)
  if (known !== undefined) return known
  if (recipe.via !== undefined) warnOfCopies(scope, recipe.via, site)
  const made = newInstance(recipe, scope.instance, recipe.via ?? recipe.unit.name.text, true, site)
  scope.instance.placed.set(key, made)
  return made
}

/** Warns (RNN222) if a unit applies the recipe from one hyper-parameter in place again, which makes another set of weights. */
function warnOfCopies(scope: Scope, name: string, site: Span): void {
  const before = [...(scope.instance?.placed.values() ?? [])].find(i => i.local === name)
  if (before === undefined || inLibrary(site)) return
  const labels = [{ span: before.site, text: 'first applied here' }]
  scope.session.warnings.push(diagnostic('RNN222', { name }, { span: site, labels }))
}

/** Makes an instance that is still empty: its first application fills in dims, items and weights. */
export function newInstance(
  recipe: Pick<Recipe, 'unit' | 'hypers' | 'text'>,
  parent: Instance | undefined,
  local: string,
  anonymous: boolean,
  site: Span,
): Instance {
  return {
    kind: 'instance',
    unit: recipe.unit,
    hypers: recipe.hypers,
    text: recipe.text,
    parent,
    local,
    anonymous,
    site,
    dims: new Map(),
    items: new Map(),
    weights: new Map(),
    parts: new Map(),
    placed: new Map(),
    axes: new Map(),
  }
}
