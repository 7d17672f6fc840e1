// A task as kernels of gpu.js, in JavaScript: sizes and strides are literals, places in buffers are arguments.
import { type Dim, evaluate, format, type Sizes } from '../../ir/dim.ts'
import type { Buffer } from '../../plan/plan.ts'
import { pointsOf } from './axisLoops.ts'
import { specials } from './kernelAlgebra.ts'
import type { Task } from './tasks.ts'
import { type Reach, terms, threadCode, times } from './thread.ts'

/** A kernel for given sizes that makes all the writes of a task. */
export interface KernelSource {
  /** `function(a0, a1, o0, o1, infinity) { … }`. */
  readonly text: string
  /** What a0, a1, … are. */
  readonly arrays: readonly Buffer[]
  /** What o0, o1, … are: what differs from one run of a loop to the next. */
  readonly offsets: readonly Dim[]
  /** Further arguments, whose values `specials` gives. */
  readonly specials: readonly string[]
  /** Threads along x, y and z. */
  readonly threads: readonly [number, number, number]
  /** The buffer that `put0(place, value)`, `put1`, … write. */
  readonly puts: readonly Buffer[]
}

/** A kernel for given sizes that returns what one write of a task writes: thread x is its point x of the domain, in row-major order. */
export interface ValueSource {
  /** `function(a0, a1, o0, o1, n0, infinity) { … }`. */
  readonly text: string
  /** How many of a0, a1, … there are. */
  readonly arrays: number
  /** What is read from o0, o1, … on. */
  readonly reads: readonly Reading[]
  /** What n0, n1, … are. */
  readonly numbers: readonly Dim[]
  /** Further arguments, whose values `specials` gives. */
  readonly specials: readonly string[]
  readonly domain: readonly number[]
}

/** What is read of a buffer from one offset on. */
export interface Reading {
  readonly buffer: Buffer
  readonly offset: Dim
  /** The array of the kernel that holds it. */
  readonly array: number
  /** How far before and behind the offset it goes. */
  readonly reach: Reach
}

/** The kernel of a task; undefined where it has nothing to do. */
export function kernelSource(task: Task, sizes: Sizes): KernelSource | undefined {
  const domain = task.domain.map(d => evaluate(d, sizes))
  if (domain.includes(0)) return undefined
  const arrays: Buffer[] = []
  const offsets: Dim[] = []
  const puts: Buffer[] = []
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
    const put = (at: string): string => `put${puts.push(to.buffer) - 1}(${at}, ${value});`
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
    puts,
  }
}

/**
 * The kernel of a task with one write; undefined where it has nothing to do. Parts of one buffer are arrays of their own, unless
 * that makes more than `most` arrays.
 */
export function valueSource(task: Task, sizes: Sizes, most: number): ValueSource | undefined {
  const domain = task.domain.map(d => evaluate(d, sizes))
  if (domain.includes(0)) return undefined
  const apart = valueSourceBy(task, sizes, domain, (buffer, offset) => `${buffer.id} ${format(offset)}`)
  return apart.arrays <= most ? apart : valueSourceBy(task, sizes, domain, buffer => String(buffer.id))
}

/** `keyOf` says what one array holds. */
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

/** The innermost dimension is x, the next y, the others together z. */
function threadsOf(domain: readonly number[]): [number, number, number] {
  const [x = 1, y = 1, ...rest] = [...domain].reverse()
  return [x, y, pointsOf(rest)]
}

/** The position along each dimension of the domain. */
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
