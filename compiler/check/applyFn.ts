// Applying a function: it is expanded at each call.
import type { Fn, Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { inLibrary } from '../../dsl/library.ts'
import { bindParameters, type UnitArgs } from './arguments.ts'
import { runBody } from './body.ts'
import type { Entity } from './entity.ts'
import { expanding, laterNames, seenFrom } from './expanding.ts'
import type { Scope } from './scope.ts'
import { sourceText } from './text.ts'

/** A function is expanded at each call: its body's equations, with its parameters as names. */
export function applyFn(scope: Scope, fn: Fn, given: UnitArgs, span: Span): Entity {
  return expanding(scope, fn, span, () => {
    const names = bindParameters(scope, fn.name.text, fn.params, 'argument', given, span)
    const inner: Scope = {
      ...scope,
      place: fn.name.text,
      kind: 'fn',
      names: new Map(names),
      primes: new Map(),
      states: new Map(),
      later: laterNames(fn.body),
      call:
        inLibrary(fn.span) && scope.call !== undefined && scope.kind === 'fn'
          ? scope.call
          : {
              callee: fn.name.text,
              argument: given.positional[0] === undefined ? '' : sourceText(scope, given.positional[0].span),
              span,
            },
    }
    const { returned } = runBody(inner, fn.body)
    if (returned === undefined) fail('RNN115', { kind: 'fn', name: fn.name.text }, { span: fn.name.span })
    return returned.kind === 'tensor' ? seenFrom(fn, span, returned) : returned
  })
}
