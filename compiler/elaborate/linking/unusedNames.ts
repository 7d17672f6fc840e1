// Names of a unit that nothing uses: what is not reached from what the unit gives. Text alone tells it, without an expansion.
import type { Expr, Fn, Name, Statement, Train, Unit } from '../../../dsl/ast.ts'
import { allExprs } from '../../../dsl/children.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import type { Applied } from '../values/scope.ts'
import { appliedRead, axisReads, declarationReads, dimReads, equationReads, primedRead, readsOf } from './namesRead.ts'

/** A name that a unit defines, and what is read where it is used. */
interface Definition {
  readonly kind: 'hyper-parameter' | 'parameter' | 'input' | 'target' | 'param' | 'part' | 'state' | 'equation'
  readonly name: Name
  readonly reads: readonly string[]
}

/** How the rest of the program sees a unit and what is in it. */
interface Uses {
  /** Whether all uses are in sight: a file without a model, or one that is imported, has others. */
  readonly whole: boolean
  /** Names after a dot. */
  readonly members: ReadonlySet<string>
  /** Whether a record of states goes from one cell to another as a whole. */
  readonly records: boolean
  /** Units and fns that are called by their name, and those that stand for themselves, as an argument does. */
  readonly called: ReadonlySet<string>
  readonly given: ReadonlySet<string>
  /** What units were applied to, in the model that is checked. */
  readonly applied: readonly Applied[]
  /** What the `train` blocks read of a model, by its name. */
  readonly settings: ReadonlyMap<string, readonly string[]>
}

/**
 * RNN342 for every hyper-parameter, input, target, param, part, state and equation that has no influence on what its unit gives.
 * A name that begins with `_` is meant to be unused.
 */
export function unusedIn(unit: Unit | Fn, uses: Uses): Diagnostic[] {
  const definitions = definitionsOf(unit)
  // What is there on purpose uses what it reads.
  const kept = definitions.map(d => d.name.text).filter(name => name.startsWith('_'))
  const live = reached(definitions, [...rootsOf(unit, uses), ...kept], unit, uses.applied)
  const readers = Map.groupBy(
    definitions.flatMap(reader => [...new Set(reader.reads)].map(read => ({ read, reader }))),
    ({ read }) => read,
  )
  return definitions
    .filter(d => !isLive(d, live) && !mayBeFixed(d, unit, uses))
    .map(d => {
      const { text: name, span } = d.name
      const forgotten = live.has(primedRead(name))
      const reader = namesOf(d)
        .flatMap(n => readers.get(n) ?? [])
        .find(r => r.reader !== d)?.reader
      const help =
        reader !== undefined
          ? `only \`${reader.name.text}\` reads it, which nothing uses either`
          : forgotten
            ? `read \`${name}\`, or make it an equation: \`${name} = …\``
            : undefined
      const reason = forgotten ? 'no step reads what the step before has left' : why[d.kind]
      return diagnostic('RNN342', { kind: d.kind, name, why: reason }, { span, ...(help && { help }) })
    })
}

const why: Readonly<Record<Definition['kind'], string>> = {
  'hyper-parameter': 'its value changes nothing',
  parameter: 'its argument changes nothing',
  input: 'what it is given changes nothing',
  target: 'no loss, metric or prediction reads it',
  param: 'it is never learned',
  part: 'it is never applied',
  state: 'only its own next value may read it',
  equation: 'its value goes nowhere',
}

const namesOf = ({ kind, name: { text } }: Definition): string[] =>
  kind === 'state' ? [text, primedRead(text)] : [text]

/** A state is used by what reads the value that enters a step; that which leaves it alone is no memory. */
const isLive = (d: Definition, live: ReadonlySet<string>): boolean => live.has(d.name.text)

/** Whether a caller fixes what is given: a function that is an argument itself has the parameters that its user gives. */
function mayBeFixed({ kind }: Definition, unit: Unit | Fn, { called, given }: Uses): boolean {
  if (kind !== 'hyper-parameter' && kind !== 'parameter') return false
  return given.has(unit.name.text) || (unit.kind === 'fn' && !called.has(unit.name.text))
}

function definitionsOf(unit: Unit | Fn): Definition[] {
  const { body } = unit
  const next = new Map(body.flatMap(s => (s.kind === 'equation' && s.primed ? [[s.name.text, s] as const] : [])))
  const readsOfNext = (state: string): readonly string[] => {
    const equation = next.get(state)
    return equation === undefined ? [] : equationReads(equation)
  }
  const hyper = unit.kind === 'fn' ? 'parameter' : 'hyper-parameter'
  return [
    ...unit.params.map(
      (p): Definition => ({ kind: hyper, name: p.name, reads: p.default === undefined ? [] : readsOf(p.default) }),
    ),
    ...body.flatMap((s): Definition[] => {
      switch (s.kind) {
        case 'input':
        case 'target':
        case 'param':
          return s.names.map(name => ({ kind: s.kind, name, reads: s.kind === 'param' ? declarationReads(s) : [] }))
        case 'state':
          return s.names.map(name => ({
            kind: s.kind,
            name,
            reads: [...declarationReads(s), ...readsOfNext(name.text)],
          }))
        case 'part':
          return [{ kind: s.kind, name: s.name, reads: readsOf(s.value) }]
        case 'equation':
          return s.primed ? [] : [{ kind: s.kind, name: s.name, reads: equationReads(s) }]
        default:
          return []
      }
    }),
  ]
}

