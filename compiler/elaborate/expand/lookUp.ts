// Looks names up: of a definition, an equation, a function, or the next value of a state.
import type { Span } from '../../../dsl/ast.ts'
import { wayFor } from '../../../dsl/borrowedWords.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { suggest } from '../../../dsl/suggest.ts'
import { builtins } from '../builtins/index.ts'
import { Reported } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import { initializers, isInitializer } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'

/** Gives what a name stands for. Throws RNN109 if it is defined further down, RNN106 if it is unknown. */
export function lookUp(scope: Scope, name: string, span: Span): Entity {
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
      { name, line: scope.session.lineOf(later) },
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

/** Gives the next value of a state, `h'`. Throws RNN308 if its equation comes later, RNN306 if there is no such state. */
export function primed(scope: Scope, name: string, span: Span): Entity {
  const value = scope.primes.get(name)
  if (value?.kind === 'unknown') throw new Reported()
  if (value !== undefined) return value
  if (scope.states.has(name)) return fail('RNN308', { state: name }, { span })
  return fail('RNN306', { name }, { span })
}
