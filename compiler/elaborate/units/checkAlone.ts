// Checks each unit and fn that no model uses, once and on its own, with symbols for its sizes: a library of cells has no model.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
import { withCommas } from '../../../dsl/counted.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import { isWithin } from '../../../dsl/isWithin.ts'
import { createBuilder } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { newContext } from '../../ir/ops/index.ts'
import { expandFn } from '../expand/applyFn.ts'
import { expandInstance } from '../expand/applyInstance.ts'
import { mostExpressions } from '../expand/budget.ts'
import { evaluate } from '../expand/evaluate.ts'
import { newInstance } from '../expand/recipes.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'
import { ownUnits } from '../linking/ownUnits.ts'
import { attempt, each } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import { located } from '../values/located.ts'
import { lineCounter, newSession } from '../values/newSession.ts'
import type { Alone, Scope } from '../values/scope.ts'
import { type HyperKind, hyperKinds } from './hyperKinds.ts'
import { type AnyItem, anyItems, standInArguments, standInHyper } from './standIns.ts'

/** Findings of the check of a unit or fn on its own. */
export interface CheckedAlone {
  readonly unit: Unit | Fn
  readonly found: readonly Diagnostic[]
  /** Hyper-parameters of a unit that can be anything, and expressions of its hyper-parameters, whose checks wait for a use. */
  readonly waitsFor: readonly string[]
}

/**
 * Checks each unit and fn of the user's files but for those that models were expanded with. Checks that need a use wait for it: of the
 * shapes of an fn, and of the results of a recipe or a function that is a hyper-parameter.
 */
export function checkAlone(program: LinkedProgram, expanded: ReadonlySet<Unit | Fn>): CheckedAlone[] {
  const units = ownUnits(program).filter(u => !(u.kind === 'unit' && u.unit === 'model') && !expanded.has(u))
  const kindOf = hyperKinds(program.topLevel)
  const lookedInto = new Set<Fn>()
  const left = { expressions: mostExpressionsOfAll }
  const shared = { program, lookedInto, left, lineOf: lineCounter(program.sources) }
  const checked: CheckedAlone[] = []
  for (const unit of units) {
    const one = unit.kind === 'fn' ? fnAlone(unit, shared) : unitAlone(unit, kindOf, shared)
    // Ends at a unit that exceeds the limit (RNN121), as the units that use it would exceed it too.
    const isTooMuch = one.found.some(d => d.code === 'RNN121')
    const isLast = left.expressions <= 0 && !isTooMuch
    checked.push(isLast ? { ...one, found: [...one.found, overBudget(unit)] } : one)
    if (isTooMuch || isLast) break
  }
  const wrong = new Map(checked.map(c => [c.unit, c.found.some(d => isError(d) && isIn(d, c.unit))]))
  // Reports an error of a unit once, as its own check finds it, not again for each unit that uses it.
  return checked.map(c => ({
    ...c,
    found: c.found.filter(d => !isError(d) || isIn(d, c.unit) || !units.some(u => wrong.get(u) && isIn(d, u))),
  }))
}

/** The most expressions that are evaluated for all units together. */
const mostExpressionsOfAll = 4 * mostExpressions

const overBudget = ({ name }: Unit | Fn): Diagnostic => {
  const values = { most: withCommas(mostExpressionsOfAll), what: 'expressions in units that no model uses' }
  return diagnostic('RNN121', values, { span: name.span })
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'

const isIn = ({ span }: Diagnostic, unit: Unit | Fn): boolean => span !== undefined && isWithin(span, unit.span)

/** What the checks of all units share; `waitsFor` collects what one of them waits for. */
interface Shared {
  readonly program: LinkedProgram
  readonly lookedInto: Set<Fn>
  readonly left: { expressions: number }
  readonly waitsFor?: Set<string>
  readonly lineOf: (span: Span) => number
}

/** Checks the names and calls of an fn; the shapes of its arguments are not known. */
function fnAlone(fn: Fn, shared: Shared): CheckedAlone {
  shared.lookedInto.add(fn)
  const found = expandAlone(fn, shared, root =>
    expandFn(
      root,
      fn,
      standInsFor(root, fn, () => 'open'),
    ),
  )
  return { unit: fn, found, waitsFor: [] }
}

function unitAlone(unit: Unit, kindOf: (unit: Unit, name: string) => HyperKind, shared: Shared): CheckedAlone {
  const waitsFor = new Set<string>()
  const expand = (any: AnyItem): Diagnostic[] =>
    expandAlone(unit, { ...shared, waitsFor }, root => {
      const hypers = standInsFor(root, unit, name => kindOf(unit, name))
      for (const [name, e] of hypers) {
        if (e.kind === 'open') waitsFor.add(name)
        if (e.kind === 'dim') root.names.set(name, e)
      }
      const given = standInArguments(root, unit, any)
      const instance = newInstance({ unit, hypers, text: unit.name.text }, undefined, unit.name.text, false, unit.span)
      expandInstance(root, instance, given, unit.name.span)
    })
  const found = firstRight(hasAnyItem(unit) ? anyItems : [anyItems[0]], expand)
  return { unit, found, waitsFor: [...waitsFor] }
}

/** Gives the findings of the first choice that has no error, else those of the very first choice. */
function firstRight<T>(choices: readonly T[], find: (choice: T) => Diagnostic[]): Diagnostic[] {
  let first: Diagnostic[] | undefined
  for (const choice of choices) {
    const found = find(choice)
    if (!found.some(isError)) return found
    first ??= found
  }
  return first ?? []
}

/** Tells whether an input or a state may have any item: `P`. */
const hasAnyItem = ({ body }: Unit): boolean =>
  body.some(
    s =>
      (s.kind === 'input' || s.kind === 'state') &&
      s.type.item.kind === 'named' &&
      !['real', 'int', 'bool'].includes(s.type.item.name.text),
  )

/** Expands in a separate session, and gives the diagnostics. */
function expandAlone(
  unit: Unit | Fn,
  { program, lookedInto, left, lineOf, waitsFor = new Set() }: Shared,
  expand: (root: Scope) => void,
): Diagnostic[] {
  const { topLevel, library, sources } = program
  const context = newContext(0)
  const builder = createBuilder(context)
  const alone: Alone = { seesAxes: unit.kind === 'unit', lookedInto, waitsFor }
  const session = newSession(
    { training: false, sets: new Map(), topLevel, library, sources, context, expanded: new Set(), alone, lineOf },
    builder,
    { name: 'batch', size: D.symbol('examples'), batch: true },
    unit,
  )
  const root: Scope = {
    session,
    builder,
    place: unit.name.text,
    kind: 'model',
    names: new Map(),
    primes: new Map(),
    states: new Map(),
    axes: new Map(),
    steps: () => [],
    later: new Map(),
  }
  const problems: Diagnostic[] = []
  attempt(problems, () => located(unit.name.span, () => expand(root)))
  left.expressions -= session.evaluated
  return [...problems, ...session.warnings]
}

/** Makes the stand-ins for the parameters of a unit or fn. Throws the errors of their defaults. */
function standInsFor(root: Scope, { params }: Unit | Fn, kindOf: (name: string) => HyperKind): Map<string, Entity> {
  const names = new Map<string, Entity>()
  each(params, p => {
    names.set(p.name.text, { kind: 'unknown' })
    const byDefault = p.default && evaluate({ ...root, names: new Map(names) }, p.default)
    names.set(p.name.text, standInHyper(p, kindOf(p.name.text), byDefault))
  })
  return names
}
