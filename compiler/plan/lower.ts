// Graph → Plan: where every value lies, and the kernels that compute it. Pointwise equations are gathered into one kernel
// while their order allows; views cost nothing; constants never get a buffer unless a product needs one.
import type { Span } from '../../dsl/ast.ts'
import { type Context, opOf } from '../ir/builder.ts'
import { add, asNumber, type Dim, equal, multiply, product, rowMajor, sameShape, symbol, symbolsOf } from '../ir/dim.ts'
import {
  allEqns,
  type Block,
  type DType,
  type Eqn,
  type Graph,
  scanOperands,
  scanResults,
  type Value,
} from '../ir/graph.ts'
import type { Lowering, Unlabelled } from '../ir/lowering.ts'
import { isDim, isDims } from '../ir/ops/define.ts'
import { withoutDeadStores } from './deadStores.ts'
import { isDense, programReads, readsOf, sameOperand, whole, writesOf } from './operands.ts'
import type { Buffer, Instruction, Loop, MapKernel, Operand, Plan, Port, Ref, Step, Write } from './plan.ts'
import { createProgram, type ProgramBuilder, pruned, renamed } from './program.ts'
import { storedJoined } from './storage.ts'

/** A map kernel that may still grow. */
interface Group {
  readonly kind: 'group'
  readonly scope: Scope
  /** Its place among the steps of its scope. */
  readonly place: number
  readonly domain: readonly Dim[]
  readonly program: ProgramBuilder
  readonly writes: Write[]
  readonly hints: Set<string>
  readonly span?: Span
}

/** The steps of the plan, or of a loop's body, so far. */
interface Scope {
  readonly steps: (Step | Group)[]
  /** The place of the last step that writes a buffer, by its id; what this scope has not written came before it. */
  readonly written: Map<number, number>
  /** No equation joins a kernel before this place. */
  barrier: number
  /** Dense copies, by value id. */
  readonly copies: Map<number, Operand>
}

/** A result of a kernel that may still grow. */
interface Pending {
  readonly group: Group
  readonly ref: Ref
}

/** Where a value is: in memory, or pending, or both. */
interface Place {
  readonly operand?: Operand
  readonly pending?: Pending
}

/** A pending value that is written to memory as well. */
interface Stored extends Pending {
  readonly operand: Operand
}

/** V8 compiles no function over 60 KB of bytecode; this stays far below. */
const longestProgram = 200

const newScope = (): Scope => ({ steps: [], written: new Map(), barrier: 0, copies: new Map() })

