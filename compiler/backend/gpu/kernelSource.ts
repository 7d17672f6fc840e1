// Turns a task into kernels of gpu.js, in JavaScript: sizes and strides are literals, offsets in buffers are arguments.
import { type Dim, evaluate, format, type Sizes } from '../../ir/dim.ts'
import type { Buffer } from '../../plan/plan.ts'
import { pointsOf } from './axisLoops.ts'
import { specials } from './kernelAlgebra.ts'
import type { Task } from './tasks.ts'
import { threadCode } from './threadCode.ts'
import { type Reach, terms, times } from './threadStatements.ts'

/** A kernel for given sizes that does all the writes of a task. */
export interface KernelSource {
  /** `function(a0, a1, o0, o1, infinity) { … }`. */
  readonly text: string
  /** The buffers of a0, a1, …. */
  readonly arrays: readonly Buffer[]
  /** The values of o0, o1, …: numbers that differ between the steps of a loop. */
  readonly offsets: readonly Dim[]
  /** Further arguments, whose values `specials` gives. */
  readonly specials: readonly string[]
  /** Threads along x, y and z. */
  readonly threads: readonly [number, number, number]
  /** The buffers that `put0(place, value)`, `put1`, … write. */
  readonly written: readonly Buffer[]
}

/** A kernel for given sizes that returns one write of a task: thread x gives point x of the domain, in row-major order. */
export interface ValueSource {
  /** `function(a0, a1, o0, o1, n0, infinity) { … }`. */
  readonly text: string
  /** Number of arrays a0, a1, …. */
  readonly arrays: number
  /** The reads at o0, o1, …. */
  readonly reads: readonly Reading[]
  /** The values of n0, n1, …. */
  readonly numbers: readonly Dim[]
  /** Further arguments, whose values `specials` gives. */
  readonly specials: readonly string[]
  readonly domain: readonly number[]
}

/** The part of a buffer that is read around one offset. */
export interface Reading {
  readonly buffer: Buffer
  readonly offset: Dim
  /** The number of the kernel's array that holds it. */
  readonly array: number
  /** How far before and behind the offset it reads. */
  readonly reach: Reach
}

/** Gives the kernel of a task; undefined where it has nothing to do. */
export function kernelSource(task: Task, sizes: Sizes): KernelSource | undefined {
  const domain = task.domain.map(d => evaluate(d, sizes))
  if (domain.includes(0)) return undefined
  const arrays: Buffer[] = []
  const offsets: Dim[] = []
  const written: Buffer[] = []
  const known = new Map<string, string>()
  const offset = (dim: Dim): string => {
    const key = format(dim)
    const name = known.get(key) ?? `o${offsets.push(dim) - 1}`
    known.set(key, name)
    return name
  }
  const array = (buffer: Buffer): string => {
    const at = arrays.indexOf(buffer)
    return `a${at < 0 ? arrays.push(buffer) - 1 : at}`
  }
  const outer = indicesOf(domain)
  const { lines, results } = threadCode(task, sizes, outer, {
    read: operand => [array(operand.buffer), offset(operand.offset)],
    number: offset,
  })
  for (const { to, indirect, value } of results) {
    const place = [offset(to.offset), ...terms(to, outer, sizes)].join(' + ')
    const put = (at: string): string => `put${written.push(to.buffer) - 1}(${at}, ${value});`
    if (indirect === undefined) lines.push(put(place))
    else {
      const { index, by, size } = indirect
      lines.push(
        `if (${index} >= 0 && ${index} < ${size}) {`,
        `  ${put(`${place} + whole(${index})${times(by)}`)}`,
        '}',
      )
    }
  }
  const used = specialsIn(lines)
  return {
    text: functionOf([...arrays.map((_, i) => `a${i}`), ...offsets.map((_, i) => `o${i}`), ...used], lines, '0'),
    arrays,
    offsets,
    specials: used,
    threads: threadsOf(domain),
    written,
  }
}

/**
 * Gives the kernel of a task with one write; undefined where it has nothing to do. Reads of one buffer at different offsets get arrays of
 * their own, unless that makes more than `most` arrays.
 */
