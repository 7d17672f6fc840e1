// Writes one function of the loop language: names its variables, and reads sizes, addresses and constants once, before all else.
import { barrier, bind, constant, int, load, local, read } from '../code/build.ts'
import type { Expr, Func, Literal, Local, Statement } from '../code/code.ts'
import type { Type } from '../code/types.ts'
import { asNumber, type Dim, constant as dimOf, format, multiply, symbolsOf } from '../ir/dim.ts'
import type { Buffer } from '../plan/plan.ts'
import type { Library } from './library.ts'
import { movingSize } from './movingSizes.ts'
import type { Slots } from './slots.ts'
import { elementBytes, type Target } from './target.ts'

/** What the functions of a program share. */
export interface Shared {
  readonly target: Target
  readonly slots: Slots
  /** The names of the indices of all loops. */
  readonly indices: ReadonlySet<string>
  readonly library: Library
}

export interface Writer {
  readonly shared: Shared
  /** The address of the frame, every function's first parameter. */
  readonly frame: Local
  /** What runs first. */
  readonly prelude: Statement[]
  /** A new variable. */
  fresh(wish: string, type: Type): Local
  /** A size times a number. */
  size(dim: Dim, times?: number): Expr
  /** The address of a buffer's first element. */
  base(buffer: Buffer): Expr
  /** The address of room for so many bytes. */
  room(name: string, bytes: number): Expr
  /** Waits for all threads. */
  barrier(): Statement
  /** A constant in a variable. */
  constant(type: Type, value: Literal): Expr
  /** The function. */
  close(name: string, comment: string, body: readonly Statement[]): Func
}

export function createWriter(shared: Shared): Writer {
  const { slots, indices } = shared
  const frame = local('frame', 'i32')
  const prelude: Statement[] = []
  const taken = new Map<string, number>()
  const known = new Map<string, Expr>()

  const fresh = (wish: string, type: Type): Local => {
    const name = wish.replaceAll(/[^\w]+/g, '_').replace(/^(?=\d|$)/, 'v')
    const count = taken.get(name) ?? 0
    taken.set(name, count + 1)
    return local(count === 0 ? name : `${name}_${count}`, type)
  }

  /** The variable of a key, made at the first call. */
  const once = (key: string, wish: string, value: () => Expr): Expr => {
    const found = known.get(key)
    if (found !== undefined) return found
    const e = value()
    if (e.kind === 'constant' && e.type === 'i32') return e
    const to = fresh(wish, e.type)
    prelude.push(bind(to, e))
    known.set(key, read(to))
    return read(to)
  }

  const slot = (of: Parameters<Slots['place']>[0], wish: string): Expr =>
    once(`slot ${slots.place(of)}`, wish, () => load('i32', read(frame), slots.place(of)))

  const size = (dim: Dim, times = 1): Expr => {
    const number = asNumber(dim)
    if (number !== undefined) return int(number * times)
    const scaled = multiply(dim, dimOf(times))
    const text = format(scaled)
    if (symbolsOf(dim).every(name => !indices.has(name))) return slot({ kind: 'size', dim: scaled }, `n_${text}`)
    const index = (name: string): Expr => slot({ kind: 'index', name }, name)
    return once(`size ${text}`, 'at', () => movingSize(scaled, { indices, index, size }))
  }

  return {
    shared,
    frame,
    prelude,
    fresh,
    size,
    base: buffer => slot({ kind: 'buffer', buffer }, buffer.hint === '' ? `b${buffer.id}` : buffer.hint),
    room: (name, bytes) => slot({ kind: 'room', name, bytes }, name),
    barrier: () => barrier(slot({ kind: 'barrier' }, 'record'), slot({ kind: 'sleeps' }, 'sleeps')),
    constant: (type, value) =>
      type === 'i32' ? constant(type, value) : once(`${type} ${text(value)}`, 'c', () => constant(type, value)),
    close: (name, comment, body) => ({ name, comment, params: [frame], body: [...prelude, ...body] }),
  }
}

const text = (value: Literal): string => (Object.is(value, -0) ? '-0' : String(value))

/** The bytes of an element. */
export const bytesIn = ({ shared }: Writer, buffer: Buffer): number => elementBytes(shared.target, buffer.dtype)
