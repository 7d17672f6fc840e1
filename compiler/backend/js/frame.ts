// The names of a module, and the function under construction: the names that it uses become its parameters.

import type { Algebra } from '../../ir/algebra.ts'
import { type Atom, asNumber, type Dim, format, formatAtom } from '../../ir/dim.ts'
import { dimsOf } from '../../plan/dimsOf.ts'
import type { Buffer, Plan, Pointwise, Step } from '../../plan/plan.ts'
import { inputBuffers } from '../../plan/ports.ts'
import { reductionName } from '../../plan/reductions.ts'
import { kernelsOf } from '../../plan/steps.ts'
import type { Precision } from '../backend.ts'
import type { Expression } from '../expression.ts'
import { expressions } from './expressionAlgebra.ts'
import { createNamer, type Namer } from './names.ts'

/** The identifiers that mean the same in every function of the module. */
export interface ModuleNames {
  readonly buffers: ReadonlyMap<Buffer, string>
  /** By formatted atom: `T`, `T-1`. */
  readonly atoms: ReadonlyMap<string, NamedAtom>
  /** Gives a name that is unique in the module. */
  readonly fresh: Namer
  /** The names of buffers, atoms and helpers. */
  readonly taken: ReadonlySet<string>
}

/** A symbol of sizes, such as `T-1`, and its name in the code. */
export interface NamedAtom {
  readonly atom: Atom
  readonly name: string
}

/** The function being written. */
export interface Frame {
  /** The buffers and sizes it has used so far. */
  readonly used: Used
  buffer(buffer: Buffer): string
  /** A size as an expression. */
  size(dim: Dim): string
  /** A size as an expression that may stand in a product. */
  factor(dim: Dim): string
  local: Namer
  /** The scalar algebra for formulas. */
  readonly algebra: Algebra<Expression>
}

export interface Used {
  readonly buffers: Set<string>
  readonly atoms: Set<NamedAtom>
}

/** Names the buffers and sizes of a module; `more` are buffers that the plan does not have. */
export function createModuleNames(plan: Plan, more: readonly Buffer[], helpers: readonly string[]): ModuleNames {
  const fresh = createNamer(new Set(helpers))
  const atoms = new Map<string, NamedAtom>()
  const dims = [
    ...[...plan.buffers, ...more].map(b => b.size),
    ...[...plan.inputs, ...plan.outputs].flatMap(p => p.shape),
    ...plan.steps.flatMap(dimsOf),
  ]
  for (const dim of dims) {
    format(dim, atom => {
      const key = formatAtom(atom)
      if (!atoms.has(key)) atoms.set(key, { atom, name: fresh(wishOf(atom)) })
      return key
    })
  }
  const made = new Map(plan.steps.flatMap(makers))
  const results = new Map(plan.outputs.map(({ name, operand }) => [operand.buffer, name]))
  const inputs = new Set(plan.inputs.map(p => p.name))
  const given = inputBuffers(plan)
  const wish = (buffer: Buffer): string => {
    const result = given.has(buffer) ? undefined : results.get(buffer)
    if (result !== undefined && inputs.has(result)) return `${result}'`
    return buffer.hint || (result ?? made.get(buffer) ?? 'buffer')
  }
  const buffers = new Map([...plan.buffers, ...more].map(b => [b, fresh(wish(b))]))
  const taken = new Set([...helpers, ...buffers.values(), ...[...atoms.values()].map(a => a.name)])
  return { buffers, atoms, fresh, taken }
}

/** The preferred name of an atom: `T`, `T_less_1`, `root_T`, `T_by_16`, `T_by_root`. */
function wishOf({ name, minus, window }: Atom): string {
  const all = minus === 0 ? name : `${name}_less_${minus}`
  if (window === undefined) return all
  return window === 'root' ? `root_${all}` : `${all}_by_${window === 'roots' ? 'root' : window}`
}

export function createFrame(names: ModuleNames, precision: Precision): Frame {
  const used: Used = { buffers: new Set(), atoms: new Set() }
  const size = (dim: Dim): string => {
    const text = format(dim, wanted => {
      const named = names.atoms.get(formatAtom(wanted))
      if (named === undefined) throw new Error(`size ${formatAtom(wanted)} has no name`)
      used.atoms.add(named)
      return named.name
    })
    return text.replaceAll('*', ' * ')
  }
  return {
    used,
    buffer: buffer => {
      const name = names.buffers.get(buffer)
      if (name === undefined) throw new Error(`buffer ${buffer.id} (${buffer.hint}) is not of the plan`)
      used.buffers.add(name)
      return name
    },
    size,
    factor: dim => (dim.terms.length > 1 || (asNumber(dim) ?? 0) < 0 ? `(${size(dim)})` : size(dim)),
    local: createNamer(names.taken),
    algebra: expressions[precision],
  }
}

/** A function's parameters, which are also its arguments: a name means the same everywhere. */
export const parameters = ({ buffers, atoms }: Used): string => [...buffers, ...[...atoms].map(a => a.name)].join(', ')

/** Adds the names that a called function uses to those of its caller. */
export function useAll(into: Used, from: Used): void {
  for (const name of from.buffers) into.buffers.add(name)
  for (const atom of from.atoms) into.atoms.add(atom)
}

/** Pairs each buffer that a step writes with the op that writes it, a name for buffers that have none. */
const makers = (step: Step): [Buffer, string][] =>
  kernelsOf(step).flatMap((kernel): [Buffer, string][] => {
    if (kernel.kind === 'map') return written(kernel)
    if (kernel.kind === 'reduce') return [[kernel.to.buffer, reductionName(kernel)]]
    return [...(kernel.tail === undefined ? [] : written(kernel.tail)), [kernel.c.buffer, 'product']]
  })

const written = ({ program, writes }: Pointwise): [Buffer, string][] =>
  writes.map(({ value, to }) => {
    const made = program[value]
    return [to.buffer, made.kind === 'apply' ? made.op : made.kind === 'read' ? 'copy' : made.kind]
  })
