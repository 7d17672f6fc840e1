// Calls and pipes: applies the entity that a callee stands for to its arguments.
import type { Arg, Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import { asNumber } from '../tensors/convert.ts'
import { visibleAxes } from '../tensors/typedOperations.ts'
import { each, known, Reported, Waits } from '../values/collectProblems.ts'
import { describeEntity, type Entity } from '../values/entity.ts'
import { initializers, isInitializer, outOfRange, takes } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { quoted, sourceText } from '../values/wording.ts'
import { applyFn } from './applyFn.ts'
import { applyInstance } from './applyInstance.ts'
import { counted, type Given, type UnitArgs } from './arguments.ts'
import { evaluate } from './evaluate.ts'
import { hyperParameters, instanceOf, makeRecipe } from './recipes.ts'

/** Evaluates `x |> f`: the left side is always the first input; `left` is undefined if its evaluation failed. */
export function pipe(scope: Scope, expr: Expr & { kind: 'pipe' }, left: Entity | undefined): Entity {
  const { callee } = expr
  const inner = evaluate(scope, callee.kind === 'call' ? callee.callee : callee)
  const value = known(left)
  const first = [{ entity: value, span: expr.value.span }]
  const apply = (): Entity => {
    // The first call of a template gives its hyper-parameters; any other call gets the left side as its first argument.
    if (callee.kind !== 'call') return callWith(scope, inner, [], first, callee)
    if (!takesHypers(inner)) return callWith(scope, inner, callee.args, first, callee)
    return callWith(scope, callWith(scope, inner, callee.args, [], callee), [], first, callee)
  }
  return from(apply(), sourceText(scope, callee.span))
}

const takesHypers = (e: Entity): boolean => e.kind === 'template' && e.unit.hasParams

/** Attaches to a value the text that made it, for messages. */
function from(e: Entity, source: string): Entity {
  if (e.kind === 'tensor') return { ...e, source }
  return e.kind === 'result' && e.value !== undefined ? { ...e, value: { ...e.value, source } } : e
}

/** Evaluates `f(…)`. */
export const call = (scope: Scope, expr: Expr & { kind: 'call' }, callee: Entity): Entity =>
  from(callWith(scope, callee, expr.args, [], expr), sourceText(scope, expr.span))

/** Applies a callee of any kind. `first` holds values that come before the written arguments. */
function callWith(
  scope: Scope,
  callee: Entity,
  args: readonly Arg[],
  first: readonly { entity: Entity; span: Span }[],
  site: Expr,
): Entity {
  const { span } = site
  const given = collect(scope, args, first)
  switch (callee.kind) {
    case 'unknown':
      throw new Reported()
    case 'open':
      throw new Waits()
    case 'template':
      if (first.length > 0 && callee.unit.params.some(p => p.default === undefined)) {
        return fail(
          'RNN224',
          {
            callee: callee.unit.name.text,
            params: hyperParameters(callee.unit),
            value: sourceText(scope, first[0].span),
          },
          { span },
        )
      }
      // A template declared without `(…)` has no hyper-parameters, so its first call applies it.
      if (first.length > 0 || (!takesHypers(callee) && args.length > 0)) {
        const recipe = makeRecipe(scope, callee.unit, { positional: [], named: new Map() }, span)
        return applyRecipeHere(scope, recipe, given, site)
      }
      return makeRecipe(scope, callee.unit, given, span)
    case 'recipe':
      return applyRecipeHere(scope, callee, given, site)
    case 'instance':
      return applyInstance(scope, callee, given, span)
    case 'fn':
      return applyFn(scope, callee.fn, given, span)
    case 'builtin': {
      const { builtin } = callee
      const [least, most] = builtin.arity
      const all = placed(builtin, given, span)
      if (all.length < least || all.length > most) {
        const expected =
          least === most ? `${least} argument${least === 1 ? '' : 's'}: (${builtin.params})` : `(${builtin.params})`
        fail('RNN208', { callee: builtin.name, expected, found: counted(all.length) }, { span })
      }
      if (given.over !== undefined && !builtin.takesAxis)
        fail(
          'RNN208',
          { callee: builtin.name, expected: `(${builtin.params})`, found: '`over` was' },
          { span: given.over.span },
        )
      if (all.some(a => a.entity.kind === 'open')) throw new Waits()
      const { over } = given
      return builtin.apply({
        scope,
        args: all.map(a => a.entity),
        spans: all.map(a => a.span),
        span,
        place: site.kind === 'call' ? site.callee.span : span,
        over: over && { name: over, axis: t => axisNamed(scope, t, over.text, over.span) },
      })
    }
    case 'init': {
      if (callee.name === undefined || callee.init.kind !== 'draw') break
      if (!isInitializer(callee.name)) break
      const written: readonly (readonly string[])[] = initializers[callee.name]
      const all = placed({ name: callee.name, names: written.at(-1) ?? [] }, given, span)
      const numbers = all.map(a => asNumber(scope, a.entity, `an argument of ${callee.name}`, a.span))
      if (!takes(callee.name, numbers.length)) {
        const expected = written.map(names => `(${names.join(', ')})`).join(' or ')
        fail('RNN208', { callee: callee.name, expected, found: counted(numbers.length) }, { span })
      }
      const wrong = outOfRange(callee.name, numbers)
      if (wrong !== undefined) {
        const [what, found] = [`\`${wrong.argument}\` of ${callee.name}`, String(numbers[wrong.place])]
        fail('RNN207', { what, expected: wrong.expected, found }, { span: all[wrong.place].span })
      }
      return { kind: 'init', init: { kind: 'draw', initializer: callee.name, args: numbers } }
    }
  }
  return fail(
    'RNN225',
    { value: sourceText(scope, site.kind === 'call' ? site.callee.span : site.span), found: describeEntity(callee) },
    { span },
  )
}

/** Orders the arguments: a named one goes to the place of its parameter. */
function placed(builtin: { name: string; names: readonly string[] }, given: UnitArgs, span: Span): Given[] {
  const all: (Given | undefined)[] = [...given.positional]
  for (const [name, arg] of given.named) {
    const place = builtin.names.indexOf(name)
    const at = arg.name ?? arg.span
    if (place < 0) fail('RNN105', { kind: 'argument', name }, { span: at, help: didYouMean(name, builtin.names) })
    if (all[place] !== undefined) fail('RNN107', { name }, { span: at, help: 'it is also given by its place' })
    all[place] = arg
  }
  return [...all].map(
    g =>
      g ??
      fail('RNN209', { callee: builtin.name, name: builtin.names[all.indexOf(undefined)] ?? 'an argument' }, { span }),
  )
}

function collect(scope: Scope, args: readonly Arg[], first: readonly { entity: Entity; span: Span }[]): UnitArgs {
  const positional: Given[] = [...first]
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
      fail('RNN107', { name: arg.name.text }, { span: arg.name.span, help: 'give it once' })
    else named.set(arg.name.text, { ...given, name: arg.name.span })
  })
  return { positional, named, over }
}

/** Finds the value's axis that `over name` means: the one of that name, or one derived from it, as by `drop_first`. */
function axisNamed(scope: Scope, t: Tensor, name: string, span: Span): Axis {
  const axis = scope.axes.get(name)
  if (axis === undefined && scope.session.alone?.seesAxes === false) throw new Waits()
  const mine = axis && visibleAxes(scope, t).filter(a => a === axis || baseOf(a) === baseOf(axis))
  if (mine !== undefined && mine.length > 0) return mine[0]
  const axes = visibleAxes(scope, t).map(a => a.name)
  const help = axes.length === 0 ? 'it is over no axis' : `it is over ${axes.join(' and ')}`
  return fail('RNN215', { value: quoted(t.name, 'this value'), axis: name }, { span, help })
}

/** Applies a recipe in place, with one anonymous instance for this place in the text. */
function applyRecipeHere(scope: Scope, recipe: Entity & { kind: 'recipe' }, given: UnitArgs, site: Expr): Entity {
  return applyInstance(scope, instanceOf(scope, recipe, site.span), given, site.span)
}
