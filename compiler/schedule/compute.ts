// Computes a kernel's program within a nest.
import { add, apply, constant, int, load, mul, read, splat, sub } from '../code/build.ts'
import type { Expr, Literal } from '../code/code.ts'
import type { Type } from '../code/types.ts'
import { algebraBy, typeOf } from '../ir/algebra.ts'
import { asNumber } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import { applyFormula } from '../ir/ops/applyFormula.ts'
import type { Instruction, Ref } from '../plan/plan.ts'
import { indirectPlace, nameOf, type Place, placeOf } from './addresses.ts'
import type { FormulaWriter } from './formulas/formula.ts'
import { applyFunction, isFunction } from './functions.ts'
import { type Nest, name, once } from './nest.ts'
import { scalarOp } from './scalarOps.ts'
import { scalarOf } from './target.ts'
import { numberOf, type Value } from './values.ts'
import { asMask, vectorOp } from './vectorOps.ts'

/** Some instructions of a program, and the vectors of reals that others have saved of them. */
export interface Part {
  readonly wanted: ReadonlySet<Ref>
  readonly saved: ReadonlyMap<Ref, () => Expr>
}

interface Options {
  /** Computes the vectors that lie so many further on. */
  readonly shift?: number
  /** Computes only these; no other value may be asked for. */
  readonly part?: Part
}

/** The value of each instruction. */
export function compute(
  nest: Nest,
  program: readonly Instruction[],
  { shift = 0, part }: Options = {},
): readonly Value[] {
  nest.mode.shift = shift
  const values: Value[] = []
  program.forEach((i, ref) => {
    const saved = part?.saved.get(ref)
    const isWanted = part?.wanted.has(ref) ?? true
    const value = !isWanted
      ? nothing
      : saved
        ? vectorOf(nest, saved())
        : (nest.fixed.get(i) ?? valueAt(nest, i, values))
    if (isWanted && value.level <= nest.axis) nest.fixed.set(i, value)
    values.push(value)
  })
  return values
}

/** Stands for a value that is not computed. */
const nothing: Value = { dtype: 'real', level: 0 }

const vectorOf = (nest: Nest, vector: Expr): Value => ({
  dtype: 'real',
  level: nest.depth,
  vector: name(nest, nest.depth, 'v', vector),
})

function valueAt(nest: Nest, instruction: Instruction, values: readonly Value[]): Value {
  const { writer } = nest
  switch (instruction.kind) {
    case 'constant': {
      const { dtype, value } = instruction
      const number = dtype === 'real' ? constant(writer.shared.target.real, value) : int(value)
      return { dtype, level: 0, number }
    }
    case 'size':
      return { dtype: 'int', level: 0, number: writer.size(instruction.dim) }
    case 'position':
      return position(nest, instruction.dim)
    case 'read':
      return element(nest, instruction, values)
    case 'apply':
      return applyFormula(
        instruction.op,
        algebraOf(nest),
        instruction.args.map(a => values[a]),
      )
  }
}

/** The scalar algebra over values. */
const algebraOf = (nest: Nest) =>
  algebraBy<Value>(
    {
      constant: value => ({ dtype: 'real', level: 0, number: constant(nest.writer.shared.target.real, value) }),
      integer: value => ({ dtype: 'int', level: 0, number: int(value) }),
    },
    op =>
      (...args) => {
        const { target, library } = nest.writer.shared
        const types = args.map(a => a.dtype)
        const dtype = typeOf(op, types)
        const level = Math.max(0, ...args.map(a => a.level))
        const formulaWriter: FormulaWriter = {
          name: value => name(nest, level, 't', value),
          constant: (type: Type, value: Literal) => nest.writer.constant(type, value),
          library,
        }
        const isNumber = args.every(a => a.number !== undefined)
        const list = isNumber
          ? args.map(numberOf)
          : args.map((a, i) => (op === 'shr' && i === 1 ? numberOf(a) : vectorValue(nest, a)))
        const value = isFunction(op)
          ? applyFunction(op, list, formulaWriter)
          : isNumber
            ? scalarOp(op, list, target.real)
            : vectorOp(op, types, list, nest.lanes, formulaWriter)
        if (value === undefined) throw new Error(`${op} has no code`)
        const named = name(nest, level, isNumber ? 'x' : 'v', value)
        return isNumber ? { dtype, level, number: named } : { dtype, level, vector: named }
      },
  )

