// Expressions: what each form of the grammar stands for in a scope.
import type { Expr, Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { suggest } from '../../dsl/suggest.ts'
import { builtins } from './builtins/index.ts'
import { call, pipe } from './call.ts'
import { asTensor } from './convert.ts'
import { tensor } from './emit.ts'
import { type Entity, staticNumber } from './entity.ts'
import { initializers, isInitializer } from './initializers.ts'
import { joined, operation, unary } from './operators.ts'
import { indexed } from './places.ts'
import { Reported } from './report.ts'
import type { Scope } from './scope.ts'
import { sourceText } from './text.ts'

export function evaluate(scope: Scope, expr: Expr): Entity {
  const { builder } = scope
  const { note } = builder
  if (expr.span.file !== '') builder.note = { span: expr.span }
  try {
    return entityOf(scope, expr)
  } finally {
    // What comes after an operand stands where the whole does.
    builder.note = note
  }
}

function entityOf(scope: Scope, expr: Expr): Entity {
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
    case 'binary':
      return operation(scope, expr)
    case 'pipe':
      return pipe(scope, expr)
    case 'call':
      return call(scope, expr)
    case 'member':
      return member(scope, evaluate(scope, expr.value), expr.name.text, expr)
    case 'index':
      return indexed(scope, asTensor(scope, evaluate(scope, expr.value), expr.value.span), expr.slices, span)
  }
}

// ---- names

function lookUp(scope: Scope, name: string, span: Span): Entity {
  const found = scope.names.get(name) ?? scope.session.topLevel.get(name)
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
  const known = [scope.names, scope.session.topLevel, builtins].flatMap(names => [...names.keys()])
  const near = suggest(name, [...known, ...Object.keys(initializers)])
  const axis = scope.axes.has(name) ? `\`${name}\` is an axis; its length is \`length(over ${name})\`` : undefined
  return fail(
    'RNN106',
    { name },
    { span, help: axis ?? (near === undefined ? undefined : `did you mean \`${near}\`?`) },
  )
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
    const help =
      near !== undefined
        ? `did you mean \`.${near}\`?`
        : all.length > 0
          ? `it has ${all.map(n => `\`.${n}\``).join(', ')}`
          : undefined
    return fail('RNN218', { value, name }, { span: expr.name.span, help })
  }
  switch (of.kind) {
    case 'unknown':
      throw new Reported()
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
