// Encodes a function of the loop language as the code of a WebAssembly function.
import { joinedBytes } from '../../../dsl/joinedBytes.ts'
import type { Expr, Func, Literal, Local, Part, Statement } from '../../code/code.ts'
import { bytesOf, laneCount, type Type } from '../../code/types.ts'
import { type Bytes, float32, float64, int32, int64, list, signed, sized, unsigned } from './bytes.ts'
import {
  control,
  emptyBlock,
  f32,
  f64,
  i32,
  instructionOf,
  loads,
  local,
  relaxedMadd,
  simd,
  stores,
  valueType,
} from './opcodes.ts'

/** What a function's code depends on besides itself. */
export interface Encoding {
  readonly indexOf: (callee: string) => number
  /** The number of the function that waits at barriers. */
  readonly barrier: number
  /** Whether `madd` may round once. */
  readonly relaxed: boolean
}

/** The entry of the code section: the variables, and the instructions. */
export function encodeFunction(f: Func, encoding: Encoding): Bytes {
  const own = new Set<Local>()
  const ends = new Map<Statement, Local>()
  declare(f.body, own, ends)
  const ordered = [...own].sort((a, b) => valueType[a.type] - valueType[b.type])
  const places = new Map([...f.params, ...ordered].map((l, i) => [l, unsigned(i)]))
  const to: Code = { out: [], places, ends, encoding }
  for (const s of f.body) statement(s, to)
  if (f.result !== undefined) expression(f.result, to)
  to.out.push(control.end)
  const runs = Map.groupBy(ordered, l => valueType[l.type])
  return sized(joinedBytes([list([...runs].map(([type, of]) => [...unsigned(of.length), type])), to.out]))
}

/** The code of a function in the making. */
interface Code {
  readonly out: number[]
  /** The numbers of variables, as bytes. */
  readonly places: ReadonlyMap<Local, readonly number[]>
  /** The variables that hold the ends of loops. */
  readonly ends: ReadonlyMap<Statement, Local>
  readonly encoding: Encoding
}

const push = ({ out }: Code, ...bytes: readonly number[]): void => append(out, bytes)

function append(out: number[], bytes: readonly number[]): void {
  for (const b of bytes) out.push(b)
}

const getOf = (l: Local, to: Code): void => {
  to.out.push(local.get)
  append(to.out, at(to, l))
}

function at({ places }: Code, l: Local): readonly number[] {
  const place = places.get(l)
  if (place === undefined) throw new Error(`${l.name} is no variable of the function`)
  return place
}

/** Collects the variables of a block, and gives each loop one for its end. */
function declare(body: readonly Statement[], own: Set<Local>, ends: Map<Statement, Local>): void {
  for (const s of body) {
    if (s.kind === 'let') own.add(s.local)
    if (s.kind === 'for') {
      own.add(s.index)
      if (s.to.kind !== 'constant') {
        const to: Local = { name: 'end', type: 'i32' }
        own.add(to)
        ends.set(s, to)
      }
      declare(s.body, own, ends)
    }
    if (s.kind === 'if') {
      declare(s.yes, own, ends)
      declare(s.no, own, ends)
    }
  }
}

function statement(s: Statement, to: Code): void {
  switch (s.kind) {
    case 'let':
    case 'set':
      expression(s.value, to)
      push(to, local.set, ...at(to, s.local))
      break
    case 'store':
      expression(s.address, to)
      expression(s.value, to)
      append(to.out, storeOf(s.value.type, s.part, s.offset))
      break
    case 'for':
      forLoop(s, to)
      break
    case 'if':
      expression(s.test, to)
      push(to, control.if, emptyBlock)
      for (const inner of s.yes) statement(inner, to)
      if (s.no.length > 0) push(to, control.else)
      for (const inner of s.no) statement(inner, to)
      push(to, control.end)
      break
    case 'call':
      for (const a of s.args) expression(a, to)
      push(to, control.call, ...unsigned(to.encoding.indexOf(s.callee)))
      break
    case 'barrier':
      for (const e of [s.record, s.sleeps]) expression(e, to)
      push(to, control.call, ...unsigned(to.encoding.barrier))
  }
}

