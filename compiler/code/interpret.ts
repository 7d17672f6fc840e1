// Runs a program of the loop language over an array of bytes: slow, obvious, and what printers answer to.
import type { Expr, Func, Local, Part, Program, Statement } from './code.ts'
import { evaluate } from './evaluate.ts'
import { getLane, literalValue, newVector, type Value, vector } from './lanes.ts'
import { bytesOf, isVector, type Type } from './types.ts'
import { createWatch, type Touch } from './watch.ts'

/** A program over a memory. */
export interface Machine {
  /** Calls a function; throws a plain Error for an access outside the memory. */
  call(name: string, args: readonly number[]): Value | undefined
  /**
   * Calls a function in several threads, each with arguments of its own, one after the other from barrier to barrier. Throws a plain Error
   * where a thread touches what another stores before the next barrier, and where not all come to the same number of barriers.
   */
  callInThreads(name: string, args: readonly (readonly number[])[]): void
}

/** Makes a machine; `memory` is asked again at each call, as it may grow. */
export function interpretCode({ functions }: Program, memory: () => ArrayBufferLike): Machine {
  const byName = new Map(functions.map(f => [f.name, f]))
  const over = (touch: Touch): Run => ({ functions: byName, view: new DataView(memory()), touch })
  return {
    call: (name, args) =>
      finish(
        callOf(
          name,
          args,
          over(() => {}),
        ),
      ),
    callInThreads: (name, args) => {
      const watch = createWatch()
      const threads = args.map((own, thread) => callOf(name, own, over(watch.touchOf(thread))))
      for (let running = threads.length; running > 0; watch.meet()) {
        running = threads.filter(t => t.next().done !== true).length
        if (running !== 0 && running !== threads.length) throw new Error('not all threads come to a barrier')
      }
    },
  }
}

/** A call under way, which stops at each barrier. */
type Going<T> = Generator<undefined, T, undefined>

/** Goes on to the end, in the only thread. */
function finish<T>(going: Going<T>): T {
  for (;;) {
    const at = going.next()
    if (at.done === true) return at.value
  }
}

interface Run {
  readonly functions: ReadonlyMap<string, Func>
  readonly view: DataView
  readonly touch: Touch
}

type Locals = Map<Local, Value>

function* callOf(name: string, args: readonly Value[], of: Run): Going<Value | undefined> {
  const f = of.functions.get(name)
  if (f === undefined) throw new Error(`there is no function ${name}`)
  const locals: Locals = new Map(f.params.map((p, i) => [p, args[i]]))
  yield* run(f.body, locals, of)
  return f.result && value(f.result, locals, of)
}

function* run(list: readonly Statement[], locals: Locals, of: Run): Going<void> {
  for (const s of list) {
    switch (s.kind) {
      case 'let':
      case 'set':
        locals.set(s.local, value(s.value, locals, of))
        break
      case 'store': {
        const at = whole(s.address, locals, of) + s.offset
        of.touch(at, s.part === 'pair' ? 8 : bytesOf[s.value.type], true)
        write(of.view, s.value.type, at, value(s.value, locals, of), s.part)
        break
      }
      case 'for': {
        const to = whole(s.to, locals, of)
        for (let i = whole(s.from, locals, of); i < to; i += s.step) {
          locals.set(s.index, i)
          yield* run(s.body, locals, of)
        }
        break
      }
      case 'if':
        yield* run(whole(s.test, locals, of) !== 0 ? s.yes : s.no, locals, of)
        break
      case 'call':
        yield* callOf(
          s.callee,
          s.args.map(a => value(a, locals, of)),
          of,
        )
        break
      case 'barrier':
        yield
    }
  }
}

function whole(e: Expr, locals: Locals, of: Run): number {
  const found = value(e, locals, of)
  if (typeof found !== 'number') throw new Error('a vector is no whole number')
  return found
}

function value(e: Expr, locals: Locals, of: Run): Value {
  const args = (): Value[] => (e.kind === 'apply' || e.kind === 'call' ? e.args.map(a => value(a, locals, of)) : [])
  switch (e.kind) {
    case 'constant':
      return literalValue(e.type, e.value)
    case 'local': {
      const found = locals.get(e.local)
      if (found === undefined) throw new Error(`${e.local.name} has no value`)
      return found
    }
    case 'load':
      return loadFrom(e, whole(e.address, locals, of) + e.offset, of)
    case 'apply':
      return evaluate(e.op, e.args[0].type, args(), e.lanes)
    case 'call': {
      const given = finish(callOf(e.callee, args(), of))
      if (given === undefined) throw new Error(`${e.callee} gives nothing`)
      return given
    }
  }
}

function loadFrom({ type, part }: Expr & { readonly kind: 'load' }, at: number, { view, touch }: Run): Value {
  const bytes = part === 'pair' ? 8 : part === 'splat' ? (type === 'f64x2' ? 8 : 4) : bytesOf[type]
  touch(at, bytes, false)
  return readAt(view, type, at, part)
}

function readAt(view: DataView, type: Type, at: number, part: Part | undefined): Value {
  if (part === 'pair') return vector('i32x4', i => (i < 2 ? view.getInt32(at + 4 * i, true) : 0))
  if (type === 'f32') return view.getFloat32(at, true)
  if (type === 'f64') return view.getFloat64(at, true)
  if (type === 'i32') return view.getInt32(at, true)
  if (part === 'splat') {
    const first = type === 'f64x2' ? view.getFloat64(at, true) : getLane(copy(view, at, 4), type, 0)
    return vector(type, () => first)
  }
  return copy(view, at, 16)
}

/** So many bytes from a place, and zeros. */
function copy(view: DataView, at: number, count: number): DataView {
  const made = newVector()
  for (let i = 0; i < count; i++) made.setUint8(i, view.getUint8(at + i))
  return made
}

function write(view: DataView, type: Type, at: number, v: Value, part: Part | undefined): void {
  if (typeof v === 'number') {
    if (type === 'f32') view.setFloat32(at, v, true)
    else if (type === 'f64') view.setFloat64(at, v, true)
    else view.setInt32(at, v, true)
    return
  }
  if (!isVector(type)) throw new Error(`a vector is no ${type}`)
  const count = part === 'pair' ? 8 : bytesOf[type]
  for (let i = 0; i < count; i++) view.setUint8(at + i, v.getUint8(i))
}
