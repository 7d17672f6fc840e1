// Evaluates expressions: gives the entity that each form of the grammar stands for in a scope.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { memberFor, wayFor } from '../../../dsl/borrowedWords.ts'
import { beginning, chain } from '../../../dsl/children.ts'
import { type Diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { suggest } from '../../../dsl/suggest.ts'
import { builtins } from '../builtins/index.ts'
import { tensor } from '../tensors/typedOperations.ts'
import { attempt, known, Reported, throwAll, unlessWaiting, Waits } from '../values/collectProblems.ts'
import { type Entity, staticNumber } from '../values/entity.ts'
import { initializers, isInitializer } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import { spend } from './budget.ts'
import { call, pipe } from './call.ts'
import { taken } from './indexing.ts'
import { joined, operation, unary } from './operators.ts'

/** Evaluates an expression to an entity. Throws RNN121 if the program expands to more than can be checked. */
export function evaluate(scope: Scope, expr: Expr): Entity {
  const [first, ...links] = chain(expr)
  if (links.length === 0) return at(scope, first, () => begin(scope, first))
  // Loops over the links of a chain, as recursion over a long one would overflow the stack.
  const problems: Diagnostic[] = []
  let value = attempt(problems, () => at(scope, first, () => begin(scope, first)))
  for (const link of links) value = attempt(problems, () => at(scope, link, () => follow(scope, link, value)))
  throwAll(problems)
  return known(value)
}

/** Counts an expression and gives its span to the equations it emits; the enclosing expression's span applies again afterwards. */
function at(scope: Scope, expr: Expr, run: () => Entity): Entity {
  const { builder, session } = scope
  spend(session, expr.span)
  const { note } = builder
  if (expr.span.file !== '') builder.note = { span: expr.span }
  try {
    const value = unlessWaiting<Entity>(run, { kind: 'open' })
    session.onEvaluate?.(scope, expr, value)
    return value
  } finally {
    builder.note = note
  }
}

/** Evaluates the first link of a chain. */
function begin(scope: Scope, expr: Expr): Entity {
  const { span } = expr
  switch (expr.kind) {
    case 'number':
      return expr.isInt ? staticNumber(expr.value) : { kind: 'number', value: expr.value }
    case 'string':
      return { kind: 'string', value: expr.value }
    case 'bool':
      return { kind: 'bool', value: expr.value }
    case 'name':
      return lookUp(scope, expr.name, span)
    case 'primed':
      return primed(scope, expr.name, span)
    case 'list':
      return joined(scope, expr.items, span)
    case 'unary':
      return unary(scope, expr.op, evaluate(scope, expr.value), span)
    default:
      return follow(scope, expr, evaluate(scope, beginning(expr) ?? expr))
  }
}

/** Evaluates the next link of a chain; `before` is the entity of the links before it, undefined if they failed. */
function follow(scope: Scope, expr: Expr, before: Entity | undefined): Entity {
  switch (expr.kind) {
    case 'binary': {
      const right = evaluate(scope, expr.right)
      return operation(scope, expr, known(before), right)
    }
    case 'pipe':
      return pipe(scope, expr, before)
    case 'call':
      return call(scope, expr, known(before))
    case 'member':
      return member(scope, known(before), expr.name.text, expr)
    case 'index':
      return taken(scope, known(before), expr.slices, expr)
    default:
      throw new Error(`${expr.kind} goes on from nothing`)
  }
}

// ---- names

function lookUp(scope: Scope, name: string, span: Span): Entity {
  const { topLevel, library } = scope.session
  const found = scope.names.get(name) ?? (inLibrary(span) ? library : topLevel).get(name)
  if (found !== undefined) {
    if (found.kind === 'unknown') throw new Reported()
    return found
  }
  if (name === 'inf') return { kind: 'number', value: Number.POSITIVE_INFINITY }
  const builtin = builtins.get(name)
  if (builtin !== undefined) return { kind: 'builtin', builtin }
  if (isInitializer(name)) return { kind: 'init', init: { kind: 'draw', initializer: name, args: [] }, name }
  const later = scope.later.get(name)
  if (later !== undefined) {
    return fail(
      'RNN109',
      { name, line: lineOf(scope, later) },
      { span, labels: [{ span: later, text: 'defined here' }] },
    )
  }
  const inSight = [scope.names, topLevel, builtins, new Map(Object.entries(initializers))]
  // A file that is not a program may have thousands of unknown names: limits the costly search for similar ones.
  const near = scope.session.sought++ < mostSought ? suggest(name, names(inSight)) : undefined
  const axis = scope.axes.has(name) ? `\`${name}\` is an axis; its length is \`length(over ${name})\`` : undefined
  const instead = axis ?? wayFor(name)
  return fail(
    'RNN106',
    { name },
    { span, help: instead ?? (near === undefined ? undefined : `did you mean \`${near}\`?`) },
  )
}

/** The most unknown names for which the most similar known one is sought. */
const mostSought = 100

function* names(tables: readonly ReadonlyMap<string, unknown>[]): Generator<string> {
  for (const table of tables) yield* table.keys()
}

const lineOf = (scope: Scope, span: Span): number | string => scope.session.lineOf(span)

function primed(scope: Scope, name: string, span: Span): Entity {
  const value = scope.primes.get(name)
  if (value?.kind === 'unknown') throw new Reported()
  if (value !== undefined) return value
  if (scope.states.has(name)) return fail('RNN308', { state: name }, { span })
  return fail('RNN306', { name }, { span })
}

// ---- members

function member(scope: Scope, of: Entity, name: string, expr: Expr & { kind: 'member' }): Entity {
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
