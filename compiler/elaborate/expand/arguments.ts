// The arguments of a call, in order and by name, and their binding to parameters.
import type { Fn, Span } from '../../../dsl/ast.ts'
import { counted } from '../../../dsl/counted.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import type { Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate } from './evaluate.ts'

/** An argument; `name` is the place of its name, if it was given by name. */
export interface Given {
  readonly entity: Entity
  readonly span: Span
  readonly name?: Span
}

export interface UnitArgs {
  readonly positional: readonly Given[]
  readonly named: ReadonlyMap<string, Given>
  readonly over?: { readonly text: string; readonly span: Span }
}

/** Words a count for the message "takes 2 arguments, but … given". */
export const wereGiven = (n: number): string => (n === 1 ? '1 was' : `${n} were`)

/** Words the names that a callee takes: `2 arguments: (p, y)`, `no inputs`. */
export const expected = (names: readonly string[], what: string): string =>
  names.length === 0 ? `no ${what}s` : `${counted(names.length, what)}: (${names.join(', ')})`

/** The parameters of a callee, in the order of their places. */
interface Parameters {
  /** The name of the callee. */
  readonly name: string
  readonly params: Fn['params']
  readonly what: 'argument' | 'hyper-parameter'
}

/** Binds the parameters of an fn or the hyper-parameters of a template: in order, by name, or by default. */
export function bindParameters(
  scope: Scope,
  { name: callee, params, what }: Parameters,
  given: UnitArgs,
  span: Span,
): ReadonlyMap<string, Entity> {
  const bound = new Map<string, Entity>()
  const names = params.map(p => p.name.text)
  const takes = { callee, expected: expected(names, what) }
  if (given.over !== undefined) {
    const help =
      what === 'argument' ? undefined : `first \`part f = ${callee}(…)\`, then \`f(x, over ${given.over.text})\``
    fail('RNN208', { ...takes, found: '`over` was' }, { span: given.over.span, ...(help && { help }) })
  }
  if (given.positional.length > params.length)
    fail('RNN208', { ...takes, found: wereGiven(given.positional.length) }, { span })
  for (const [i, g] of given.positional.entries()) bound.set(params[i].name.text, g.entity)
  for (const [name, g] of given.named) {
    const at = g.name ?? g.span
    if (!names.includes(name)) {
      const help = didYouMean(name, names) ?? `${callee} takes ${takes.expected}`
      fail('RNN105', { kind: what, name }, { span: at, help })
    }
    if (bound.has(name)) fail('RNN107', { name }, { span: at, help: 'it is also passed by position' })
    bound.set(name, g.entity)
  }
  for (const param of params) {
    const name = param.name.text
    if (bound.has(name)) continue
    if (param.default === undefined) fail('RNN209', { callee, name }, { span })
    // A default may use the parameters before it, and nothing else of the caller.
    bound.set(name, evaluate(topScope(scope, new Map(bound)), param.default))
  }
  return bound
}

/** Orders the arguments of a callee without defaults: a named one goes to the place of its parameter. */
export function placed(
  callee: { readonly name: string; readonly names: readonly string[] },
  given: UnitArgs,
  span: Span,
): Given[] {
  const all: (Given | undefined)[] = [...given.positional]
  for (const [name, arg] of given.named) {
    const place = callee.names.indexOf(name)
    const at = arg.name ?? arg.span
    if (place < 0) fail('RNN105', { kind: 'argument', name }, { span: at, help: didYouMean(name, callee.names) })
    if (all[place] !== undefined) fail('RNN107', { name }, { span: at, help: 'it is also passed by position' })
    all[place] = arg
  }
  return [...all].map(
    g =>
      g ??
      fail('RNN209', { callee: callee.name, name: callee.names[all.indexOf(undefined)] ?? 'an argument' }, { span }),
  )
}

/** Makes a scope that sees only the top level and `names`. */
const topScope = (scope: Scope, names: Map<string, Entity>): Scope => ({
  ...scope,
  names,
  primes: new Map(),
  states: new Map(),
  axes: new Map(),
  later: new Map(),
  instance: undefined,
  initial: undefined,
})
