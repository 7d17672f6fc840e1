// Encodes a program of the loop language as a WebAssembly module: it imports a memory, and exports some of its functions.
import { joinedBytes } from '../../../dsl/joinedBytes.ts'
import { hasBarriers } from '../../code/barriers.ts'
import type { Func, Program } from '../../code/code.ts'
import { barrierCode, barrierType } from './barrier.ts'
import { type Bytes, list, sized, text, unsigned } from './bytes.ts'
import { encodeFunction } from './encodeFunction.ts'
import { valueType } from './opcodes.ts'

export interface ModuleOptions {
  /** The names of the functions that the module exports. */
  readonly exports: readonly string[]
  /** Whether `madd` may round once instead of twice, as the processor likes. */
  readonly relaxed: boolean
  /** Whether the memory is one that threads may share, of at most so many pages. */
  readonly shared: boolean
  /** Whether the module names its functions, for stack traces and profiles. */
  readonly names?: boolean
}

/** Memories grow by pages. */
export const pageBytes = 2 ** 16

/** A memory holds at most so many pages: addresses stay positive numbers of 32 bits, also those behind its last byte. */
export const mostPages = 2 ** 15 - 1

export const memoryImport = { module: 'rnnc', name: 'memory' } as const

/** The bytes of the module. A program with barriers needs a memory that threads may share. */
export function encodeModule({ functions }: Program, options: ModuleOptions): Uint8Array<ArrayBuffer> {
  const places = new Map(functions.map((f, i) => [f.name, i]))
  const indexOf = (name: string): number => {
    const place = places.get(name)
    if (place === undefined) throw new Error(`there is no function ${name}`)
    return place
  }
  // The last function is the one that waits at barriers, where there are any.
  const waits = functions.some(f => hasBarriers(f.body))
  const types = [...functions.map(signatureOf), ...(waits ? [barrierType] : [])]
  const signatures = [...new Set(types)]
  const limits = options.shared ? [3, 0, ...unsigned(mostPages)] : [0, 0]
  const imported = joinedBytes([text(memoryImport.module), text(memoryImport.name), [2], limits])
  const encoding = { indexOf, barrier: functions.length, relaxed: options.relaxed }
  const code = functions.map(f => encodeFunction(f, encoding))
  return joinedBytes([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list(signatures.map(s => s.split(',').map(Number)))),
    section(2, list([imported])),
    section(3, list(types.map(t => unsigned(signatures.indexOf(t))))),
    section(7, list(options.exports.map(name => joinedBytes([text(name), [0], unsigned(indexOf(name))])))),
    section(10, list(waits ? [...code, barrierCode] : code)),
    options.names ? section(0, joinedBytes([text('name'), [1], sized(list(functions.map(nameOf)))])) : [],
  ])
}

const section = (id: number, bytes: Bytes): Bytes => joinedBytes([[id], sized(bytes)])

const nameOf = ({ name }: Func, index: number): Bytes => joinedBytes([unsigned(index), text(name)])

/** A function's type as bytes, in text so that equal ones are equal. */
const signatureOf = ({ params, result }: Func): string =>
  [
    0x60,
    ...list(params.map(p => [valueType[p.type]])),
    ...list(result === undefined ? [] : [[valueType[result.type]]]),
  ].join()
