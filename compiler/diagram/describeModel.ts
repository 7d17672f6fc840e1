// Describes a model as a diagram: a box for each use of a unit, and one for each expression between them.
import type { Arg, Expr, Span, Statement, Unit } from '../../dsl/ast.ts'
import { chain, children } from '../../dsl/children.ts'
import type { Instance } from '../elaborate/values/entity.ts'
import { type Box, type Diagram, newBox, newDiagram, portOf, type Source } from './diagram.ts'
import { type SourceTexts, shortened, sourceTexts } from './sourceTexts.ts'
import { leafLines, paramLines } from './unitLines.ts'
import { type Seen, tensorOf, typeOfName, type Watched } from './watch.ts'

/** A unit whose body is being described. */
interface Describing {
  readonly instance: Instance
  readonly seen: ReadonlyMap<Expr, Seen>
  readonly watched: Watched
  readonly texts: SourceTexts
  readonly diagram: Diagram
  /** Where the values of names come from; `h'` is a name too. */
  readonly names: Map<string, Source>
  /** Params, which get a box when an expression reads them. */
  readonly params: Map<string, () => Source>
  /** Where the values of expressions come from that have boxes already. */
  readonly made: Map<Expr, Source | undefined>
  readonly depth: number
}

/** Units inside each other are shown to this depth. */
const deepest = 4

/** Describes a model that was watched as it was compiled: one box, with all others inside. */
export function describeModel(unit: Unit, watched: Watched, sources: ReadonlyMap<string, string>): Box {
  const texts = sourceTexts(sources)
  const instance = watched.root()
  if (instance === undefined) return newBox('unit', unit.name.text)
  const hypers = unit.params.map(p => texts(p.span)).join(', ')
  const title = `model ${unit.name.text}${unit.hasParams ? `(${hypers})` : ''}`
  return newBox('unit', shortened(title), { inside: describeBody(instance, watched, texts, 0) })
}

function describeBody(instance: Instance, watched: Watched, texts: SourceTexts, depth: number): Diagram {
  const diagram = newDiagram()
  const seen = watched.of(instance)
  const [names, params, made] = [new Map(), new Map(), new Map()]
  const within: Describing = { instance, seen, watched, texts, diagram, names, params, made, depth }
  for (const s of instance.unit.body) describeStatement(within, s)
  for (const s of instance.unit.body) if (s.kind === 'state') for (const { text } of s.names) closeLoop(within, text)
  return diagram
}

function describeStatement(within: Describing, s: Statement): void {
  const { names, diagram, texts, instance, seen } = within
  switch (s.kind) {
    case 'input':
    case 'target':
    case 'state': {
      const isModel = instance.unit.unit === 'model'
      const kind = s.kind === 'state' || isModel ? s.kind : 'port'
      for (const { text } of s.names) {
        const box = added(diagram, newBox(kind, text))
        const type = isModel ? undefined : typeOfName(seen, text)
        names.set(text, portOf(box, '', type ?? texts(s.type.span)))
      }
      return
    }
    case 'param':
      for (const { text } of s.names) {
        const type = typeOfName(seen, text) ?? texts(s.type.span)
        const make = (): Source => portOf(added(diagram, newBox('param', `param ${text}`)), '', type)
        within.params.set(text, make)
      }
      return
    case 'equation': {
      const name = s.primed ? `${s.name.text}'` : s.name.text
      named(within, name, sourceOf(within, s.value))
      return
    }
    case 'output': {
      const source = s.value === undefined ? names.get(s.name.text) : sourceOf(within, s.value)
      named(within, s.name.text, source)
      if (instance.unit.unit === 'model') drain(diagram, newBox('output', `output ${s.name.text}`), source)
      else give(diagram, s.name.text, source)
      return
    }
    case 'return':
      give(diagram, '', sourceOf(within, s.value))
      return
    case 'predict':
      drain(diagram, newBox('output', `predict ${s.target.text}`), sourceOf(within, s.value))
      return
    case 'loss': {
      const box = added(diagram, newBox('loss', 'loss', { lines: [shortened(texts(s.value.span))] }))
      for (const from of readBy(within, s.value).sources) connect(diagram, from, box)
    }
  }
}

