// Schedules a map: its program at every point, and the writes.
import { add, apply, int, load, loop, store, when } from '../code/build.ts'
import type { Expr, Statement } from '../code/code.ts'
import { asNumber } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import { parallelMapDims } from '../plan/parallelDims.ts'
import type { Pointwise, Write } from '../plan/plan.ts'
import { indirectPlace, type Place, placeOf } from './addresses.ts'
import { collapseMap } from './collapse.ts'
import { compute, type Part, vectorValue } from './compute.ts'
import { fissionedLoops, fissionedRefs } from './loopFission.ts'
import { addTo, close, closePlain, createNest, inside, type Nest, name } from './nest.ts'
import type { Target } from './target.ts'
import { numberOf, type Value } from './values.ts'
import { isVectorized, varying } from './vectorizable.ts'
import { intMask } from './vectorOps.ts'
import type { Writer } from './writer.ts'

/** The statements of a map. */
export function mapStatements(kernel: Pointwise, writer: Writer): readonly Statement[] {
  const map = collapseMap(kernel)
  const nest = createNest(writer, map.domain)
  const body = (vector: boolean, part?: Part): readonly Statement[] =>
    inside(nest, vector, () => {
      const values = compute(nest, map.program, { part })
      for (const w of map.writes) writeValue(nest, w, values, vector)
    })
  if (!isMapVectorized(map, writer.shared.target)) return closePlain(nest, body(false))
  const end = writer.size(map.domain[nest.axis])
  const refs = fissionedRefs(map, writer.shared.target)
  if (refs.length === 0) return close(nest, byVectors(nest, end, body))
  const whole = wholeVectors(nest, end)
  const vectors = fissionedLoops(nest, map, { refs, whole, last: part => body(true, part) })
  return close(nest, [vectors, loop(nest.indices[nest.axis], whole, end, body(false))])
}

/** The innermost loop in steps of a vector, and then one by one. */
export function byVectors(
  nest: Nest,
  end: Expr,
  body: (vector: boolean) => readonly Statement[],
): readonly Statement[] {
  const index = nest.indices[nest.axis]
  const whole = wholeVectors(nest, end)
  return [loop(index, int(0), whole, body(true), nest.lanes.count), loop(index, whole, end, body(false))]
}

/** Where the last whole vector ends. */
const wholeVectors = (nest: Nest, end: Expr): Expr =>
  name(nest, 0, 'whole', apply('and', [end, int(-nest.lanes.count)]))

function isMapVectorized(map: Pointwise, target: Target): boolean {
  const { domain, program, writes } = map
  const dim = domain.length - 1
  if (dim < 0) return false
  const varies = varying(program, dim)
  return (
    isVectorized(program, dim, domain[dim], target) &&
    parallelMapDims(map).includes(dim) &&
    writes.every(
      ({ to, indirect }) => asNumber(to.strides[dim]) === 1 && (indirect === undefined || !varies[indirect.at]),
    )
  )
}

function writeValue(nest: Nest, write: Write, values: readonly Value[], vector: boolean): void {
  const { value, to, indirect: by, accumulate } = write
  const direct = placeOf(nest, to)
  const found = by && indirectPlace(nest, by, values[by.at], direct)
  const place = found?.place ?? direct
  const { dtype } = to.buffer
  const wanted = values[value]
  const put = vector
    ? storeVector(nest, place, { dtype, vector: vectorValue(nest, wanted) }, accumulate === true)
    : storeNumber(place, wanted, accumulate === true)
  addTo(nest, found === undefined ? put : when(found.exists, [put]))
}

function storeNumber({ address }: Place, value: Value, accumulate: boolean): Statement {
  const number = numberOf(value)
  return store(address, accumulate ? add(load(number.type, address), number) : number)
}

function storeVector(
  { writer, lanes }: Nest,
  { address }: Place,
  { dtype, vector }: { readonly dtype: DType; readonly vector: Expr },
  accumulate: boolean,
): Statement {
  const pair = dtype !== 'real' && lanes.count === 2 ? 'pair' : undefined
  if (dtype === 'bool') return store(address, apply('and', [intMask(vector), writer.constant('i32x4', 1)]), 0, pair)
  const type = dtype === 'real' ? lanes.real : 'i32x4'
  return store(address, accumulate ? add(load(type, address, 0, pair), vector) : vector, 0, pair)
}
