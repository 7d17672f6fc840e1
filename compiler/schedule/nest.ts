// Nested loops over a kernel's domain: every statement stands at the outermost level at which all that it uses is known. The innermost loop
// or another one, goes by vectors where the kernel allows, and then one by one over what is left.
import { add, apply, bind, constant, int, load, loop, mul, read, select, splat, sub, when } from '../code/build.ts'
import type { Expr, Literal, Local, Statement, Type } from '../code/code.ts'
import { algebraBy, typeOf } from '../ir/algebra.ts'
import { opOf } from '../ir/builder.ts'
import { asNumber, type Dim, constant as dimOf, format } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import { newContext } from '../ir/ops/index.ts'
import type { Indirect, Instruction, Operand } from '../plan/plan.ts'
import type { Block } from './formulas/formula.ts'
import { applyFunction, isFunction } from './functions.ts'
import { scalarOp } from './scalarOps.ts'
import { lanesOf } from './target.ts'
import { asMask, vectorOp } from './vectorOps.ts'
import { bytesIn, type Writer } from './writer.ts'

/** A value of a program. One that is the same for all lanes is a number; only what differs along the innermost loop is a vector. */
export interface Value {
  readonly dtype: DType
  /** The number of loops that it is computed in. */
  readonly level: number
  readonly number?: Expr
  readonly vector?: Expr
}

/** Where an element lies: an address, known inside so many loops. */
export interface Place {
  readonly address: Expr
  readonly level: number
  /** The stride along the axis, in elements. */
  readonly along: Dim
  /** The bytes of an element. */
  readonly bytes: number
}

export interface Nest {
  readonly depth: number
  /** Statements inside the first `level` loops, before the next loop. */
  readonly before: Statement[][]
  readonly after: Statement[][]
  readonly indices: readonly Local[]
  /** Gives the body of the loop along the axis, with the loops inside it; `write` adds to it for vectors, or for single elements. */
  inside(vector: boolean, write: () => void): readonly Statement[]
  /** Computes a program at the innermost level; of vectors, for those that lie `shift` vectors further on. */
  compute(program: readonly Instruction[], shift?: number): readonly Value[]
  place(operand: Operand): Place
  /** The place of an element whose index is data, and the test that there is one. */
  indirect(by: Indirect, at: Value, place: Place): { readonly exists: Expr; readonly place: Place }
  /** Adds a statement to the innermost body. */
  add(statement: Statement): void
  /** A value as a vector. */
  vector(value: Value): Expr
  /** Names an expression at a level. */
  name(level: number, wish: string, value: Expr): Expr
  /** The loops outside the axis around the loops along it; nothing happens where the domain is empty. */
  close(body: readonly Statement[]): readonly Statement[]
}

const context = newContext()

