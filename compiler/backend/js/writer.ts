// The function under construction: the names that it uses become its parameters.
import type { Algebra } from '../../ir/algebra.ts'
import { asNumber, type Dim, format, formatAtom } from '../../ir/dim.ts'
import type { Buffer } from '../../plan/plan.ts'
import type { Precision } from '../backend.ts'
import type { Expression } from '../expression.ts'
import { expressions } from './expressionAlgebra.ts'
import type { ModuleNames, NamedAtom } from './moduleNames.ts'
import { createNamer, type Namer } from './names.ts'

/** The function being written. */
export interface Writer {
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

export function createWriter(names: ModuleNames, precision: Precision): Writer {
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