/** Tests once before the first round, and then at the end of each. */
function forLoop(s: Statement & { readonly kind: 'for' }, to: Code): void {
  const last = to.ends.get(s)
  const index = at(to, s.index)
  const limit = (): void => (last === undefined ? expression(s.to, to) : push(to, local.get, ...at(to, last)))
  expression(s.from, to)
  push(to, local.set, ...index)
  if (last !== undefined) {
    expression(s.to, to)
    push(to, local.set, ...at(to, last))
  }
  push(to, control.block, emptyBlock, local.get, ...index)
  limit()
  push(to, i32.ge_s, control.br_if, 0, control.loop, emptyBlock)
  for (const inner of s.body) statement(inner, to)
  push(to, local.get, ...index, i32.const, ...signed(s.step), i32.add, local.tee, ...index)
  limit()
  push(to, i32.lt_s, control.br_if, 0, control.end, control.end)
}

function expression(e: Expr, to: Code): void {
  switch (e.kind) {
    case 'constant':
      append(to.out, constantOf(e.type, e.value))
      break
    case 'local':
      getOf(e.local, to)
      break
    case 'load':
      expression(e.address, to)
      append(to.out, loadOf(e.type, e.part, e.offset))
      break
    case 'call':
      for (const a of e.args) expression(a, to)
      push(to, control.call, ...unsigned(to.encoding.indexOf(e.callee)))
      break
    case 'apply':
      application(e, to)
  }
}

function application(e: Expr & { readonly kind: 'apply' }, to: Code): void {
  const [first] = e.args
  const fused = e.op === 'madd' && to.encoding.relaxed ? relaxedMadd[first.type] : undefined
  if (e.op === 'madd' && fused === undefined) {
    const [a, b, c] = e.args
    for (const x of [a, b]) expression(x, to)
    append(to.out, instructionOf('mul', a.type))
    expression(c, to)
    append(to.out, instructionOf('add', a.type))
    return
  }
  for (const a of e.args) expression(a, to)
  if (e.op === 'narrow') {
    // The low words of both lanes, and two words of a zero.
    push(to, ...constantOf('i32x4', 0), ...shuffleOf('i32x4', [0, 2, 4, 5]))
  } else if (e.op === 'shuffle') append(to.out, shuffleOf(first.type, e.lanes ?? []))
  else {
    append(to.out, fused ?? instructionOf(e.op, first.type))
    append(to.out, e.lanes ?? [])
  }
}

function constantOf(type: Type, value: Literal): number[] {
  if (typeof value === 'bigint') return [...simd(12), ...int64(value), ...int64(value)]
  const one = (x: number): number[] =>
    type === 'f32' || type === 'f32x4' ? float32(x) : type === 'f64' || type === 'f64x2' ? float64(x) : int32(x)
  if (typeof value !== 'number') return [...simd(12), ...value.flatMap(one)]
  if (type === 'i32') return [i32.const, ...signed(value | 0)]
  if (type === 'f32') return [f32.const, ...one(value)]
  if (type === 'f64') return [f64.const, ...one(value)]
  return [...simd(12), ...Array.from({ length: laneCount[type] }, () => one(value)).flat()]
}

/** The bytes of both vectors that make up the lanes. */
function shuffleOf(type: Type, lanes: readonly number[]): number[] {
  const width = type === 'f64x2' ? 8 : 4
  return [...simd(13), ...lanes.flatMap(l => Array.from({ length: width }, (_, i) => l * width + i))]
}

/** The alignment that an access hopes for, and its offset. */
const memory = (bytes: number, offset: number): number[] => [Math.log2(bytes), ...unsigned(offset)]

function loadOf(type: Type, part: Part | undefined, offset: number): number[] {
  if (part === 'pair') return [...simd(93), ...memory(8, offset)]
  if (part === 'splat') {
    const wide = type === 'f64x2'
    return [...simd(wide ? 10 : 9), ...memory(wide ? 8 : 4, offset)]
  }
  return [...loads[type], ...memory(bytesOf[type], offset)]
}

const storeOf = (type: Type, part: 'pair' | undefined, offset: number): number[] =>
  part === 'pair' ? [...simd(91), ...memory(8, offset), 0] : [...stores[type], ...memory(bytesOf[type], offset)]
