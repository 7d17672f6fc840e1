// Infers from the text of a unit which hyper-parameters must be numbers, for the check of the unit on its own.
import type { Expr, Fn, Statement, Unit } from '../../../dsl/ast.ts'
import { allExprs, sizesOf, valueIn } from '../../../dsl/children.ts'
import { pointwiseBuiltins } from '../builtins/pointwise.ts'
import type { Entity } from '../values/entity.ts'
import { isInitializer } from '../values/initializers.ts'

/** A number, for which a symbol can stand; or `open`, which only a use tells: a recipe, a function, a list, a choice. */
export type HyperKind = 'number' | 'open'

/** The kind that one use of a name implies; `any` implies nothing. */
type Use = 'number' | 'other' | 'any'

/** Built-in functions that take numbers or tensors of any shape, so that their arguments may be of any kind. */
const shapeless = new Set([...pointwiseBuiltins.map(b => b.name), 'max', 'min', 'bernoulli', 'delay'])

/** Tells the kind of each hyper-parameter. One that is passed on has the kind that the receiving unit or fn needs. */
export function hyperKinds(topLevel: ReadonlyMap<string, Entity>): (unit: Unit | Fn, name: string) => HyperKind {
  const known = new Map<Unit | Fn, Map<string, Use>>()
  const usesIn = (unit: Unit | Fn): ReadonlyMap<string, Use> => {
    const before = known.get(unit)
    if (before !== undefined) return before
    const uses = new Map<string, Use>()
    // Stores the table before filling it, so that a unit that leads back to itself ends here.
    known.set(unit, uses)
    for (const [name, use] of usesOf(unit, calleeOf)) {
      if (use === 'other' || (use === 'number' && uses.get(name) !== 'other')) uses.set(name, use)
    }
    return uses
  }
  const calleeOf = (name: string): Callee => {
    const entity = topLevel.get(name)
    const unit = entity?.kind === 'template' ? entity.unit : entity?.kind === 'fn' ? entity.fn : undefined
    if (unit === undefined) {
      const use = isInitializer(name) ? 'number' : shapeless.has(name) ? 'any' : 'other'
      return { isFn: true, use: () => use }
    }
    const use = (place: number | string): Use => {
      const param = typeof place === 'string' ? place : unit.params[place]?.name.text
      return (param !== undefined && usesIn(unit).get(param)) || 'any'
    }
    return { isFn: unit.kind === 'fn', use }
  }
  return (unit, name) => (usesIn(unit).get(name) === 'number' ? 'number' : 'open')
}

interface Callee {
  /** Whether a pipe gives it its first argument: those written after a unit are all hyper-parameters. */
  readonly isFn: boolean
  /** Tells how it uses the argument of a place or a name. */
  readonly use: (place: number | string) => Use
}

function usesOf({ params, body }: Unit | Fn, calleeOf: (name: string) => Callee): (readonly [string, Use])[] {
  const own = new Set(params.map(p => p.name.text))
  const of = (e: Expr | undefined, use: Use): (readonly [string, Use])[] =>
    e?.kind === 'name' && own.has(e.name) ? [[e.name, use]] : []
  const inExpr = (whole: Expr): (readonly [string, Use])[] => {
    const all = [...allExprs(whole)]
    const piped = new Set(all.flatMap(e => (e.kind === 'pipe' ? [e.callee] : [])))
    return all.flatMap(e => {
      switch (e.kind) {
        case 'unary':
          return of(e.value, e.op === '-' ? 'number' : 'other')
        case 'binary': {
          const use = ['@', 'and', 'or'].includes(e.op) ? 'other' : 'number'
          return [...of(e.left, use), ...of(e.right, use)]
        }
        case 'pipe':
          return [...of(e.value, 'other'), ...of(e.callee, 'other')]
        case 'call': {
          const callee = e.callee.kind === 'name' && !own.has(e.callee.name) ? calleeOf(e.callee.name) : undefined
          const shift = piped.has(e) && callee?.isFn ? 1 : 0
          const given = e.args.flatMap((arg, i) => {
            if (arg.kind === 'over') return []
            const place = arg.kind === 'named' ? arg.name.text : i + shift
            return of(arg.value, callee?.use(place) ?? 'any')
          })
          return [...of(e.callee, 'other'), ...given]
        }
        case 'member':
          return of(e.value, 'other')
        case 'index': {
          const places = e.slices.flatMap(s => (s.kind === 'at' ? [s.index] : [s.start, s.stop]))
          return [...of(e.value, 'other'), ...places.flatMap(p => of(p, 'number'))]
        }
        default:
          return []
      }
    })
  }
  return [...params.flatMap(p => (p.default === undefined ? [] : inExpr(p.default))), ...body.flatMap(inStatement)]

  function inStatement(s: Statement): (readonly [string, Use])[] {
    const value = valueIn(s)
    return [
      ...sizesOf(s).flatMap(size => [...of(size, 'number'), ...inExpr(size)]),
      ...(value === undefined ? [] : inExpr(value)),
      ...(s.kind === 'part' ? of(s.value, 'other') : []),
    ]
  }
}