/** A value in the lanes of a vector. */
export function vectorValue(nest: Nest, value: Value): Expr {
  if (value.vector !== undefined) return value.vector
  const { lanes, writer } = nest
  const number = numberOf(value)
  const type = lanes[value.dtype]
  if (number.kind === 'constant' && typeof number.value === 'number') {
    if (value.dtype !== 'bool') return writer.constant(type, number.value)
    const bit = number.value === 0 ? 0 : -1
    return writer.constant(type, type === 'i64x2' ? BigInt(bit) : bit)
  }
  return once(nest, value.level, [`splat ${nameOf(number)}`, 'v'], () => {
    if (value.dtype !== 'bool') return splat(number)
    return asMask(splat(sub(int(0), number)), lanes)
  })
}

function position(nest: Nest, dim: number): Value {
  const { mode, axis, lanes, indices, writer } = nest
  const number = read(indices[dim])
  if (!mode.vector || dim !== axis) return { dtype: 'int', level: dim + 1, number }
  const places = [0, 1, 2, 3].map(k => mode.shift * lanes.count + k)
  const vector = name(nest, dim + 1, 'v', add(splat(number), writer.constant('i32x4', places)))
  return { dtype: 'int', level: dim + 1, vector }
}

/** Reads an element, or those of all lanes. */
function element(
  nest: Nest,
  { from, indirect: by, dtype }: Instruction & { readonly kind: 'read' },
  values: readonly Value[],
): Value {
  const { mode, writer } = nest
  const direct = placeOf(nest, from)
  const found = by && indirectPlace(nest, by, values[by.at], direct)
  const place = found?.place ?? direct
  const { address, level } = place
  if (mode.vector && asNumber(direct.along) !== 0) {
    const loaded = loadLanes(nest, place, dtype)
    if (by === undefined || found === undefined) return { dtype, level, vector: name(nest, level, 'v', loaded) }
    const test = once(nest, values[by.at].level, [`mask ${nameOf(found.exists)}`, 'm'], () =>
      splat(sub(int(0), found.exists)),
    )
    return { dtype, level, vector: name(nest, level, 'v', masked(loaded, test, dtype)) }
  }
  const type = scalarOf(writer.shared.target, dtype)
  const value = load(type, address)
  if (found === undefined) {
    return { dtype, level, number: once(nest, level, [`${type} at ${nameOf(address)}`, 'x'], () => value) }
  }
  const guarded = apply('select', [value, constant(type, 0), found.exists])
  return { dtype, level, number: name(nest, level, 'x', guarded) }
}

/** Zeros where an element does not exist. */
function masked(loaded: Expr, test: Expr, dtype: DType): Expr {
  const mask = loaded.type === 'f64x2' || loaded.type === 'i64x2' ? apply('widen', [test]) : test
  if (dtype !== 'real') return apply('and', [loaded, mask])
  return apply('real', [apply('and', [apply('bits', [loaded]), mask])])
}

/** The lanes of an operand, from memory that lies together or not. */
function loadLanes({ mode, lanes, writer }: Nest, { address, along, bytes }: Place, dtype: DType): Expr {
  const first = mode.shift * lanes.count
  const type = dtype === 'real' ? lanes.real : 'i32x4'
  const loaded = (): Expr => {
    if (asNumber(along) === 1)
      return load(type, address, first * bytes, type === 'i32x4' && lanes.count === 2 ? 'pair' : undefined)
    const stride = writer.size(along, bytes)
    const laneAt = (k: number): Expr =>
      load(scalarOf(writer.shared.target, dtype), add(address, mul(stride, int(first + k))))
    const others = Array.from({ length: lanes.count - 1 }, (_, k) => k + 1)
    return others.reduce<Expr>((v, k) => apply('withLane', [v, laneAt(k)], [k]), splat(laneAt(0)))
  }
  if (dtype !== 'bool') return loaded()
  return asMask(apply('ne', [loaded(), writer.constant('i32x4', 0)]), lanes)
}
