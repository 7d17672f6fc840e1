// Converts an entity to the kind that its place needs, or throws an error that names the kind found.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { Reported, Waits } from '../values/collectProblems.ts'
import { describeEntity, type Entity } from '../values/entity.ts'
import { initializers, isInitializer, takes } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'
import type { Init } from '../values/signature.ts'
import type { Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { constantTensor, dimTensor } from './constants.ts'
import { join } from './join.ts'
import { drawInitial } from './randomDraws.ts'
import { wholeNumber } from './runningValues.ts'

/** Converts to a tensor. Static numbers become constants; initial values convert only where a state's type is known. */
export function asTensor(scope: Scope, e: Entity, span: Span): Tensor {
  switch (e.kind) {
    case 'tensor':
      return e
    case 'result':
      if (e.value !== undefined) return e.value
      return fail(
        'RNN210',
        {
          what: 'this',
          expected: 'a value',
          found: `${e.unit}, which has no \`return\`; its outputs are ${[...e.outputs.keys()].join(', ')}`,
        },
        { span },
      )
    case 'number':
      return constantTensor(scope, e.value)
    case 'dim': {
      const value = D.asNumber(e.dim)
      // An int has 32 bits; a number that these do not hold is a real.
      const isReal = value !== undefined && value !== wholeNumber(value)
      return isReal ? constantTensor(scope, value) : dimTensor(scope, e.dim, 'int')
    }
    case 'vector':
      return join(
        scope,
        e.numbers.map(n => asTensor(scope, n, span)),
        span,
      )
    case 'bool':
      return constantTensor(scope, e.value ? 1 : 0, 'bool')
    case 'init':
      if (scope.initial !== undefined) return drawInitial(scope, e.init, scope.initial, span)
      return fail('RNN226', { name: `\`${sourceText(scope, span)}\`` }, { span })
    case 'recipe':
      return fail('RNN221', { recipe: e.text, name: 'name' }, { span })
    case 'unknown':
      throw new Reported()
    case 'open':
      throw new Waits()
    default:
      return fail('RNN210', { what: 'this', expected: 'a value', found: describeEntity(e) }, { span })
  }
}

/** Converts to a static whole number, which may hold size symbols; a quotient that comes out whole is one too. */
export function asDim(e: Entity, what: string, span: Span): D.Dim {
  if (e.kind === 'dim') return e.dim
  if (e.kind === 'number' && Number.isSafeInteger(e.value)) return D.constant(e.value)
  if (e.kind === 'unknown') throw new Reported()
  if (e.kind === 'open') throw new Waits()
  const isLarge = e.kind === 'number' && Number.isInteger(e.value)
  const expected = isLarge ? `a whole number up to ${Number.MAX_SAFE_INTEGER}` : 'a whole number'
  const found = e.kind === 'number' ? String(e.value) : describeEntity(e)
  return fail('RNN207', { what, expected, found }, { span })
}

/** Converts to a static number without symbols. */
export function asNumber(scope: Scope, e: Entity, what: string, span: Span): number {
  if (e.kind === 'number') return e.value
  if (e.kind === 'unknown') throw new Reported()
  const value = e.kind === 'dim' ? D.asNumber(e.dim) : undefined
  if (value !== undefined) return value
  if (e.kind === 'open' || (e.kind === 'dim' && scope.session.alone !== undefined)) throw new Waits()
  return fail('RNN207', { what, expected: 'a number', found: describeEntity(e) }, { span })
}

/** Converts to the initial value of a parameter. */
export function asInit(scope: Scope, e: Entity, span: Span): Init {
  switch (e.kind) {
    case 'init':
      if (
        e.init.kind === 'draw' &&
        isInitializer(e.init.initializer) &&
        !takes(e.init.initializer, e.init.args.length)
      ) {
        return fail(
          'RNN209',
          { callee: e.init.initializer, name: initializers[e.init.initializer][0]?.[0] ?? 'an argument' },
          { span },
        )
      }
      return e.init
    case 'number':
      return { kind: 'number', value: e.value }
    case 'dim':
      return { kind: 'number', value: asNumber(scope, e, 'an initial value', span) }
    case 'unknown':
      throw new Reported()
    case 'open':
      throw new Waits()
    default:
      return fail(
        'RNN207',
        { what: 'an initial value', expected: 'a number or an initializer', found: describeEntity(e) },
        { span },
      )
  }
}
