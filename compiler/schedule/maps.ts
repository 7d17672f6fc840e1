// Schedules a map: its program at every point, and the writes.
import { add, apply, int, load, loop, store, when } from '../code/build.ts'
import type { Expr, Statement } from '../code/code.ts'
import { asNumber } from '../ir/dim.ts'
import { parallelMapDims } from '../plan/parallelDims.ts'
import type { Pointwise, Write } from '../plan/plan.ts'
import { collapseMap } from './collapse.ts'
import { hasLanes, liesTogether, varying } from './lanewise.ts'
import { createNest, type Nest, type Place, type Value } from './nest.ts'
import { lanesOf } from './target.ts'
import type { Writer } from './writer.ts'

/** The statements of a map. */
export function mapStatements(kernel: Pointwise, writer: Writer): readonly Statement[] {
  const map = collapseMap(kernel)
  const nest = createNest(writer, map.domain)
  const body = (vector: boolean): readonly Statement[] =>
    nest.inside(vector, () => {
      const values = nest.compute(map.program)
      for (const w of map.writes) writeValue(nest, writer, w, values, vector)
    })
  const depth = map.domain.length
  if (depth === 0) return nest.close(body(false))
  const end = writer.size(map.domain[depth - 1])
  return nest.close(
    goesByVectors(map, writer)
      ? byVectors(nest, lanesOf(writer.shared.target).count, end, body)
      : [loop(nest.indices[depth - 1], int(0), end, body(false))],
  )
}

/** The innermost loop in steps of a vector, and then one by one. */
export function byVectors(
  nest: Nest,
  step: number,
  end: Expr,
  body: (vector: boolean) => readonly Statement[],
): readonly Statement[] {
  const index = nest.indices[nest.depth - 1]
  const whole = nest.name(0, 'whole', apply('and', [end, int(-step)]))
  return [loop(index, int(0), whole, body(true), step), loop(index, whole, end, body(false))]
}

function goesByVectors(map: Pointwise, { shared }: Writer): boolean {
  const { domain, program, writes } = map
  const dim = domain.length - 1
  const { count } = lanesOf(shared.target)
  const varies = varying(program, dim)
  return (
    (asNumber(domain[dim]) ?? count) >= count &&
    parallelMapDims(map).includes(dim) &&
    hasLanes(program, dim) &&
    liesTogether(program, dim) &&
    writes.every(
      ({ to, indirect }) => asNumber(to.strides[dim]) === 1 && (indirect === undefined || !varies[indirect.at]),
    )
  )
}

function writeValue(nest: Nest, writer: Writer, write: Write, values: readonly Value[], vector: boolean): void {
  const { value, to, indirect: by, accumulate } = write
  const direct = nest.place(to)
  const found = by && nest.indirect(by, values[by.at], direct)
  const place = found?.place ?? direct
  const { dtype } = to.buffer
  const wanted = values[value]
  const put = vector
    ? storeVector(writer, place, dtype, nest.vector(wanted), accumulate === true)
    : storeNumber(place, wanted, accumulate === true)
  nest.add(found === undefined ? put : when(found.exists, [put]))
}

function storeNumber({ address }: Place, { number }: Value, accumulate: boolean): Statement {
  if (number === undefined) throw new Error('a vector is written to one place')
  return store(address, accumulate ? add(load(number.type, address), number) : number)
}

function storeVector(
  writer: Writer,
  { address }: Place,
  dtype: 'real' | 'int' | 'bool',
  vector: Expr,
  accumulate: boolean,
): Statement {
  const pair = dtype !== 'real' && lanesOf(writer.shared.target).count === 2 ? 'pair' : undefined
  if (dtype === 'bool') {
    const words = vector.type === 'i64x2' ? apply('narrow', [vector]) : vector
    return store(address, apply('and', [words, writer.constant('i32x4', 1)]), 0, pair)
  }
  const type = dtype === 'real' ? lanesOf(writer.shared.target).real : 'i32x4'
  return store(address, accumulate ? add(load(type, address, 0, pair), vector) : vector, 0, pair)
}