/** Gives a name to a value. */
function named({ names }: Describing, name: string, source: Source | undefined): void {
  if (source === undefined) return
  names.set(name, source)
  if (source.port.called === '' && !isNamed(source.box)) source.port.called = name
}

/** Tells whether the title of a box is the name of its value. */
const isNamed = ({ kind }: Box): boolean => kind !== 'unit' && kind !== 'value'

function added(diagram: Diagram, box: Box): Box {
  diagram.boxes.push(box)
  return box
}

function connect(diagram: Diagram, from: Source, to: Box, into?: Box): void {
  const known = diagram.edges.some(
    e => e.from.box === from.box && e.from.port === from.port && e.to === to && e.into === into,
  )
  if (!known) diagram.edges.push({ from, to, ...(into && { into }) })
}

function drain(diagram: Diagram, box: Box, source: Source | undefined): void {
  added(diagram, box)
  if (source !== undefined) connect(diagram, source, box)
}

/** Makes a value one that the unit gives. */
function give(diagram: Diagram, name: string, source: Source | undefined): void {
  if (source === undefined) return
  const box = added(diagram, newBox('port', name === '' ? 'return' : name))
  connect(diagram, source, box)
  diagram.gives.set(name, box)
}

function closeLoop({ diagram, names }: Describing, name: string): void {
  const [state, next] = [names.get(name), names.get(`${name}'`)]
  if (state === undefined || next === undefined) return
  const box = added(diagram, newBox('next', `${name}'`))
  connect(diagram, next, box)
  diagram.loops.push({ state: state.box, next: box })
  diagram.gives.set(`final.${name}`, box)
}

/** Finds where a value comes from, with boxes for whatever computes it; undefined for what is no value of the network. */
function sourceOf(within: Describing, e: Expr): Source | undefined {
  const { made } = within
  // Takes the links of a pipe one after another: it may be longer than the stack is deep.
  for (const link of chain(e, x => (x.kind === 'pipe' ? x.value : undefined)))
    if (!made.has(link)) made.set(link, newSource(within, link))
  return made.get(e)
}

/** As `sourceOf`, for an expression that has no boxes yet, where those that are piped into it have some. */
function newSource(within: Describing, e: Expr): Source | undefined {
  const { names, params } = within
  if (e.kind === 'name') {
    const known = names.get(e.name) ?? params.get(e.name)?.()
    if (known !== undefined) names.set(e.name, known)
    return known
  }
  if (e.kind === 'primed') return names.get(`${e.name}'`)
  const { type } = within.seen.get(e) ?? {}
  if (type === undefined) return undefined
  const member = memberOf(within, e)
  if (member !== undefined) return portOf(member.box, member.name, type)
  const applied = applicationOf(within, e)
  return portOf(applied === undefined ? valueBox(within, e) : unitBox(within, e, applied), '', type)
}

/** The unit and the name of `x.weights`, `x.final.h`. */
function memberOf(within: Describing, e: Expr): { readonly box: Box; readonly name: string } | undefined {
  if (e.kind !== 'member') return undefined
  if (within.seen.get(e.value)?.entity.kind === 'states') {
    const outer = memberOf(within, e.value)
    return outer && { box: outer.box, name: `${outer.name}.${e.name.text}` }
  }
  const source = sourceOf(within, e.value)
  return source?.box.kind === 'unit' ? { box: source.box, name: e.name.text } : undefined
}

/** A use of a unit, and what it is given. */
interface Application {
  readonly instance: Instance
  readonly args: readonly (Arg & { readonly kind: 'positional' | 'named' })[]
}

