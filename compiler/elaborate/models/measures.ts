// Evaluates losses and metrics, averages them, and names them for reports.
import type { Expr, Name, Span, Statement } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { ancestors } from '../../ir/ancestors.ts'
import type { NamedValue } from '../../ir/graph.ts'
import { average } from '../builtins/wholeSet.ts'
import { evaluate } from '../expand/evaluate.ts'
import { asTensor } from '../tensors/convert.ts'
import { firstFree } from '../values/firstFree.ts'
import { formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'

export interface Measured {
  /** The name that the source gives. */
  readonly given?: Name
  /** The function that was called, as a name for want of another. */
  readonly callee?: string
  /** Its average; `each` holds the values before averaging. */
  readonly tensor: Tensor
  readonly each: Tensor
  readonly span: Span
}

/** Evaluates a `loss` or `metric` line and averages it, unless a metric does so itself. */
export function measure(scope: Scope, s: Statement & { kind: 'loss' | 'metric' }): Measured {
  const before = scope.session.gathered.length
  const t = asTensor(scope, evaluate(scope, s.value), s.value.span)
  if (t.dtype === 'bool')
    fail(
      'RNN216',
      { what: `a ${s.kind}`, expected: 'a number', found: 'a bool' },
      { span: s.value.span, help: 'write `real(…)`' },
    )
  const averaged = scope.session.gathered.length > before
  if (averaged && s.kind === 'loss') {
    const help = 'a loss is averaged anyway; use `average` in a metric that computes with the average'
    fail('RNN114', { statement: 'average', place: 'a loss' }, { span: s.value.span, help })
  }
  if (averaged) fromAveragesAlone(scope, t, s.value.span)
  const tensor = averaged ? t : average(scope, t)
  const callee = calleeName(s.value)
  return { ...(s.name && { given: s.name }), ...(callee && { callee }), tensor, each: t, span: s.value.span }
}

/**
 * Lists the values that a report shows besides `loss`: each loss, if there are several, and the metrics. One without a name is
 * called after its function, with a number if needed: `accuracy`, `accuracy_2`. Throws RNN107 for a name given twice.
 */
export function reports(losses: readonly Measured[], metrics: readonly Measured[]): NamedValue[] {
  const taken = new Map<string, Span | undefined>([['loss', undefined]])
  for (const { given } of [...losses, ...metrics]) {
    if (given === undefined) continue
    if (taken.has(given.text)) {
      const first = taken.get(given.text)
      const how =
        first === undefined
          ? { help: '`loss` is the name of the sum of all losses' }
          : { labels: [{ span: first, text: 'first defined here' }] }
      fail('RNN107', { name: given.text }, { span: given.span, ...how })
    }
    taken.set(given.text, given.span)
  }
  const free = (name: string): string => {
    const found = firstFree(name, candidate => taken.has(candidate))
    taken.set(found, undefined)
    return found
  }
  const named = (m: Measured, otherwise?: string): NamedValue[] => {
    const name = m.given?.text ?? m.callee ?? otherwise
    return name === undefined ? [] : [{ name: m.given === undefined ? free(name) : name, value: m.tensor.value }]
  }
  return [...(losses.length > 1 ? losses.flatMap(l => named(l)) : []), ...metrics.flatMap(m => named(m, 'metric'))]
}

/** Throws RNN232 unless a metric of averages has no axes and reads nothing else: it is computed once, after all batches. */
function fromAveragesAlone(scope: Scope, t: Tensor, span: Span): void {
  const { root, gathered } = scope.session
  const behind = ancestors(root.eqns, [t.value], new Set(gathered.map(g => g.value.id)))
  const other = root.params.find(p => behind.has(p.id))
  if (other === undefined && t.axes.length === 0) return
  fail(
    'RNN232',
    {
      found:
        other === undefined
          ? `this metric is ${formatItem(t)}`
          : `this metric also reads ${quoted(other.hint, 'the data')}`,
    },
    { span, help: 'average every value that it reads' },
  )
}

/** Finds the function that names a measure: `accuracy(p, label)` is reported as `accuracy`. */
function calleeName(e: Expr): string | undefined {
  if (e.kind === 'call' && e.callee.kind === 'name') return e.callee.name
  if (e.kind === 'pipe') return calleeName(e.callee)
  if (e.kind === 'name') return e.name
  if (e.kind === 'binary') return calleeName(e.right) ?? calleeName(e.left)
  return undefined
}