export function valueSource(task: Task, sizes: Sizes, most: number): ValueSource | undefined {
  const domain = task.domain.map(d => evaluate(d, sizes))
  if (domain.includes(0)) return undefined
  const apart = valueSourceBy(task, sizes, domain, (buffer, offset) => `${buffer.id} ${format(offset)}`)
  return apart.arrays <= most ? apart : valueSourceBy(task, sizes, domain, buffer => String(buffer.id))
}

/** Builds the kernel; reads with the same `keyOf` share an array. */
function valueSourceBy(
  task: Task,
  sizes: Sizes,
  domain: readonly number[],
  keyOf: (buffer: Buffer, offset: Dim) => string,
): ValueSource {
  const arrays: string[] = []
  const reads: Reading[] = []
  const numbers: Dim[] = []
  const place = <T>(list: T[], same: (t: T) => boolean, fresh: () => T): number => {
    const at = list.findIndex(same)
    return at < 0 ? list.push(fresh()) - 1 : at
  }
  const long = [...domain.keys()].filter(d => domain[d] > 1)
  const outer = domain.map((size, d) => (size === 1 ? '0' : long.length === 1 ? 'this.thread.x' : `i${d}`))
  const own = (long.length === 1 ? [] : long).map((d, i) => {
    const inner = pointsOf(domain.slice(d + 1))
    const above = inner === 1 ? 'this.thread.x' : `quotient(this.thread.x, ${inner})`
    return `const i${d} = ${i === 0 ? above : `remainder(${above}, ${domain[d]})`};`
  })
  const { lines, results } = threadCode(task, sizes, outer, {
    read: ({ buffer, offset }, [before, behind]) => {
      const key = keyOf(buffer, offset)
      const array = place(
        arrays,
        k => k === key,
        () => key,
      )
      const at = place(
        reads,
        r => r.buffer === buffer && format(r.offset) === format(offset),
        (): Reading => ({ buffer, offset, array, reach: [0, 0] }),
      )
      const { reach } = reads[at]
      reads[at] = { ...reads[at], reach: [Math.min(reach[0], before), Math.max(reach[1], behind)] }
      return [`a${array}`, `o${at}`]
    },
    number: dim =>
      `n${place(
        numbers,
        n => format(n) === format(dim),
        () => dim,
      )}`,
  })
  const [{ value, indirect }, ...more] = results
  if (more.length > 0 || indirect !== undefined) throw new Error(`${task.hint} has no single packed write`)
  const used = specialsIn([...lines, value])
  const args = [...arrays.map((_, i) => `a${i}`), ...reads.map((_, i) => `o${i}`), ...numbers.map((_, i) => `n${i}`)]
  return {
    text: functionOf([...args, ...used], [...own, ...lines], value),
    arrays: arrays.length,
    reads,
    numbers,
    specials: used,
    domain,
  }
}

const functionOf = (args: readonly string[], lines: readonly string[], value: string): string =>
  [`function(${args.join(', ')}) {`, ...lines.map(l => `  ${l}`), `  return ${value};`, '}'].join('\n')

const specialsIn = (lines: readonly string[]): string[] =>
  Object.keys(specials).filter(name => lines.some(l => new RegExp(`\\b${name}\\b`).test(l)))

/** Assigns the innermost dimension to x, the next to y, the others together to z. */
function threadsOf(domain: readonly number[]): [number, number, number] {
  const [x = 1, y = 1, ...rest] = [...domain].reverse()
  return [x, y, pointsOf(rest)]
}

/** The index along each dimension of the domain, as code. */
function indicesOf(domain: readonly number[]): string[] {
  const rank = domain.length
  return domain.map((size, d) => {
    if (size === 1) return '0'
    if (d >= rank - 2) return `this.thread.${'xy'[rank - 1 - d]}`
    const inner = pointsOf(domain.slice(d + 1, rank - 2))
    const above = inner === 1 ? 'this.thread.z' : `quotient(this.thread.z, ${inner})`
    return d === 0 ? above : `remainder(${above}, ${size})`
  })
}