/** The plan that computes a graph. */
export function makePlan(context: Context, graph: Graph): Plan {
  const places = new Map<number, Place>()
  /** Where a value has to end, if a kernel computes it: its slice of a loop's stacked output. */
  const destinations = new Map<number, Operand>()
  /** The buffers that pending values are written to, by id. */
  const stored = new Map<number, Stored>()
  /** Buffers of one instruction, by id: constants, sizes and positions, which are written only if a kernel must read them. */
  const sources = new Map<number, MapKernel>()
  const preamble: Step[] = []
  const top = newScope()
  const indices = indexNames(graph)
  const joined = storedJoined(graph)
  let nextBuffer = 0
  let scope = top
  let current: Eqn | undefined

  const allocate = (dtype: DType, shape: readonly Dim[], hint: string): Operand =>
    whole({ id: nextBuffer++, dtype, size: product(shape), hint }, shape)

  const placeOf = (value: Value): Place => {
    const place = places.get(value.id)
    if (place === undefined) throw new Error(`%${value.id} (${value.hint}) is used before its definition`)
    return place
  }

  const writtenAt = (operand: Operand): number => scope.written.get(operand.buffer.id) ?? -1

  const markWritten = (into: Scope, buffer: Buffer, place: number): void => {
    into.written.set(buffer.id, Math.max(place, into.written.get(buffer.id) ?? -1))
  }

  const push = (step: Step): void => {
    for (const to of writesOf(step)) markWritten(scope, to.buffer, scope.steps.length)
    scope.steps.push(step)
  }

  const note = (): { hint: string; span?: Span } => ({
    hint: [...new Set(current?.outs.map(v => v.hint))].filter(h => h !== '').join(', '),
    ...(current?.span && { span: current.span }),
  })

  const write = ({ group, ref }: Pending, to: Operand): void => {
    group.writes.push({ value: ref, to })
    markWritten(group.scope, to.buffer, group.place)
  }

  const store = (pending: Pending, operand: Operand): void => {
    write(pending, operand)
    stored.set(operand.buffer.id, { ...pending, operand })
  }

  function output(value: Value): Operand {
    // A source is lazy: its buffer is its own, and may never be written.
    const lazy = current?.outs.includes(value) && isSource(current)
    const operand = (lazy ? undefined : destinations.get(value.id)) ?? allocate(value.dtype, value.shape, value.hint)
    if (!lazy) destinations.delete(value.id)
    places.set(value.id, { ...places.get(value.id), operand })
    return operand
  }

  function operandOf(value: Value): Operand {
    const place = placeOf(value)
    if (place.operand !== undefined) return place.operand
    if (place.pending === undefined) throw new Error(`%${value.id} (${value.hint}) lies nowhere`)
    const to = output(value)
    store(place.pending, to)
    return to
  }

  /** Writes the buffer of a constant, size or position before everything else. */
  function materialized(operand: Operand): Operand {
    const source = sources.get(operand.buffer.id)
    if (source !== undefined && !preamble.includes(source)) preamble.push(source)
    return operand
  }

  /** Adds the reading of one element: a source's is computed. */
  function read(program: ProgramBuilder, instruction: Instruction & { kind: 'read' }): Ref {
    const { from, indirect } = instruction
    const source = sources.get(from.buffer.id)
    if (source === undefined) return program.add(instruction)
    if (indirect !== undefined) return program.add({ ...instruction, from: materialized(from) })
    const [made] = source.program
    return made.kind === 'position' ? address(program, from) : program.add(made)
  }

  /** An element of iota is its own address. */
  function address(program: ProgramBuilder, { offset, strides }: Operand): Ref {
    const number = (dim: Dim): Ref => {
      const value = asNumber(dim)
      return program.add(value === undefined ? { kind: 'size', dim } : { kind: 'constant', value })
    }
    const apply = (op: string, args: Ref[]): Ref => program.add({ kind: 'apply', op, args })
    const terms = strides.flatMap((stride, dim): Ref[] => {
      if (asNumber(stride) === 0) return []
      const position = program.add({ kind: 'position', dim })
      return [asNumber(stride) === 1 ? position : apply('mul', [position, number(stride)])]
    })
    if (terms.length === 0 || asNumber(offset) !== 0) terms.push(number(offset))
    return terms.reduce((a, b) => apply('add', [a, b]))
  }

  /** A kernel's program with every read of a source replaced. */
  function resolved(program: readonly Instruction[]): { program: readonly Instruction[]; name: (ref: Ref) => Ref } {
    const builder = createProgram()
    const names: Ref[] = []
    const name = (ref: Ref): Ref => names[ref]
    for (const instruction of program) {
      const mine = renamed(instruction, name)
      names.push(mine.kind === 'read' ? read(builder, mine) : builder.add(mine))
    }
    return { program: builder.instructions, name }
  }

  /**
   * The kernel that computes a pointwise equation over these values: the one with most of them at hand; one of the last
   * kernels, if they are all in memory, since a result computed early has to be stored for its late reader; or a new one.
   */
  function groupFor(domain: readonly Dim[], ins: readonly Value[]): Group {
    const found = ins.map(placeOf)
    const recent = scope.steps.findLastIndex(step => step.kind !== 'group')
    let best: Group | undefined
    let most = 0
    for (let place = scope.barrier; place < scope.steps.length; place++) {
      const group = scope.steps[place]
      if (group.kind !== 'group' || !sameShape(group.domain, domain)) continue
      if (group.program.instructions.length >= longestProgram) continue
      const inside = found.filter(p => p.pending?.group === group)
      if (inside.length === 0 && place < recent) continue
      const ready = found.every(p => inside.includes(p) || readyBefore(p, place))
      if (ready && inside.length >= most) {
        best = group
        most = inside.length
      }
    }
    if (best !== undefined) return best
    const group: Group = {
      kind: 'group',
      scope,
      place: scope.steps.length,
      domain,
      program: createProgram(),
      writes: [],
      hints: new Set(),
      ...(current?.span && { span: current.span }),
    }
    scope.steps.push(group)
    return group
  }

  function readyBefore({ operand, pending }: Place, place: number): boolean {
    if (operand !== undefined) return writtenAt(operand) < place
    return pending !== undefined && (pending.group.scope !== scope || pending.group.place < place)
  }

  /** The value inside a group's program. */
  function refIn(group: Group, value: Value): Ref {
    const { pending } = placeOf(value)
    if (pending?.group === group) return pending.ref
    return read(group.program, { kind: 'read', from: operandOf(value) })
  }

  function copy(value: Value, to: Operand, hint = value.hint): void {
    const group = groupFor(value.shape, [value])
    if (hint !== '') group.hints.add(hint)
    write({ group, ref: refIn(group, value) }, to)
  }

  function pointwise(eqn: Eqn): void {
    const [out] = eqn.outs
    const group = groupFor(out.shape, eqn.ins)
    const ref = group.program.add({ kind: 'apply', op: eqn.op, args: eqn.ins.map(v => refIn(group, v)) })
    if (out.hint !== '') group.hints.add(out.hint)
    places.set(out.id, { pending: { group, ref } })
  }

  function packed(value: Value): Operand {
    const operand = operandOf(value)
    if (isDense(operand, value.shape)) return operand
    const before = scope.copies.get(value.id)
    if (before !== undefined) return before
    const to = allocate(value.dtype, value.shape, value.hint)
    copy(value, to)
    scope.copies.set(value.id, to)
    return to
  }

  /** The steps that are emitted in the course of a call, in a scope of their own. */
  function stepsOf(emit: () => void): Step[] {
    const enclosing = scope
    scope = newScope()
    emit()
    const steps = closed(scope)
    scope = enclosing
    return steps
  }

  function scan(eqn: Eqn): void {
    const { body } = eqn
    const { length, reverse } = eqn.attrs
    if (body === undefined || !isDim(length)) throw new Error('scan: no body')
    const outer = scanOperands(eqn)
    const inner = scanOperands(eqn, body.params)
    const outs = scanResults(eqn)
    const results = scanResults(eqn, body.results)
    const index = indices()
    const at = (operand: Operand): Operand => ({
      ...operand,
      offset: add(operand.offset, multiply(symbol(index), operand.strides[0])),
      strides: operand.strides.slice(1),
    })

    outer.consts.forEach((value, i) => {
      places.set(inner.consts[i].id, { operand: operandOf(value) })
    })
    outer.xs.forEach((value, i) => {
      places.set(inner.xs[i].id, { operand: at(operandOf(value)) })
    })
    const carries = outs.carries.map(output)
    outer.carries.forEach((value, i) => {
      copy(value, carries[i], inner.carries[i].hint)
      places.set(inner.carries[i].id, { operand: carries[i] })
    })
    const ys = outs.ys.map(value => at(output(value)))
    results.ys.forEach((value, i) => {
      if (!destinations.has(value.id)) destinations.set(value.id, ys[i])
    })

    const steps = stepsOf(() => {
      lowerAll(body)
      current = eqn
      results.ys.forEach((value, i) => {
        finish(value, ys[i])
      })
      leave(results.carries, carries)
    })
    const loop: Loop = {
      kind: 'loop',
      index,
      length,
      reverse: reverse === true,
      steps,
      hint: note().hint,
    }
    push(loop)
  }

  /** Sees to it that the value of a body ends in its slice of a stacked output. */
  function finish(value: Value, to: Operand): void {
    if (destinations.get(value.id) === to) destinations.delete(value.id)
    const { operand } = placeOf(value)
    if (operand === undefined || !sameOperand(operand, to)) copy(value, to)
  }

  /** Moves the carries to where the next step reads them, once nothing more reads the old ones. */
  function leave(values: readonly Value[], carries: readonly Operand[]): void {
    const buffers = new Set(carries.map(c => c.buffer))
    const unchanged = (value: Value, to: Operand): boolean => {
      const { operand } = placeOf(value)
      return operand !== undefined && sameOperand(operand, to)
    }
    const moving = values.map((value, i) => ({ value, to: carries[i] })).filter(m => !unchanged(m.value, m.to))
    // An old carry that leaves as another one is put aside first.
    const staged = moving.map(({ value, to }) => {
      const { operand } = placeOf(value)
      if (operand === undefined || !buffers.has(operand.buffer)) return { value, to }
      const aside: Value = { ...value, id: context.nextId++ }
      const temporary = allocate(value.dtype, value.shape, value.hint)
      copy(value, temporary)
      places.set(aside.id, { operand: temporary })
      return { value: aside, to }
    })
    const late = staged.filter(({ value, to }) => {
      const { pending } = placeOf(value)
      if (pending === undefined || pending.group.scope !== scope || readAfter(pending.group, to)) return true
      write(pending, to)
      return false
    })
    scope.barrier = scope.steps.length
    for (const { value, to } of late) copy(value, to)
  }

  /** Whether anything from a group on still reads what lies at `to`, but for the group's own reading of the same elements. */
  function readAfter(group: Group, to: Operand): boolean {
    const touches = (operand: Operand): boolean => operand.buffer === to.buffer
    return scope.steps.slice(group.place).some(step => {
      if (step.kind !== 'group') return readsOf(step).some(touches)
      const reads = programReads(step.program.instructions).filter(touches)
      return step === group ? reads.some(r => !sameOperand(r, to)) : reads.length > 0
    })
  }

  /** Lets the kernel that computes some elements write them to another place too, if no later step has written there. */
  function writtenAsWell({ domain, program: [read], writes: [first, ...more] }: Unlabelled<MapKernel>): boolean {
    if (read.kind !== 'read' || first.value !== 0 || more.length > 0) return false
    if (read.indirect !== undefined || first.indirect !== undefined || first.accumulate === true) return false
    const source = stored.get(read.from.buffer.id)
    if (source === undefined || source.group.scope !== scope) return false
    if (!sameShape(source.group.domain, domain) || !sameOperand(source.operand, read.from)) return false
    if (writtenAt(first.to) > source.group.place) return false
    write(source, first.to)
    return true
  }

  const plan: Lowering = {
    operand: operandOf,
    packed,
    output,
    alias: (value, operand) => {
      places.set(value.id, { operand })
    },
    temporary: (dtype, shape) => allocate(dtype, shape, note().hint),
    map: kernel => {
      if (current !== undefined && isSource(current) && kernel.program.length === 1 && kernel.writes.length === 1) {
        sources.set(kernel.writes[0].to.buffer.id, { kind: 'map', ...kernel, ...note() })
        return
      }
      if (writtenAsWell(kernel)) return
      const { program, name } = resolved(kernel.program)
      const writes = kernel.writes.map(w => ({
        ...w,
        value: name(w.value),
        ...(w.indirect && { indirect: { ...w.indirect, at: name(w.indirect.at) } }),
      }))
      push({ kind: 'map', ...kernel, program, writes, ...note() })
    },
    reduce: kernel => {
      const { program, name } = resolved(kernel.program)
      push({ kind: 'reduce', ...kernel, program, value: name(kernel.value), ...note() })
    },
    gemm: kernel => {
      push({ kind: 'gemm', ...kernel, a: materialized(kernel.a), b: materialized(kernel.b), ...note() })
    },
    pointwise,
    scan,
    choice: (less, than, ways) => {
      const [first, second] = ways.map(stepsOf)
      push({ kind: 'choice', less, than, ways: [first, second], hint: note().hint })
    },
  }

  function lowerAll(block: Block): void {
    for (const eqn of block.eqns) {
      if (joined.has(eqn)) continue
      current = eqn
      opOf(context, eqn.op).lower(plan, eqn)
    }
    current = undefined
  }

  for (const [eqn, parts] of joined) {
    const [out] = eqn.outs
    const operand = allocate(out.dtype, out.shape, out.hint)
    places.set(out.id, { operand })
    let { offset } = operand
    for (const part of parts) {
      places.set(part.id, { operand: { buffer: operand.buffer, offset, strides: rowMajor(part.shape) } })
      offset = add(offset, product(part.shape))
    }
  }
  const inputs = graph.params.map((param, i): Port => {
    const operand = places.get(param.id)?.operand ?? allocate(param.dtype, param.shape, graph.inputs[i])
    places.set(param.id, { operand })
    return { name: graph.inputs[i], operand, shape: param.shape }
  })
  lowerAll(graph)

  const taken = new Set<Buffer>(inputs.map(port => port.operand.buffer))
  const outputs = graph.results.map((value, i): Port => {
    let operand = operandOf(value)
    const { buffer } = operand
    const own =
      isDense(operand, value.shape) && asNumber(operand.offset) === 0 && equal(buffer.size, product(value.shape))
    if (!own || taken.has(buffer) || sources.has(buffer.id)) {
      operand = allocate(value.dtype, value.shape, graph.outputs[i])
      copy(value, operand, graph.outputs[i])
    }
    taken.add(operand.buffer)
    return { name: graph.outputs[i], operand: whole(operand.buffer, value.shape), shape: value.shape }
  })

  const steps = withoutDeadStores(
    [...preamble, ...closed(top)],
    outputs.map(p => p.operand.buffer),
  )
  const ports = [...inputs, ...outputs].map(p => p.operand)
  const used = new Set([...ports, ...steps.flatMap(s => [...readsOf(s), ...writesOf(s)])].map(o => o.buffer))
  const buffers = [...used].sort((a, b) => a.id - b.id)
  return { name: graph.name, inputs, outputs, buffers, steps }
}

