// Names what means the same in every function of a module: buffers, and the symbols of sizes.
import { type Atom, format, formatAtom } from '../../ir/dim.ts'
import { dimsOf } from '../../plan/dimsOf.ts'
import type { Buffer, Plan, Pointwise, Step } from '../../plan/plan.ts'
import { inputBuffers } from '../../plan/ports.ts'
import { reductionName } from '../../plan/reductions.ts'
import { kernelsOf } from '../../plan/steps.ts'
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
