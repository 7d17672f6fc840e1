// Finds what a loop, or a loop around it, only adds up: a sum over steps can be done for all of them at once.
import { type Context, opOf } from '../ir/builder.ts'
import { type Block, type Eqn, isRecomputed, scanCounts, useCounts, type Value } from '../ir/graph.ts'
import { viewOfBlock } from '../ir/view.ts'
import { termsOf } from './terms.ts'

/** A carry to which each step only adds, by its index among the carries, and what a step adds. */
interface RunningSum {
  readonly place: number
  readonly terms: readonly Value[]
}

/** The carries of a scan to which each step only adds. */
export function runningSums(scan: Eqn, body: Block): readonly RunningSum[] {
  const { consts, carries } = scanCounts(scan)
  const uses = useCounts(body)
  const { producer } = viewOfBlock(body)
  const once = (v: Value): boolean => uses.get(v.id) === 1
  const addition = (value: Value): Eqn | undefined => {
    const maker = once(value) ? producer(value) : undefined
    return maker?.op === 'add' ? maker : undefined
  }
  return Array.from({ length: carries }, (_, place) => place).flatMap((place): RunningSum[] => {
    const [old, result] = [body.params[consts + place], body.results[place]]
    const sum = addition(result)
    const all = sum === undefined ? [result] : termsOf(sum, addition)
    if (result.dtype !== 'real' || all.length < 2 || !all.includes(old) || !once(old)) return []
    return [{ place, terms: all.filter(v => v !== old) }]
  })
}

/** A term of a sum: the result of an equation, and the moves of its elements that follow. The sum may be moved in place of its terms. */
export interface Term {
  readonly head: Eqn
  readonly result: Value
  readonly moves: readonly Eqn[]
}

/** Finds the equation that makes a term, if nothing else reads the term, nor what is made on the way to it. */
export function termMaker(context: Context, body: Block): (term: Value) => Term | undefined {
  const uses = useCounts(body)
  const { producer } = viewOfBlock(body)
  const makerOf = (value: Value): Eqn | undefined => (uses.get(value.id) === 1 ? producer(value) : undefined)
  return term => {
    const moves: Eqn[] = []
    let [result, head] = [term, makerOf(term)]
    while (head !== undefined && head.ins.length === 1 && opOf(context, head.op).cheap) {
      moves.unshift(head)
      result = head.ins[0]
      head = makerOf(result)
    }
    return head && { head, result, moves }
  }
}

/** Values of a block that a loop around it only adds up, by id. */
export type AddedUp = ReadonlySet<number>

export const notAddedUp: AddedUp = new Set()

/** The per-step outputs of a scan's body that a loop around the scan only adds up, where `addedUp` are such values beside the scan. */
export function outputsAddedUp(scan: Eqn, body: Block, addedUp: AddedUp): readonly Value[] {
  const { carries } = scanCounts(scan)
  return body.results.filter((_, i) => i >= carries && addedUp.has(scan.outs[i].id))
}

/** The values of a scan's body that it, or a loop around it, only adds up; none if it is a window that keeps its work. */
export function addedUpIn(context: Context, scan: Eqn, body: Block, addedUp: AddedUp): AddedUp {
  if (isRecomputed(scan)) return notAddedUp
  const term = termMaker(context, body)
  const terms = [...runningSums(scan, body).flatMap(sum => sum.terms), ...outputsAddedUp(scan, body, addedUp)]
  return new Set(terms.flatMap(v => term(v)?.result.id ?? []))
}
