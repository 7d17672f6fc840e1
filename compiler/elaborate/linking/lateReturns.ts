// Finds cells that return the state of the step before where the new one was probably meant, from the text alone.
import type { Equation, Expr, Span, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import { primedRead, readsOf } from './namesRead.ts'

/**
 * Warns (RNN343) if a cell returns, or outputs under its own name, a value that varies from step to step only through a state as it
 * entered the step, below the equation of that state's next value. Exempts states meant to be read late: one not computed from
 * itself, as in a line of delays, one that never changes, one that reads no input, as a step counter, one that a named equation
 * above already reads, and one returned beside its next value.
 */
export function lateReturns({ unit, body }: Unit): Diagnostic[] {
  if (unit !== 'cell') return []
  const states = new Set(body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : [])))
  const inputs = new Set(body.flatMap(s => (s.kind === 'input' ? s.names.map(n => n.text) : [])))
  const equations = new Map(
    body.flatMap(s => (s.kind === 'equation' ? [[s.primed ? primedRead(s.name.text) : s.name.text, s] as const] : [])),
  )
  const stays = ({ value }: Equation, state: string): boolean => value.kind === 'name' && value.name === state
  const returned = new Set(body.flatMap(s => (s.kind === 'return' ? readsOf(s.value) : [])))
  const meant = (state: string, next: Equation): boolean =>
    returned.has(primedRead(state)) ||
    stays(next, state) ||
    !reaches(primedRead(state), name => name === state, equations, states) ||
    !reaches(primedRead(state), name => inputs.has(name), equations, states)

  // Maps each equation to the states that alone make it vary from step to step; undefined if something else does so too.
  const behind = new Map<string, readonly string[] | undefined>()
  const statesBehind = (expr: Expr): readonly string[] | undefined => {
    const all = readsOf(expr).map((read): readonly string[] | undefined => {
      if (states.has(read)) return [read]
      return inputs.has(read) || equations.get(read)?.primed ? undefined : behind.has(read) ? behind.get(read) : []
    })
    return all.every(b => b !== undefined) ? [...new Set(all.flat())] : undefined
  }
  // One pass in text order is enough, as a name is defined above its uses.
  for (const [name, equation] of equations) {
    if (equation.primed) continue
    const found = statesBehind(equation.value)
    const above = found?.some(state => !isBelow(equation, equations.get(primedRead(state))))
    behind.set(name, above ? undefined : found)
  }
  const lateIn = (expr: Expr): Diagnostic[] => {
    const [state] = statesBehind(expr) ?? []
    const next = state === undefined ? undefined : equations.get(primedRead(state))
    if (state === undefined || next === undefined || !isBelow(expr, next) || meant(state, next)) return []
    const labels = [{ span: next.name.span, text: 'computed here but not returned' }]
    return [diagnostic('RNN343', { state }, { span: expr.span, labels })]
  }
  return body.flatMap(s => {
    if (s.kind === 'return') return partsOf(s.value).flatMap(lateIn)
    // An output with an expression of its own is deliberate.
    if (s.kind !== 'output' || s.value !== undefined) return []
    return lateIn({ kind: 'name', name: s.name.text, span: s.name.span })
  })
}

/** Splits a list, and lists in it, into the single expressions that it joins. */
const partsOf = (expr: Expr): readonly Expr[] => (expr.kind === 'list' ? expr.items.flatMap(partsOf) : [expr])

const isBelow = (a: { readonly span: Span }, b: Equation | undefined): boolean =>
  b === undefined || a.span.start > b.span.start

/** Tells whether a value is computed from a wanted name, in this step or through states in an earlier one. */
function reaches(
  from: string,
  wanted: (name: string) => boolean,
  equations: ReadonlyMap<string, Equation>,
  states: ReadonlySet<string>,
): boolean {
  const seen = new Set<string>()
  const left = [from]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (wanted(name)) return true
    if (seen.has(name)) continue
    seen.add(name)
    const equation = equations.get(states.has(name) ? primedRead(name) : name)
    for (const read of equation === undefined ? [] : readsOf(equation.value)) left.push(read)
  }
  return false
}