/** A constant, a size, positions: an equation that reads nothing and loops over nothing. */
const isSource = (eqn: Eqn): boolean => eqn.ins.length === 0 && eqn.body === undefined

/** The steps with every group made a kernel; a group that nothing needs is none. */
function closed(scope: Scope): Step[] {
  return scope.steps.flatMap((step): Step[] => {
    if (step.kind !== 'group') return [step]
    if (step.writes.length === 0) return []
    const { program, writes } = pruned(step.program.instructions, step.writes)
    const hint = [...step.hints].join(', ')
    return [{ kind: 'map', domain: step.domain, program, writes, hint, ...(step.span && { span: step.span }) }]
  })
}

/** Names for loop indices, t, t2, …, that are no size symbol of the graph. */
function indexNames(graph: Graph): () => string {
  const eqns = [...allEqns(graph)]
  const shapes = [...graph.params, ...eqns.flatMap(e => [...e.outs, ...(e.body?.params ?? [])])].flatMap(v => v.shape)
  const attrs = eqns.flatMap(e => Object.values(e.attrs)).flatMap(a => (isDim(a) ? [a] : isDims(a) ? a : []))
  const taken = new Set([...shapes, ...attrs].flatMap(symbolsOf))
  let count = 0
  return () => {
    for (;;) {
      count++
      const name = count === 1 ? 't' : `t${count}`
      if (!taken.has(name)) return name
    }
  }
}
