// A task as a kernel of gpu.js, in JavaScript: sizes and strides are literals, places in buffers are arguments.
import { opOf } from '../../ir/builder.ts'
import { type Dim, evaluate, format, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { newContext } from '../../ir/ops/index.ts'
import type { Buffer, Instruction, Operand, Ref } from '../../plan/plan.ts'
import { leaf, print } from '../expression.ts'
import { helpersIn } from './helpers.ts'
import { kernelAlgebra, specials } from './scalars.ts'
import { type Fold, neededFor, type Task } from './tasks.ts'

/** A kernel for given sizes. */
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

const context = newContext()

/** The kernel of a task; undefined where it has nothing to do. */
export function kernelSource(task: Task, sizes: Sizes): KernelSource | undefined {
  const domain = task.domain.map(d => evaluate(d, sizes))
  if (domain.includes(0)) return undefined
  const arrays: Buffer[] = []
  const offsets: Dim[] = []
  const puts: Buffer[] = []
  const known = new Map<string, string>()
  const lines: string[] = []
  let names = 0

  const array = (buffer: Buffer): string => {
    const at = arrays.indexOf(buffer)
    return `a${at < 0 ? arrays.push(buffer) - 1 : at}`
  }
  const offset = (dim: Dim): string => {
    const key = format(dim)
    const name = known.get(key) ?? `o${offsets.push(dim) - 1}`
    known.set(key, name)
    return name
  }
  const address = ({ offset: start, strides }: Operand, indices: readonly string[]): string => {
    const terms = strides.flatMap((stride, d) => {
      const by = evaluate(stride, sizes)
      return by === 0 || indices[d] === '0' ? [] : [by === 1 ? indices[d] : `${indices[d]} * ${by}`]
    })
    return [offset(start), ...terms].join(' + ')
  }
  const put = (buffer: Buffer, place: string, value: string): string =>
    `put${puts.push(buffer) - 1}(${place}, ${value});`

  /** Writes into `into` the instructions of `which`; values of others are in `values`. */
  function compute(
    program: readonly Instruction[],
    which: ReadonlySet<Ref>,
    indices: readonly string[],
    values: Map<Ref, string>,
    into: string[],
  ): void {
    const define = (text: string): string => {
      if (/^\w+$/.test(text) && !/^\d/.test(text)) return text
      const name = `v${names++}`
      into.push(`const ${name} = ${text};`)
      return name
    }
    const text = (i: Instruction): string => {
      const at = (ref: Ref): string => values.get(ref) ?? missing(ref)
      switch (i.kind) {
        case 'constant':
          return constant(i.value)
        case 'size':
          // The index of a loop differs from run to run.
          return symbolsOf(i.dim).every(name => Object.hasOwn(sizes, name))
            ? constant(evaluate(i.dim, sizes))
            : define(`0.0 + ${offset(i.dim)}`)
        case 'position':
          return define(`0.0 + ${indices[i.dim]}`)
        case 'read': {
          const place = address(i.from, indices)
          const name = array(i.from.buffer)
          if (i.indirect === undefined) return define(`${name}[${place}]`)
          // What is out of range reads the first place, and does not count.
          const index = define(`0.0 + ${at(i.indirect.at)}`)
          const exists = `${index} >= 0 && ${index} < ${evaluate(i.indirect.size, sizes)}`
          const inside = define(`${exists} ? ${index} : 0`)
          const by = evaluate(i.indirect.stride, sizes)
          const value = define(`${name}[${place} + whole(${inside})${by === 1 ? '' : ` * ${by}`}]`)
          return define(`${exists} ? ${value} : 0`)
        }
        case 'apply': {
          const { formula } = opOf(context, i.op)
          if (formula === undefined) throw new Error(`${i.op} is not pointwise`)
          const args = i.args.map(a => leaf(at(a)))
          const made = print(formula(kernelAlgebra, args), define)
          return /^[\w.]+$/.test(made) ? made : define(made)
        }
      }
    }
    program.forEach((instruction, ref) => {
      if (which.has(ref) && !values.has(ref)) values.set(ref, text(instruction))
    })
  }

  const threads = threadsOf(domain)
  const outer = indicesOf(domain)
  if (task.kind === 'each') {
    const values = new Map<Ref, string>()
    const needed = neededFor(
      task.program,
      task.writes.flatMap(w => [w.value, ...(w.indirect === undefined ? [] : [w.indirect.at])]),
    )
    compute(task.program, needed, outer, values, lines)
    const at = (ref: Ref): string => values.get(ref) ?? missing(ref)
    for (const { value, to, indirect } of task.writes) {
      const place = address(to, outer)
      if (indirect === undefined) lines.push(put(to.buffer, place, at(value)))
      else {
        const index = at(indirect.at)
        const by = evaluate(indirect.stride, sizes)
        const write = put(to.buffer, `${place} + whole(${index})${by === 1 ? '' : ` * ${by}`}`, at(value))
        lines.push(`if (${index} >= 0 && ${index} < ${evaluate(indirect.size, sizes)}) {`, `  ${write}`, '}')
      }
    }
  } else fold(task)

  function fold(task: Fold): void {
    const { program, value, combine, to } = task
    const over = task.over.map(d => evaluate(d, sizes))
    const levels = levelsOf(task)
    const needed = neededFor(program, [value])
    const within = (level: number): ReadonlySet<Ref> => new Set([...needed].filter(r => levels[r] <= level))
    const values = new Map<Ref, string>()
    compute(program, within(0), outer, values, lines)
    const depth = over.length
    const last = over.at(-1) ?? 1
    const sums = combine === 'sum' && last >= 8 ? 4 : 1
    const results = Array.from({ length: sums }, (_, i) => `r${i}`)
    const start = { sum: '0', max: '0 - infinity', min: 'infinity + 0', argmax: '0' }[combine]
    for (const r of results) lines.push(`let ${r} = ${start};`)
    if (combine === 'argmax') lines.push('let best = 0;')
    const indent = (text: readonly string[]): string[] => text.map(l => `  ${l}`)

    /** What is done at one place of the innermost dimension. */
    const inner = (indices: readonly string[], above: ReadonlyMap<Ref, string>, into: string): string[] => {
      const body: string[] = []
      const own = new Map(above)
      compute(program, needed, [...outer, ...indices], own, body)
      const v = own.get(value) ?? missing(value)
      if (combine === 'sum') body.push(`${into} += ${v};`)
      else if (combine !== 'argmax') body.push(`${into} = ${combine === 'max' ? 'larger' : 'smaller'}(${into}, ${v});`)
      else {
        const place = define(body, `0.0 + ${indices[0] ?? '0'}`)
        body.push(`if (${place} === 0 || ${v} > best) {`, `  best = 0.0 + ${v};`, `  ${into} = 0.0 + ${place};`, '}')
      }
      return body
    }
    const define = (into: string[], text: string): string => {
      const name = `v${names++}`
      into.push(`const ${name} = ${text};`)
      return name
    }
    const loops = (level: number, indices: readonly string[], above: ReadonlyMap<Ref, string>): string[] => {
      if (level === depth) return inner(indices, above, results[0])
      const k = `k${level}`
      if (level < depth - 1) {
        const body: string[] = []
        const own = new Map(above)
        compute(program, within(level + 1), [...outer, ...indices, k], own, body)
        body.push(...loops(level + 1, [...indices, k], own))
        return [`for (let ${k} = 0; ${k} < ${over[level]}; ${k}++) {`, ...indent(body), '}']
      }
      if (sums === 1)
        return [
          `for (let ${k} = 0; ${k} < ${last}; ${k}++) {`,
          ...indent(inner([...indices, k], above, results[0])),
          '}',
        ]
      const rounds = Math.floor(last / sums)
      const body = results.flatMap((r, i) => inner([...indices, `(${k} * ${sums} + ${i})`], above, r))
      const rest = Array.from({ length: last - rounds * sums }, (_, i) =>
        inner([...indices, String(rounds * sums + i)], above, results[i]),
      )
      return [`for (let ${k} = 0; ${k} < ${rounds}; ${k}++) {`, ...indent(body), '}', ...rest.flat()]
    }
    lines.push(...(over.includes(0) ? [] : loops(0, [], values)))
    const place = address(to, outer)
    const sum = results.length === 1 ? 'r0' : '((r0 + r1) + (r2 + r3))'
    lines.push(put(to.buffer, place, task.add ? `${array(to.buffer)}[${place}] + ${sum}` : sum))
  }

  const used = Object.keys(specials).filter(name => lines.some(l => new RegExp(`\\b${name}\\b`).test(l)))
  const args = [...arrays.map((_, i) => `a${i}`), ...offsets.map((_, i) => `o${i}`), ...used]
  return {
    text: [`function(${args.join(', ')}) {`, ...lines.map(l => `  ${l}`), '  return 0;', '}'].join('\n'),
    arrays,
    offsets,
    specials: used,
    threads,
    puts,
  }
}

const constant = (value: number): string => kernelAlgebra.constant(value).text([])

const missing = (ref: Ref): never => {
  throw new Error(`instruction ${ref} has no value`)
}

/** Inside how many loops each instruction of a fold stands. */
function levelsOf({ program, domain, over }: Fold): number[] {
  const outer = domain.length
  const levels: number[] = []
  for (const i of program) {
    switch (i.kind) {
      case 'constant':
      case 'size':
        levels.push(0)
        break
      case 'position':
        levels.push(Math.max(0, i.dim - outer + 1))
        break
      case 'read': {
        const moving = i.from.strides.flatMap((s, d) => (s.terms.length === 0 ? [] : [d - outer + 1]))
        levels.push(Math.max(0, ...moving, i.indirect === undefined ? 0 : levels[i.indirect.at]))
        break
      }
      case 'apply':
        levels.push(Math.max(0, ...i.args.map(a => levels[a])))
    }
  }
  return levels.map(l => Math.min(l, over.length))
}

/** The innermost dimension is x, the next y, the others together z. */
function threadsOf(domain: readonly number[]): [number, number, number] {
  const [x = 1, y = 1, ...rest] = [...domain].reverse()
  return [x, y, rest.reduce((n, d) => n * d, 1)]
}

/** The position along each dimension of the domain. */
function indicesOf(domain: readonly number[]): string[] {
  const rank = domain.length
  return domain.map((size, d) => {
    if (size === 1) return '0'
    if (d >= rank - 2) return `this.thread.${'xy'[rank - 1 - d]}`
    const inner = domain.slice(d + 1, rank - 2).reduce((n, s) => n * s, 1)
    const above = inner === 1 ? 'this.thread.z' : `quotient(this.thread.z, ${inner})`
    return d === 0 ? above : `remainder(${above}, ${size})`
  })
}

/** The helpers that a kernel calls. */
export const helpersOf = ({ text }: KernelSource): ReadonlySet<string> => helpersIn(text)
