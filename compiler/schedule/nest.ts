// Nested loops over a kernel's domain: every statement stands at the outermost level at which all that it uses is known. The innermost loop,
// or another one, goes by vectors where the kernel allows, and then one by one over what is left.
import { apply, bind, int, loop, read, when } from '../code/build.ts'
import type { Expr, Local, Statement } from '../code/code.ts'
import { asNumber, type Dim } from '../ir/dim.ts'
import type { Instruction } from '../plan/plan.ts'
import { type Lanes, lanesOf } from './target.ts'
import type { Value } from './values.ts'
import type { Writer } from './writer.ts'

export interface Nest {
  readonly writer: Writer
  readonly domain: readonly Dim[]
  readonly depth: number
  /** The dimension that may go by vectors, whose loop the caller writes; -1 where there is none. */
  readonly axis: number
  readonly lanes: Lanes
  readonly indices: readonly Local[]
  /** Statements inside the first `level` loops, before the next loop and after it. */
  readonly before: Statement[][]
  readonly after: Statement[][]
  /** What is named outside the loop along the axis, and within, by its text. */
  readonly outer: Map<string, Expr>
  readonly inner: Map<string, Expr>
  /** Values of instructions outside the loop along the axis. */
  readonly fixed: Map<Instruction, Value>
  /** Whether the loop along the axis goes by vectors, and how many vectors further on the present ones lie. */
  readonly mode: { vector: boolean; shift: number }
}

/** Loops over `domain`, outermost first; the caller writes the loop along the axis itself. */
export const createNest = (writer: Writer, domain: readonly Dim[], axis: number = domain.length - 1): Nest => ({
  writer,
  domain,
  depth: domain.length,
  axis,
  lanes: lanesOf(writer.shared.target),
  indices: domain.map((_, d) => writer.fresh('ijklmnpq'[d] ?? 'i', 'i32')),
  before: [[], ...domain.map((): Statement[] => [])],
  after: [[], ...domain.map((): Statement[] => [])],
  outer: new Map(),
  inner: new Map(),
  fixed: new Map(),
  mode: { vector: false, shift: 0 },
})

/** Names an expression at a level. */
export function name({ before, writer }: Nest, level: number, wish: string, value: Expr): Expr {
  if (value.kind === 'local' || value.kind === 'constant') return value
  const to = writer.fresh(wish, value.type)
  before[level].push(bind(to, value))
  return read(to)
}

/** Names an expression once for all that ask for the same key at that level. */
export function once(nest: Nest, level: number, [key, wish]: readonly [string, string], value: () => Expr): Expr {
  const known = level > nest.axis ? nest.inner : nest.outer
  const found = known.get(`${level} ${key}`) ?? name(nest, level, wish, value())
  known.set(`${level} ${key}`, found)
  return found
}

/** Adds a statement at the innermost level. */
export const addTo = ({ before, depth }: Nest, statement: Statement): void => {
  before[depth].push(statement)
}

/** Gives the body of the loop along the axis, with the loops inside it: for vectors, or for single elements. */
export function inside(nest: Nest, vector: boolean, write: () => void): readonly Statement[] {
  const { mode, axis, depth, before, after, indices, writer, domain } = nest
  Object.assign(mode, { vector, shift: 0 })
  nest.inner.clear()
  for (let level = axis + 1; level <= depth; level++) {
    before[level] = []
    after[level] = []
  }
  write()
  let list = [...before[depth], ...after[depth]]
  for (let d = depth - 1; d > axis; d--)
    list = [...before[d], loop(indices[d], int(0), writer.size(domain[d]), list), ...after[d]]
  return list
}

/** The loops outside the axis around the loops along it; nothing happens where the domain is empty. */
export function close({ axis, before, after, indices, writer, domain }: Nest, body: readonly Statement[]) {
  let loops = body
  for (let d = axis - 1; d >= 0; d--)
    loops = [loop(indices[d], int(0), writer.size(domain[d]), [...before[d + 1], ...loops, ...after[d + 1]])]
  return whereSome(domain, writer, axis < 0 ? loops : [...before[0], ...loops, ...after[0]])
}

/** Closes a nest whose loop along the axis goes by single elements. */
export function closePlain(nest: Nest, body: readonly Statement[]): readonly Statement[] {
  const { axis, indices, writer, domain } = nest
  return close(nest, axis < 0 ? body : [loop(indices[axis], int(0), writer.size(domain[axis]), body)])
}

/** What is done if no dimension is 0. */
export function whereSome(
  domain: readonly Dim[],
  writer: Writer,
  yes: readonly Statement[],
  no: readonly Statement[] = [],
): readonly Statement[] {
  if (domain.some(d => asNumber(d) === 0)) return no
  const tests = domain.filter(d => asNumber(d) === undefined).map(d => apply('lt', [int(0), writer.size(d)]))
  if (tests.length === 0) return yes
  const all = tests.reduce((x, y) => apply('and', [x, y]))
  return [when(all, yes, no)]
}