/** Tells whether an expression applies a unit to values. */
function applicationOf({ seen, instance }: Describing, e: Expr): Application | undefined {
  if (e.kind !== 'pipe' && e.kind !== 'call') return undefined
  const site = e.kind === 'pipe' ? e.callee : e
  const callee = site.kind === 'call' ? site.callee : site
  const head = seen.get(callee)?.entity
  const applied = head?.kind === 'instance' ? head : instance.placed.get(`${site.span.file}:${site.span.start}`)
  if (applied === undefined || head === undefined || head.kind === 'fn' || head.kind === 'builtin') return undefined
  const given = site.kind === 'call' && !(head.kind === 'template' && head.unit.hasParams) ? site.args : []
  const piped: Arg[] = e.kind === 'pipe' ? [{ kind: 'positional', value: e.value, span: e.value.span }] : []
  return { instance: applied, args: [...piped, ...given].flatMap(arg => (arg.kind === 'over' ? [] : [arg])) }
}

/** Adds the box of a unit that is applied. */
function unitBox(within: Describing, e: Expr, { instance, args }: Application): Box {
  const { diagram, watched, texts, depth } = within
  const sources = args.map(arg => ({ arg, from: sourceOf(within, arg.value) }))
  const isFrame = instance.parts.size + instance.placed.size > 0 && depth < deepest
  const inside = isFrame ? describeBody(instance, watched, texts, depth + 1) : undefined
  const over = axisOf(within, e, instance)
  const states = instance.unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  const box = newBox('unit', shortened(instance.anonymous ? instance.text : `${instance.local}: ${instance.text}`), {
    lines: inside === undefined ? leafLines(instance, watched.of(instance), texts) : paramLines(instance),
    states: over === undefined ? [] : states,
    ...(over !== undefined && { over }),
    ...(inside && { inside }),
  })
  added(diagram, box)
  const inputs = instance.unit.body.flatMap(s => (s.kind === 'input' ? s.names.map(n => n.text) : []))
  sources.forEach(({ arg, from }, i) => {
    const name = arg.kind === 'named' ? arg.name.text : inputs[i]
    const into = inside?.boxes.find(b => (b.kind === 'port' || b.kind === 'state') && b.title === name)
    if (from !== undefined) connect(diagram, from, box, into)
  })
  return box
}

/** The axis that a cell runs along; undefined for a layer, and for a single step. */
function axisOf({ seen, watched }: Describing, e: Expr, instance: Instance): string | undefined {
  const returned = instance.unit.body.find(s => s.kind === 'return')
  if (instance.unit.unit !== 'cell' || returned?.kind !== 'return') return undefined
  const [outer, inner] = [seen.get(e), watched.of(instance).get(returned.value)].map(s => s && tensorOf(s.entity))
  return outer?.axes.find(a => !a.batch && !inner?.axes.some(b => b.name === a.name))?.name
}

/** Adds the box of an expression of functions and operators; what units give to it comes from their own boxes. */
function valueBox(within: Describing, e: Expr): Box {
  const { diagram, texts } = within
  // What is piped has a box of its own.
  const piped = e.kind === 'pipe' ? sourceOf(within, e.value) : undefined
  const read = readBy(within, e.kind === 'pipe' ? e.callee : e)
  const { holes } = read
  const sources = [...(piped === undefined ? [] : [piped]), ...read.sources]
  const shown = e.kind === 'pipe' ? e.callee.span : e.span
  const box = newBox('value', shortened(texts(shown, holes)))
  added(diagram, box)
  for (const from of sources) connect(diagram, from, box)
  return box
}

/** Finds the values that an expression reads, and the places of those that have boxes of their own. */
function readBy(within: Describing, e: Expr): { readonly sources: Source[]; readonly holes: Span[] } {
  const sources: Source[] = []
  const holes: Span[] = []
  // Keeps a list in place of recursion: a chain of operators is longer than the stack is deep.
  const pending: Expr[] = e.kind === 'name' || e.kind === 'primed' ? [e] : children(e).toReversed()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const apart = next.kind === 'pipe' || applicationOf(within, next) !== undefined
    const isValue = next.kind === 'name' || next.kind === 'primed' || next.kind === 'member' || apart
    const source = isValue ? sourceOf(within, next) : undefined
    if (source !== undefined) sources.push(source)
    if (source !== undefined && apart) holes.push(next.span)
    if (source === undefined) pending.push(...children(next).toReversed())
  }
  return { sources, holes }
}
