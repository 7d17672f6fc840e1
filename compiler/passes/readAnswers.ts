// readAnswers: makes a model read its own answers where it reads targets late, as it does in use; losses still read the true targets.
import { fail } from '../../dsl/diagnostics.ts'
import { ancestors } from '../ir/ancestors.ts'
import type { Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import { copyBlock } from '../ir/copyBlock.ts'
import { allEqns, type Eqn, type Graph, type Value } from '../ir/graph.ts'

/** The name of the input that holds the answers for a target. */
export const answersFor = (target: string): string => `@answer.${target}`

/**
 * Adds an input for the answers of each target, and computes from them what a `delay` on the way to `answered` shifts. A `shift` is what a
 * `delay` was lowered to, and the only way by which an answer may depend on a target. Throws RNN523 where that stands in a cell.
 */
export function readAnswers(
  context: Context,
  graph: Graph,
  targets: readonly string[],
  answered: readonly Value[],
): Graph {
  const onTheWay = ancestors(graph.eqns, answered)
  const b = createBuilder(context, value => value)
  const params: Value[] = []
  const names: string[] = []
  /** The values that depend on a target at its own step, computed from the answers instead. */
  const free = new Map<number, Value>()
  graph.params.forEach((param, i) => {
    const target = graph.inputs[i]
    params.push(param)
    names.push(target)
    if (!targets.includes(target)) return
    const answers = b.param(param, { hint: answersFor(target) })
    params.push(answers)
    names.push(answersFor(target))
    free.set(param.id, answers)
  })
  const eqns: Eqn[] = []
  for (const eqn of graph.eqns) {
    if (!eqn.ins.some(v => free.has(v.id))) {
      eqns.push(eqn)
      continue
    }
    const ins = eqn.ins.map(v => free.get(v.id) ?? v)
    if (eqn.op === 'shift') {
      eqns.push(eqn.outs.some(v => onTheWay.has(v.id)) ? { ...eqn, ins } : eqn)
      continue
    }
    refuseInside(graph.name, eqn)
    const copy = copyBlock(context, { params: eqn.ins, eqns: [eqn], results: eqn.outs })
    const stands = new Map(copy.params.map((p, i) => [p.id, ins[i]]))
    const copied = copy.eqns.map(e => ({ ...e, ins: e.ins.map(v => stands.get(v.id) ?? v) }))
    eqns.push(eqn, ...copied)
    for (const [i, v] of eqn.outs.entries()) free.set(v.id, copy.results[i])
  }
  return { ...graph, params, inputs: names, eqns }
}

function refuseInside(model: string, { body }: Eqn): void {
  if (body !== undefined && [...allEqns(body)].some(e => e.op === 'shift'))
    fail('RNN523', { model, reason: 'it reads a target by a `delay` inside a cell' })
}
