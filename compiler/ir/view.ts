// A block's view of its values: the equation that defines each, and the operand outside the loop behind each parameter.
import type { Block, Eqn, Value } from './graph.ts'
import { makersOf, scanCounts, scanResults } from './graph.ts'
import { ops } from './ops/index.ts'
import type { OpName } from './ops/schemas.ts'

export interface View {
  /** The equation that defines a value; undefined for a parameter. */
  readonly producer: (value: Value) => Eqn | undefined
  /** The number that all elements of a value are, where that is known. */
  readonly uniform: (value: Value) => number | undefined
  /** The outer operand behind a constant or per-step input of a loop's body; undefined for carries, which change on the way. */
  readonly outside: (param: Value) => Outside | undefined
}

export interface Outside {
  readonly view: View
  readonly value: Value
}

/** Counts the operands, from the first on, whose elements an op moves; 0 for an op that computes. */
export const movedOperands = (op: OpName): number => ops.get(op)?.moves?.operands ?? 0

/** Tells whether an op only rearranges its first operand, perhaps with a fill beside it: no concat, and no index chooses elements. */
export function onlyPlaces(op: OpName): boolean {
  const moves = ops.get(op)?.moves
  return moves !== undefined && moves.chosen !== true && moves.operands <= 2
}

/** The value behind equations that `passesOn` accepts: those that hand on their first operand. */
export function lookThrough(value: Value, producer: View['producer'], passesOn: (eqn: Eqn) => boolean): Value {
  let source = value
  for (let eqn = producer(source); eqn !== undefined && passesOn(eqn); eqn = producer(source)) source = eqn.ins[0]
  return source
}

/** Tells whether an op only repeats or reshapes its operand. */
export const isRepeat = ({ op }: Pick<Eqn, 'op'>): boolean => op === 'broadcast' || op === 'reshape'

/** Tells whether all elements of the result are one number where those of the only operand are. */
export const repeats = ({ op, ins }: Pick<Eqn, 'op' | 'ins'>): boolean =>
  ins.length === 1 && (movedOperands(op) === 1 || op === 'real')

const nowhere = (): undefined => undefined

export function viewOf(producers: ReadonlyMap<number, Eqn>, outside: View['outside'] = nowhere): View {
  const producer = (value: Value): Eqn | undefined => producers.get(value.id)
  const uniform = (value: Value): number | undefined => {
    const eqn = producer(lookThrough(value, producer, repeats))
    return eqn?.op === 'constant' && typeof eqn.attrs.value === 'number' ? eqn.attrs.value : undefined
  }
  return { producer, uniform, outside }
}

/** The view of a finished block. */
export const viewOfBlock = (block: Block, outside?: View['outside']): View => viewOf(makersOf(block.eqns), outside)

/** Maps the parameters of a scan's body to the scan's operands in the block around it. */
export function operandsOutside(view: View, scan: Eqn): View['outside'] {
  const { consts, carries } = scanCounts(scan)
  return param => {
    const place = scan.body?.params.indexOf(param) ?? -1
    const changes = place >= consts && place < consts + carries
    return place < 0 || changes ? undefined : { view, value: scan.ins[place] }
  }
}

/** The result of the body that a per-step output stacks; undefined for a carry. */
export function stepResult(scan: Eqn, body: Block, output: Value): Value | undefined {
  const place = scanResults(scan).ys.findIndex(y => y.id === output.id)
  return place < 0 ? undefined : scanResults(scan, body.results).ys[place]
}

/** The x of a `value` that is computed as 1 - x. */
export function complemented(value: Value, view: View): Value | undefined {
  const eqn = view.producer(value)
  return eqn?.op === 'sub' && view.uniform(eqn.ins[0]) === 1 ? eqn.ins[1] : undefined
}
