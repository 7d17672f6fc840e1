// Runs the statements of a body in order: equations, outputs, `return`. A failed one does not stop the next.
import type { Equation, Span, Statement, TypeExpr } from '../../../dsl/ast.ts'
import { type Diagnostic, fail, RnnError } from '../../../dsl/diagnostics.ts'
import { toReal } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { attempt, Reported, throwSilent } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import { throughName } from '../values/facts.ts'
import { formatItem, formatType, onlyElement } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { sameItem, type Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { evaluate } from './evaluate.ts'
import { knownResolver, resolveType } from './typeExpressions.ts'

export interface BodyResult {
  readonly returned?: Entity
  readonly outputs: ReadonlyMap<string, Tensor>
}

/** Runs the statements of a body, and gives what it returns and outputs. Throws RnnError with the errors of all statements. */
export function runBody(scope: Scope, body: readonly Statement[]): BodyResult {
  let returned: Entity | undefined
  const outputs = new Map<string, Tensor>()
  const run = (statement: Statement): void => {
    switch (statement.kind) {
      case 'equation':
        equation(scope, statement)
        break
      case 'return':
        returned = evaluate(scope, statement.value)
        break
      case 'output':
        outputs.set(statement.name.text, output(scope, statement))
        break
    }
  }
  collectErrors(
    body.map(statement => ({
      run: () => run(statement),
      failed: () => {
        if (statement.kind === 'equation') {
          namesOf(scope, statement).set(statement.name.text, { kind: 'unknown' })
          // A prime was forgotten: that there is no next value follows from it.
          if (scope.states.has(statement.name.text)) scope.primes.set(statement.name.text, { kind: 'unknown' })
        }
        if (statement.kind === 'output') scope.names.set(statement.name.text, { kind: 'unknown' })
        if (statement.kind === 'return') returned = { kind: 'unknown' }
      },
    })),
  )
  return { returned, outputs }
}

/** Runs each step, then throws all their errors together. */
export function collectErrors(steps: readonly { run: () => void; failed: () => void }[]): void {
  const diagnostics: Diagnostic[] = []
  const silent: Reported[] = []
  for (const step of steps) {
    if (attempt(diagnostics, () => [step.run()], silent) === undefined) step.failed()
  }
  if (diagnostics.length > 0) throw new RnnError(diagnostics)
  throwSilent(silent)
}

const namesOf = (scope: Scope, e: Equation): Map<string, Entity> => (e.primed ? scope.primes : scope.names)

/** Evaluates an equation and binds its name. Throws RNN107, RNN303, RNN306 or RNN307 for a name that it may not define. */
export function equation(scope: Scope, e: Equation): void {
  const { text: name, span } = e.name
  if (!e.primed && scope.states.has(name)) fail('RNN303', { state: name }, { span })
  if (e.primed && !scope.states.has(name)) fail('RNN306', { name }, { span })
  if (e.primed && (scope.primes.get(name)?.kind ?? 'unknown') !== 'unknown') fail('RNN307', { state: name }, { span })
  if (!e.primed && scope.names.has(name)) fail('RNN107', { name }, { span })
  scope.builder.note = { span: e.span }
  const value = evaluate(scope, e.value)
  const bound = bind(scope, name, value, e)
  const checked = e.primed ? checkState(scope, e, bound) : bound
  namesOf(scope, e).set(name, e.type === undefined ? checked : checkType(scope, e, e.type, checked))
}

/** Gives the entity that an equation binds to its name. RNN221 for a recipe, RNN226 for an initial value outside a state. */
function bind(scope: Scope, name: string, value: Entity, e: Equation): Entity {
  switch (value.kind) {
    case 'tensor':
      return rename(scope, { ...value, name, source: sourceText(scope, e.value.span) }, e)
    case 'result':
      return {
        ...value,
        name,
        value: value.value && rename(scope, { ...value.value, name, source: lastCall(scope, e) }, e),
      }
    case 'recipe':
    case 'template':
      return fail('RNN221', { recipe: sourceText(scope, e.value.span), name }, { span: e.value.span })
    case 'unknown':
      throw new Reported()
    case 'init':
      if (scope.initial === undefined)
        return fail('RNN226', { name: `\`${sourceText(scope, e.value.span)}\`` }, { span: e.value.span })
      return value
    default:
      return value
  }
}

/** Gives the text of a pipe's last callee; of any other expression, the whole text. */
const lastCall = (scope: Scope, e: Equation): string =>
  sourceText(scope, e.value.kind === 'pipe' ? e.value.callee.span : e.value.span)

/** Records the equation's name in the value's facts, and on the graph value if it belongs to this block and has no name yet. */
function rename(scope: Scope, t: Tensor, e: Equation): Tensor {
  const name = e.primed ? `${e.name.text}'` : e.name.text
  if (t.value.hint === '' && scope.builder.owns(t.value)) t.value.hint = name
  return { ...t, facts: throughName(t.facts, name) }
}

function checkState(scope: Scope, e: Equation, bound: Entity): Tensor {
  const declared = scope.states.get(e.name.text)
  if (declared === undefined) throw new Error('checked before')
  const t = asTensor(scope, bound, e.value.span)
  const text = formatItem(declared)
  const widened = declared.dtype === 'real' && t.dtype === 'int' ? toReal(scope, t) : t
  const extra = visibleAxes(scope, t).filter(a => !declared.axes.includes(a))
  if (!sameItem(t.item, declared.item) || widened.dtype !== declared.dtype || extra.length > 0) {
    fail(
      'RNN301',
      { state: e.name.text, declared: formatType(declared, declared.axes), found: formatType(t, extra) },
      {
        span: e.name.span,
        caret: `declared as \`state ${e.name.text}: ${text}\` on line ${scope.session.lineOf(declared.span)}`,
        labels: [{ span: declared.span, text: 'declared here' }],
        ...onlyElement(declared.item, { item: t.item, name: '' }),
      },
    )
  }
  return { ...widened, item: declared.item, coding: declared.coding }
}

/** Throws RNN204 unless the value has the declared type; ints without a coding serve as reals. */
function checkType(scope: Scope, e: Equation, type: TypeExpr, bound: Entity): Entity {
  const declared = resolveType(type, knownResolver(scope, 'a dim'))
  const given = asTensor(scope, bound, e.value.span)
  const widens = declared.dtype === 'real' && given.dtype === 'int' && given.coding === undefined
  const t = widens ? toReal(scope, given) : given
  const seen = visibleAxes(scope, t)
  const fits =
    declared.dtype === t.dtype &&
    sameItem(declared.item, t.item) &&
    seen.length === declared.axes.length &&
    declared.axes.every(a => seen.includes(a))
  if (!fits) {
    fail(
      'RNN204',
      { name: e.name.text, declared: formatType(declared, declared.axes), found: formatType(t, seen) },
      { span: type.span, ...onlyElement(declared.item, { item: t.item, name: '' }) },
    )
  }
  return widens ? t : bound
}

/** Evaluates `output a = e`, or `output a` for an existing name. */
export function output(
  scope: Scope,
  statement: { name: { text: string; span: Span }; value?: Equation['value'] },
): Tensor {
  const { text: name, span } = statement.name
  const expr = statement.value ?? ({ kind: 'name', name, span } as const)
  const t = asTensor(scope, evaluate(scope, expr), expr.span)
  if (statement.value === undefined) return { ...t, name }
  if (scope.names.has(name)) fail('RNN107', { name }, { span })
  const made = { ...t, name }
  scope.names.set(name, made)
  return made
}