/** What a unit gives to others, and what they take from it by name. */
function rootsOf(unit: Unit | Fn, { whole, members, records, settings }: Uses): string[] {
  const { body } = unit
  const given = body.flatMap((s): string[] => {
    switch (s.kind) {
      case 'return':
      case 'loss':
      case 'metric':
        return readsOf(s.value)
      case 'predict':
        return [s.target.text, ...readsOf(s.value)]
      case 'output':
        return s.value === undefined ? [s.name.text] : readsOf(s.value)
      // An argument is checked against the type of its input, read or not.
      case 'input':
      case 'target':
        return dimReads(s.type).filter(name => unit.params.some(p => p.name.text === name))
      default:
        return []
    }
  })
  const returns = body.some(s => s.kind === 'return')
  const taken = body.flatMap((s): string[] => {
    const named = (name: string): boolean => !whole || members.has(name)
    if (s.kind === 'param') return s.names.map(n => n.text).filter(named)
    if (s.kind === 'part') return [s.name.text].filter(named)
    // A cell that returns nothing is for its states, as an optimizer is.
    if (s.kind === 'state') return s.names.map(n => n.text).filter(n => named(n) || records || !returns)
    return []
  })
  return [...given, ...taken, ...(settings.get(unit.name.text) ?? [])]
}

/** All that is read on the way to what the unit gives, and the inputs without which it could not be read. */
function reached(
  definitions: readonly Definition[],
  roots: readonly string[],
  unit: Unit | Fn,
  applied: readonly Applied[],
): ReadonlySet<string> {
  const readers = new Map(definitions.flatMap(d => namesOf(d).map(name => [name, d] as const)))
  const live = new Set<string>()
  const reach = (names: readonly string[]): void => {
    const left = [...names]
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (live.has(name)) continue
      live.add(name)
      for (const read of readers.get(name)?.reads ?? []) left.push(read)
    }
  }
  reach(roots)
  // Where only the weights of a part are used, whatever applies it gives them their shapes.
  const unapplied = definitions.filter(d => d.kind === 'part' && live.has(d.name.text))
  const shaping = new Set(unapplied.map(d => appliedRead(d.name.text)).filter(read => !live.has(read)))
  reach(definitions.filter(d => d.reads.some(r => shaping.has(r))).map(d => d.name.text))
  return new Set([...live, ...bringers(unit, live, applied)])
}

/** Inputs that nothing reads, and that are used all the same: for a size, an axis, or as what the unit runs or maps over. */
function bringers(unit: Unit | Fn, live: ReadonlySet<string>, applied: readonly Applied[]): string[] {
  const ports = unit.body.flatMap(s =>
    s.kind === 'input' || s.kind === 'target'
      ? s.names.map(n => ({ name: n.text, brings: [...dimReads(s.type), ...axisReads(s.type)] }))
      : [],
  )
  const read = ports.filter(p => live.has(p.name))
  const known = new Set([...unit.params.map(p => p.name.text), ...read.flatMap(p => p.brings)])
  const leads = applied.filter(a => a.unit === unit).map(a => a.leads)
  const leadsAlone = (name: string): boolean =>
    leads.some(lead => (lead.get(name) ?? []).some(axis => !read.some(p => lead.get(p.name)?.includes(axis))))
  const runs = unit.kind === 'unit' && unit.unit !== 'model' && read.length === 0
  return ports
    .filter(p => runs || leadsAlone(p.name) || p.brings.some(n => live.has(n) && !known.has(n)))
    .map(p => p.name)
}

/** What the files of a program say about the units in them. */
export function usesIn(own: readonly (Unit | Fn)[], trains: readonly Train[]): Omit<Uses, 'whole' | 'applied'> {
  const inUnits = own.flatMap(u => [
    ...u.params.flatMap(p => (p.default === undefined ? [] : [p.default])),
    ...u.body.flatMap(exprsOf),
  ])
  const all = [...inUnits, ...trains.flatMap(t => t.settings.map(s => s.value))].flatMap(e => [...allExprs(e)])
  const callees = new Set(all.flatMap(e => (e.kind === 'call' || e.kind === 'pipe' ? [e.callee] : [])))
  const names = (list: readonly Expr[]): Set<string> => new Set(list.flatMap(e => (e.kind === 'name' ? [e.name] : [])))
  const members = all.filter(e => e.kind === 'member')
  const inside = new Set<Expr>(members.map(m => m.value))
  return {
    members: new Set(members.map(m => m.name.text)),
    records: members.some(m => m.name.text === 'final' && !inside.has(m)),
    called: names([...callees]),
    given: names(all.filter(e => !callees.has(e))),
    settings: new Map(trains.map(t => [t.model.text, t.settings.flatMap(s => readsOf(s.value))])),
  }
}

function exprsOf(s: Statement): readonly Expr[] {
  if ('names' in s) return s.init === undefined ? [] : [s.init]
  return s.value === undefined ? [] : [s.value]
}
