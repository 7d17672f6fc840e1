// Where threads wait for each other: the record in memory that a barrier is made of, and the function that waits, as WebAssembly.
import { type Bytes, signed, sized, unsigned } from './bytes.ts'
import { control, emptyBlock, i32, i64, local } from './opcodes.ts'

/** Bytes of a record. What is written often lies on lines of the cache of its own. */
export const recordBytes = 256

/** Places in a record, in bytes: whole numbers of 32 bits. */
export const recordPlaces = {
  /** How many threads there are. */
  threads: 0,
  /** Whether a thread has failed: then the others stop as well. */
  failed: 4,
  /** How many times a thread sleeps before it gives the others up. */
  mostSleeps: 8,
  /** How many have come. */
  arrived: 64,
  /** How many times all have come. */
  meetings: 128,
  /** How many may be asleep. */
  asleep: 192,
} as const

/** How often a thread looks at the meetings before it sleeps: as long as it takes to wake one up. One that may not sleep looks longer. */
const spins = { sleeps: 2 ** 14, stays: 2 ** 24 }

/** The longest sleep, in nanoseconds. */
const sleepNanoseconds = 100_000_000

/** How many sleeps, a minute in all, make a thread give the others up. */
export const mostSleeps = 600

const get = (variable: number): number[] => [local.get, ...unsigned(variable)]
const put = (variable: number): number[] => [local.set, ...unsigned(variable)]
const number = (value: number): number[] => [i32.const, ...signed(value)]

/** Variables: the parameters, and then its own. */
const [record, sleeps, before, left, rounds] = [0, 1, 2, 3, 4]

type Place = keyof typeof recordPlaces

/** An atomic instruction at a place of the record; `values` are its other operands. */
const atomic = (code: number, place: Place, ...values: readonly number[][]): number[] => [
  ...get(record),
  ...values.flat(),
  ...[0xfe, code, 2, ...unsigned(recordPlaces[place])],
]

const load = (place: Place): number[] => atomic(0x10, place)
const store = (place: Place, value: number): number[] => atomic(0x17, place, number(value))
const increase = (place: Place, by: number): number[] => atomic(0x1e, place, number(by))
const wake = [...atomic(0x00, 'meetings', number(-1)), control.drop]
const sleep = [...atomic(0x01, 'meetings', get(before), [i64.const, ...signed(sleepNanoseconds)]), control.drop]
const stop = [...store('failed', 1), ...wake, control.unreachable]
const when = (test: readonly number[], then: readonly number[]): number[] => [
  ...test,
  control.if,
  emptyBlock,
  ...then,
  control.end,
]

/** The type of the function: the address of the record, and whether this thread may sleep. */
export const barrierType = '96,2,127,127,0'

/** The entry of the code section. The last to come lets the others go, and wakes those that sleep. */
export const barrierCode: Bytes = sized([
  ...[1, 3, 0x7f],
  ...when([...load('threads'), ...number(2), i32.lt_s], [control.return]),
  ...when(load('failed'), [control.unreachable]),
  ...load('meetings'),
  ...put(before),
  ...when(
    [...increase('arrived', 1), ...number(1), i32.add, ...load('threads'), i32.eq],
    [...store('arrived', 0), ...increase('meetings', 1), control.drop, ...when(load('asleep'), wake), control.return],
  ),
  ...load('mostSleeps'),
  ...put(rounds),
  ...[control.loop, emptyBlock],
  ...[...number(spins.sleeps), ...number(spins.stays), ...get(sleeps), control.select, ...put(left)],
  ...[control.loop, emptyBlock],
  ...when([...load('meetings'), ...get(before), i32.ne], [control.return]),
  ...[...get(left), ...number(1), i32.sub, local.tee, left, control.br_if, 0, control.end],
  ...when(load('failed'), [control.unreachable]),
  ...when(get(sleeps), [...increase('asleep', 1), control.drop, ...sleep, ...increase('asleep', -1), control.drop]),
  ...[...get(rounds), ...number(1), i32.sub, local.tee, rounds, control.br_if, 0, control.end],
  ...stop,
  control.end,
])
