// Finds unused names of a unit: those not reached from its results. Works on the text alone, without an expansion.
import type { Fn, Name, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import type { Applied } from '../values/scope.ts'
import { isOptimizer, optimized } from './isOptimizer.ts'
import { appliedRead, axisReads, declarationReads, dimReads, equationReads, primedRead, readsOf } from './namesRead.ts'
import type { Uses } from './uses.ts'

/** A name that a unit defines, and the names that a use of it reads in turn. */
interface Definition {
  readonly kind: 'hyper-parameter' | 'parameter' | 'input' | 'target' | 'param' | 'part' | 'state' | 'equation'
  readonly name: Name
  readonly reads: readonly string[]
}

/**
 * Warns (RNN342) of every hyper-parameter, input, target, param, part, state and equation that cannot influence the results of its
 * unit. A name that begins with `_` is meant to be unused.
 */
export function unusedIn(unit: Unit | Fn, uses: Uses): Diagnostic[] {
  const definitions = definitionsOf(unit)
  // A name that is kept on purpose counts as a use of the names that it reads.
  const kept = definitions.map(d => d.name.text).filter(name => name.startsWith('_'))
  const live = reached(definitions, [...rootsOf(unit, uses), ...kept], unit, uses.applied)
  const readers = Map.groupBy(
    definitions.flatMap(reader => [...new Set(reader.reads)].map(read => ({ read, reader }))),
    ({ read }) => read,
  )
  const idle = definitions.filter(d => !isLive(d, live) && !mayBeFixed(d, unit, uses))
  const statement = idle.find(d => d.kind === 'equation' && isStatement(d.name.text))
  if (statement !== undefined) {
    // Whatever else is idle is so because of it.
    const { text: name, span } = statement.name
    const help = `\`${name}\` is a statement, without \`=\`: \`${name} (p - y)^2\``
    return [diagnostic('RNN342', { kind: 'equation', name, why: why.equation }, { span, help })]
  }
  return idle.map(d => {
    const { text: name, span } = d.name
    const forgotten = live.has(primedRead(name))
    const reader = namesOf(d)
      .flatMap(n => readers.get(n) ?? [])
      .find(r => r.reader !== d)?.reader
    const help =
      reader !== undefined
        ? `only \`${reader.name.text}\` reads it, which is not used either`
        : forgotten
          ? `read \`${name}\`, or make it an equation: \`${name} = …\``
          : undefined
    const reason = forgotten ? 'no step reads its previous value' : why[d.kind]
    return diagnostic('RNN342', { kind: d.kind, name, why: reason }, { span, ...(help && { help }) })
  })
}

const isStatement = (name: string): boolean => name === 'loss' || name === 'metric'

const why: Readonly<Record<Definition['kind'], string>> = {
  'hyper-parameter': 'its value has no effect',
  parameter: 'its argument has no effect',
  input: 'its value has no effect',
  target: 'no loss, metric or prediction reads it',
  param: 'it is never learned',
  part: 'it is never applied',
  state: 'only its own next value reads it',
  equation: 'nothing reads its value',
}

const namesOf = ({ kind, name: { text } }: Definition): string[] =>
  kind === 'state' ? [text, primedRead(text)] : [text]

/** Tells whether a name is used. A state is used only if the value that enters a step is read: its next value alone stores nothing. */
const isLive = (d: Definition, live: ReadonlySet<string>): boolean => live.has(d.name.text)

/** Tells whether a caller may dictate the parameters, as of a function passed as an argument, so that an unused one is not a mistake. */
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

/** Lists the names that a unit's results read, and those that other units take from it by name. */
function rootsOf(unit: Unit | Fn, { whole, members, records, settings, applied, optimizers }: Uses): string[] {
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
      // Hyper-parameters in the type of an input are used even if the input is unread: its argument is checked against the type.
      case 'input':
      case 'target':
        return dimReads(s.type).filter(name => unit.params.some(p => p.name.text === name))
      default:
        return []
    }
  })
  const returns = body.some(s => s.kind === 'return')
  const mayOptimize = unit.kind === 'unit' && isOptimizer(unit)
  const optimizes = mayOptimize && (optimizers.has(unit.name.text) || !applied.some(a => a.unit === unit))
  const taken = body.flatMap((s): string[] => {
    const named = (name: string): boolean => !whole || members.has(name)
    if (s.kind === 'param') return s.names.map(n => n.text).filter(named)
    if (s.kind === 'part') return [s.name.text].filter(named)
    // A cell that returns nothing exists for its states. So does an optimizer for its parameter, also if it returns its rate.
    if (s.kind === 'state')
      return s.names.map(n => n.text).filter(n => named(n) || records || !returns || (optimizes && n === optimized))
    return []
  })
  return [...given, ...taken, ...(settings.get(unit.name.text) ?? [])]
}

/** Collects all names reached from the roots, and the inputs that they need for a size or an axis. */
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
  // If only the weights of a part are used, the names that apply it count as used too: they give the weights their shapes.
  const unapplied = definitions.filter(d => d.kind === 'part' && live.has(d.name.text))
  const shaping = new Set(unapplied.map(d => appliedRead(d.name.text)).filter(read => !live.has(read)))
  reach(definitions.filter(d => d.reads.some(r => shaping.has(r))).map(d => d.name.text))
  return new Set([...live, ...neededInputs(unit, live, applied)])
}

/** Lists inputs that are used though nothing reads them: for a size, for an axis, or to scan or map the unit over. */
function neededInputs(unit: Unit | Fn, live: ReadonlySet<string>, applied: readonly Applied[]): string[] {
  const ports = unit.body.flatMap(s =>
    s.kind === 'input' || s.kind === 'target'
      ? s.names.map(n => ({ name: n.text, declares: [...dimReads(s.type), ...axisReads(s.type)] }))
      : [],
  )
  const read = ports.filter(p => live.has(p.name))
  const known = new Set([...unit.params.map(p => p.name.text), ...read.flatMap(p => p.declares)])
  const leads = applied.filter(a => a.unit === unit).map(a => a.leads)
  const leadsAlone = (name: string): boolean =>
    leads.some(lead => (lead.get(name) ?? []).some(axis => !read.some(p => lead.get(p.name)?.includes(axis))))
  const runs = unit.kind === 'unit' && unit.unit !== 'model' && read.length === 0
  return ports
    .filter(p => runs || leadsAlone(p.name) || p.declares.some(n => live.has(n) && !known.has(n)))
    .map(p => p.name)
}