/** Loops over `domain`, outermost first. The caller writes the loop along the axis itself: the one that may go by vectors. */
export function createNest(writer: Writer, domain: readonly Dim[], axis: number = domain.length - 1): Nest {
  const depth = domain.length
  const { target, library } = writer.shared
  const lanes = lanesOf(target)
  const before: Statement[][] = [[], ...domain.map((): Statement[] => [])]
  const after: Statement[][] = [[], ...domain.map((): Statement[] => [])]
  const indices = domain.map((_, d) => writer.fresh('ijklmnpq'[d] ?? 'i', 'i32'))
  /** What is known outside the loop along the axis, by its text; and what is within. */
  const shared = new Map<string, Expr>()
  const own = new Map<string, Expr>()
  const outside = new Map<Instruction, Value>()
  const mode = { vector: false, shift: 0 }

  const knownAt = (level: number): Map<string, Expr> => (level > axis ? own : shared)

  function name(level: number, wish: string, value: Expr): Expr {
    if (value.kind === 'local' || value.kind === 'constant') return value
    const to = writer.fresh(wish, value.type)
    before[level].push(bind(to, value))
    return read(to)
  }

  /** Names an expression once for all that asks for the same. */
  function once(level: number, key: string, wish: string, value: () => Expr): Expr {
    const known = knownAt(level)
    const found = known.get(`${level} ${key}`) ?? name(level, wish, value())
    known.set(`${level} ${key}`, found)
    return found
  }

  const blockAt = (level: number): Block => ({
    name: value => name(level, 't', value),
    constant: (type: Type, value: Literal) => writer.constant(type, value),
    library,
  })

  /** The index along the axis times the bytes of an element. */
  const along = (bytes: number): Expr =>
    once(axis + 1, `along ${bytes}`, 'along', () => apply('shl', [read(indices[axis]), int(Math.log2(bytes))]))

  function place({ buffer, offset, strides }: Operand): Place {
    const bytes = bytesIn(writer, buffer)
    let key = `${buffer.id}@${format(offset)}`
    let address = once(0, key, 'p', () => add(writer.base(buffer), writer.size(offset, bytes)))
    let level = 0
    strides.forEach((stride, d) => {
      if (asNumber(stride) === 0) return
      level = d + 1
      key += ` ${d}*${format(stride)}`
      const from = address
      const isUnit = d === axis && asNumber(stride) === 1
      const step = (): Expr => (isUnit ? along(bytes) : mul(read(indices[d]), writer.size(stride, bytes)))
      address = once(level, key, 'p', () => add(from, step()))
    })
    return { address, level, bytes, along: axis < 0 ? dimOf(0) : strides[axis] }
  }

  function indirect({ stride, size }: Indirect, at: Value, to: Place): { exists: Expr; place: Place } {
    const index = scalar(at)
    const exists = once(at.level, `exists ${textOf(index)} ${format(size)}`, 'exists', () =>
      apply('below', [index, writer.size(size)]),
    )
    // What does not exist is looked for at the first place, and not used.
    const shift = once(at.level, `shift ${textOf(exists)} ${format(stride)} ${to.bytes}`, 'shift', () =>
      mul(select(index, int(0), exists), writer.size(stride, to.bytes)),
    )
    const level = Math.max(at.level, to.level)
    return { exists, place: { ...to, level, address: name(level, 'p', add(to.address, shift)) } }
  }

  function scalar(value: Value): Expr {
    if (value.number === undefined) throw new Error('a value differs from lane to lane')
    return value.number
  }

  function vector(value: Value): Expr {
    if (value.vector !== undefined) return value.vector
    const number = scalar(value)
    const type = lanes[value.dtype]
    if (number.kind === 'constant' && typeof number.value === 'number') {
      if (value.dtype !== 'bool') return writer.constant(type, number.value)
      const bit = number.value === 0 ? 0 : -1
      return writer.constant(type, type === 'i64x2' ? BigInt(bit) : bit)
    }
    const key = `splat ${number.kind === 'local' ? number.local.name : ''}`
    return once(value.level, key, 'v', () => {
      if (value.dtype !== 'bool') return splat(number)
      return asMask(splat(sub(int(0), number)), lanes)
    })
  }

  function readFrom(instruction: Instruction & { readonly kind: 'read' }, values: readonly Value[]): Value {
    const { from, indirect: by, dtype } = instruction
    const direct = place(from)
    const found = by && indirect(by, values[by.at], direct)
    const { address, level } = found?.place ?? direct
    if (mode.vector && asNumber(direct.along) !== 0) {
      const loaded = vectorAt(found?.place ?? direct, dtype)
      if (found === undefined) return { dtype, level, vector: name(level, 'v', loaded) }
      const test = once(values[by?.at ?? 0].level, `mask ${textOf(found.exists)}`, 'm', () =>
        splat(sub(int(0), found.exists)),
      )
      return { dtype, level, vector: name(level, 'v', masked(loaded, test, dtype)) }
    }
    const type = dtype === 'real' ? target.real : 'i32'
    const value = load(type, address)
    if (found === undefined) return { dtype, level, number: once(level, `at ${textOf(address)}`, 'x', () => value) }
    return { dtype, level, number: name(level, 'x', select(value, constant(type, 0), found.exists)) }
  }

  /** Zeros where an element does not exist. */
  function masked(loaded: Expr, test: Expr, dtype: DType): Expr {
    const mask = loaded.type === 'f64x2' || loaded.type === 'i64x2' ? apply('widen', [test]) : test
    if (dtype !== 'real') return apply('and', [loaded, mask])
    return apply('real', [apply('and', [apply('bits', [loaded]), mask])])
  }

  /** The lanes of an operand, from memory that lies together or not. */
  function vectorAt({ address, along: stride, bytes }: Place, dtype: DType): Expr {
    const first = mode.shift * lanes.count
    const type = dtype === 'real' ? lanes.real : 'i32x4'
    const apart = asNumber(stride) === 1 ? undefined : writer.size(stride, bytes)
    const laneAt = (k: number): Expr =>
      load(
        dtype === 'real' ? target.real : 'i32',
        apart === undefined ? address : add(address, mul(apart, int(first + k))),
      )
    const loaded =
      apart === undefined
        ? load(type, address, first * bytes, type === 'i32x4' && lanes.count === 2 ? 'pair' : undefined)
        : Array.from({ length: lanes.count - 1 }, (_, k) => k + 1).reduce<Expr>(
            (v, k) => apply('withLane', [v, laneAt(k)], [k]),
            splat(laneAt(0)),
          )
    if (dtype !== 'bool') return loaded
    return asMask(apply('ne', [loaded, writer.constant('i32x4', 0)]), lanes)
  }

  function position(dim: number): Value {
    const number = read(indices[dim])
    if (!mode.vector || dim !== axis) return { dtype: 'int', level: dim + 1, number }
    const first = mode.shift * lanes.count
    const count = writer.constant(
      'i32x4',
      [0, 1, 2, 3].map(k => first + k),
    )
    return { dtype: 'int', level: dim + 1, vector: name(dim + 1, 'v', add(splat(number), count)) }
  }

  const algebra = algebraBy<Value>(
    {
      constant: value => ({ dtype: 'real', level: 0, number: constant(target.real, value) }),
      integer: value => ({ dtype: 'int', level: 0, number: int(value) }),
    },
    op =>
      (...args) => {
        const types = args.map(a => a.dtype)
        const dtype = typeOf(op, types)
        const level = Math.max(0, ...args.map(a => a.level))
        const block = blockAt(level)
        if (args.every(a => a.number !== undefined)) {
          const list = args.map(scalar)
          const value = isFunction(op) ? applyFunction(op, list, block) : scalarOp(op, list, target.real)
          if (value === undefined) throw new Error(`${op} has no code`)
          return { dtype, level, number: name(level, 'x', value) }
        }
        const list = op === 'shr' ? [vector(args[0]), scalar(args[1])] : args.map(vector)
        const value = isFunction(op) ? applyFunction(op, list, block) : vectorOp(op, types, list, lanes, block)
        if (value === undefined) throw new Error(`${op} has no code`)
        return { dtype, level, vector: name(level, 'v', value) }
      },
  )

  function computed(instruction: Instruction, values: readonly Value[]): Value {
    switch (instruction.kind) {
      case 'constant': {
        const { dtype, value } = instruction
        return {
          dtype,
          level: 0,
          number: constant(dtype === 'real' ? target.real : 'i32', dtype === 'real' ? value : value | 0),
        }
      }
      case 'size':
        return { dtype: 'int', level: 0, number: writer.size(instruction.dim) }
      case 'position':
        return position(instruction.dim)
      case 'read':
        return readFrom(instruction, values)
      case 'apply': {
        const { formula } = opOf(context, instruction.op)
        if (formula === undefined) throw new Error(`${instruction.op} is not pointwise`)
        return formula(
          algebra,
          instruction.args.map(a => values[a]),
        )
      }
    }
  }

  return {
    depth,
    before,
    after,
    indices,
    inside: (vector, write) => {
      Object.assign(mode, { vector, shift: 0 })
      own.clear()
      for (let level = axis + 1; level <= depth; level++) before[level] = []
      for (let level = axis + 1; level <= depth; level++) after[level] = []
      write()
      let list = [...before[depth], ...after[depth]]
      for (let d = depth - 1; d > axis; d--)
        list = [...before[d], loop(indices[d], int(0), writer.size(domain[d]), list), ...after[d]]
      return list
    },
    compute: (program, shift = 0) => {
      mode.shift = shift
      const values: Value[] = []
      for (const i of program) {
        const value = outside.get(i) ?? computed(i, values)
        if (value.level <= axis) outside.set(i, value)
        values.push(value)
      }
      return values
    },
    place,
    indirect,
    add: s => before[depth].push(s),
    vector,
    name,
    close: body => {
      let loops = body
      for (let d = axis - 1; d >= 0; d--)
        loops = [loop(indices[d], int(0), writer.size(domain[d]), [...before[d + 1], ...loops, ...after[d + 1]])]
      const all = axis < 0 ? loops : [...before[0], ...loops, ...after[0]]
      const sizes = domain.filter(d => asNumber(d) === undefined).map(d => apply('lt', [int(0), writer.size(d)]))
      if (domain.some(d => asNumber(d) === 0)) return []
      return sizes.length === 0
        ? all
        : [
            when(
              sizes.reduce((x, y) => apply('and', [x, y])),
              all,
            ),
          ]
    },
  }
}

/** A name for what an expression gives, where it is a variable. */
const textOf = (e: Expr): string => (e.kind === 'local' ? e.local.name : e.kind === 'constant' ? String(e.value) : '?')
