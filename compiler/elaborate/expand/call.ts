// Calls and pipes: applies the entity that a callee stands for to its arguments.
import type { Arg, Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { each, known, Reported, Waits } from '../values/collectProblems.ts'
import { describeEntity, type Entity } from '../values/entity.ts'
import { isInitializer } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import { applyBuiltin } from './applyBuiltin.ts'
import { applyFn } from './applyFn.ts'
import { applyInitializer } from './applyInitializer.ts'
import { applyInstance } from './applyInstance.ts'
import type { Given, UnitArgs } from './arguments.ts'
import { evaluate } from './evaluate.ts'
import { hyperParameters, instanceOf, makeRecipe } from './recipes.ts'

/** Evaluates `x |> f`: the left side is always the first input; `left` is undefined if its evaluation failed. */
export function pipe(scope: Scope, expr: Expr & { kind: 'pipe' }, left: Entity | undefined): Entity {
  const { callee } = expr
  refuseOperator(scope, expr)
  const inner = evaluate(scope, callee.kind === 'call' ? callee.callee : callee)
  const value = known(left)
  const piped = { entity: value, span: expr.value.span }
  const apply = (): Entity => {
    // The first call of a template gives its hyper-parameters; any other call gets the left side as its first argument.
    if (callee.kind !== 'call') return callWith(scope, inner, [], piped, callee)
    if (!takesHypers(inner)) return callWith(scope, inner, callee.args, piped, callee)
    return callWith(scope, callWith(scope, inner, callee.args, undefined, callee), [], piped, callee)
  }
  return from(apply(), sourceText(scope, callee.span))
}

/** RNN210 for an operator behind a pipe, which binds before the pipe: `x |> dense(1) + y`. */
function refuseOperator(scope: Scope, { value, callee }: Expr & { kind: 'pipe' }): void {
  if (callee.kind !== 'binary') return
  const [before, left, right] = [value.span, callee.left.span, callee.right.span].map(s => sourceText(scope, s))
  const help = `\`${callee.op}\` binds before \`|>\`: write \`(${before} |> ${left}) ${callee.op} ${right}\``
  const found = `\`${left} ${callee.op} ${right}\``
  fail(
    'RNN210',
    { what: 'what follows `|>`', expected: 'a cell, a layer or a function', found },
    { span: callee.span, help },
  )
}

const takesHypers = (e: Entity): boolean => e.kind === 'template' && e.unit.hasParams

/** Attaches to a value the text that made it, for messages. */
function from(e: Entity, source: string): Entity {
  if (e.kind === 'tensor') return { ...e, source }
  return e.kind === 'result' && e.value !== undefined ? { ...e, value: { ...e.value, source } } : e
}

/** Evaluates `f(…)`. */
export const call = (scope: Scope, expr: Expr & { kind: 'call' }, callee: Entity): Entity =>
  from(callWith(scope, callee, expr.args, undefined, expr), sourceText(scope, expr.span))

/** Applies a callee of any kind; a value that is piped into it comes before the written arguments. */
function callWith(scope: Scope, callee: Entity, args: readonly Arg[], piped: Given | undefined, site: Expr): Entity {
  const { span } = site
  const given = collect(scope, args, piped)
  switch (callee.kind) {
    case 'unknown':
      throw new Reported()
    case 'open':
      throw new Waits()
    case 'template':
      return callTemplate(scope, callee, given, piped, site)
    case 'recipe':
      return applyRecipeHere(scope, callee, given, site)
    case 'instance':
      return applyInstance(scope, callee, given, span)
    case 'fn':
      return applyFn(scope, callee.fn, given, span)
    case 'builtin':
      return applyBuiltin(scope, callee.builtin, given, site)
    case 'init':
      // `zeros` alone is a value; a call gives arguments to a distribution.
      if (callee.name === undefined || callee.init.kind !== 'draw' || !isInitializer(callee.name)) break
      return applyInitializer(scope, callee.name, given, span)
  }
  return fail(
    'RNN225',
    { value: sourceText(scope, site.kind === 'call' ? site.callee.span : site.span), found: describeEntity(callee) },
    { span },
  )
}

/** Evaluates the arguments of a call, with a piped value as the first. */
function collect(scope: Scope, args: readonly Arg[], piped: Given | undefined): UnitArgs {
  const positional: Given[] = piped === undefined ? [] : [piped]
  const named = new Map<string, Given>()
  let over: { text: string; span: Span } | undefined
  each(args, arg => {
    if (arg.kind === 'over') {
      if (over !== undefined)
        fail('RNN208', { callee: 'a call', expected: 'one `over`', found: 'two were' }, { span: arg.span })
      over = arg.axis
      return
    }
    const given = { entity: evaluate(scope, arg.value), span: arg.value.span }
    if (arg.kind === 'positional') positional.push(given)
    else if (named.has(arg.name.text))
      fail('RNN107', { name: arg.name.text }, { span: arg.name.span, help: 'pass it once' })
    else named.set(arg.name.text, { ...given, name: arg.name.span })
  })
  return { positional, named, over }
}

/** Calls a template: that gives a recipe, or applies it to a piped value, or to its arguments if it has no hyper-parameters. */
function callTemplate(
  scope: Scope,
  callee: Entity & { kind: 'template' },
  given: UnitArgs,
  piped: Given | undefined,
  site: Expr,
): Entity {
  const { unit } = callee
  const { span } = site
  if (piped !== undefined && unit.params.some(p => p.default === undefined)) {
    const values = { callee: unit.name.text, params: hyperParameters(unit), value: sourceText(scope, piped.span) }
    return fail('RNN224', values, { span })
  }
  const isEmpty = given.positional.length === 0 && given.named.size === 0 && given.over === undefined
  // A template declared without `(…)` has no hyper-parameters, so its first call applies it.
  if (piped !== undefined || (!takesHypers(callee) && !isEmpty)) {
    const recipe = makeRecipe(scope, unit, { positional: [], named: new Map() }, span)
    return applyRecipeHere(scope, recipe, given, site)
  }
  return makeRecipe(scope, unit, given, span)
}

/** Applies a recipe in place, with one anonymous instance for this place in the text. */
function applyRecipeHere(scope: Scope, recipe: Entity & { kind: 'recipe' }, given: UnitArgs, site: Expr): Entity {
  return applyInstance(scope, instanceOf(scope, recipe, site.span), given, site.span)
}
