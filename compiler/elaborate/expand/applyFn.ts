// Applies a function by expanding its body at each call.
import type { Fn, Span } from '../../../dsl/ast.ts'
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { Waits } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import type { Alone, Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import { bindParameters, type UnitArgs } from './arguments.ts'
import { runBody } from './body.ts'
import { expanding, laterNames, seenFrom } from './expanding.ts'

/** Expands one call: emits the equations of the body, with the parameters bound as names. */
export function applyFn(scope: Scope, fn: Fn, given: UnitArgs, span: Span): Entity {
  return expanding(scope, fn, span, () => {
    const names = bindParameters(scope, { name: fn.name.text, params: fn.params, what: 'argument' }, given, span)
    const call =
      inLibrary(fn.span) && scope.call !== undefined && scope.kind === 'fn'
        ? scope.call
        : {
            callee: fn.name.text,
            argument: given.positional[0] === undefined ? '' : sourceText(scope, given.positional[0].span),
            span,
          }
    const expand = (): Entity => expandFn({ ...scope, call }, fn, names)
    const { alone } = scope.session
    if (alone !== undefined && allWaits(given)) return lookInto(alone, fn, expand)
    const returned = expand()
    return returned.kind === 'tensor' ? seenFrom(fn, span, returned) : returned
  })
}

/** Evaluates the body for bound parameters and gives its `return` value. */
export function expandFn(scope: Scope, fn: Fn, names: ReadonlyMap<string, Entity>): Entity {
  const inner: Scope = {
    ...scope,
    place: fn.name.text,
    kind: 'fn',
    names: new Map(names),
    primes: new Map(),
    states: new Map(),
    later: laterNames(fn.body),
  }
  const { returned } = runBody(inner, fn.body)
  return returned ?? fail('RNN115', { kind: 'fn', name: fn.name.text }, { span: fn.name.span })
}

/** Tells whether no argument is a tensor and some argument is known only where the unit being checked is used. */
const allWaits = ({ positional, named }: UnitArgs): boolean => {
  const given = [...positional, ...named.values()]
  return given.some(g => g.entity.kind === 'open') && !given.some(g => g.entity.kind === 'tensor')
}

/** Expands a function once to find recursion (RNN227), then waits; its other errors are reported by its own check. */
function lookInto({ lookedInto }: Alone, fn: Fn, expand: () => Entity): never {
  if (!lookedInto.has(fn)) {
    lookedInto.add(fn)
    try {
      expand()
    } catch (error) {
      if (!(error instanceof RnnError)) throw error
      const circular = error.diagnostics.filter(d => d.code === 'RNN227')
      if (circular.length > 0) throw new RnnError(circular)
    }
  }
  throw new Waits()
}
