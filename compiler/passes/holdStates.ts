// hold-states: reads a state as it leaves a step, where padding holds it, in place of what the step computed for it. The two differ in
// padding alone, which no result depends on; so a gradient keeps one value of each step, and not both.
import type { Context } from '../ir/builder.ts'
import { type Block, type Eqn, scanOperands, scanResults, type Value } from '../ir/graph.ts'
import { operandsOutside, type View, viewOfBlock } from '../ir/view.ts'
import { dependences } from './dependence.ts'
import type { Pass } from './pass.ts'
import { mapBodies, renamed } from './rebuild.ts'
import { topologicalOrder } from './topologicalOrder.ts'

export const holdStates: Pass = {
  name: 'hold-states',
  contract: 'where padding keeps a state, only that choice reads what a step computes for it from other states',
  run: (context, block) => holdIn(context, block, viewOfBlock(block)),
}

const holdIn = (context: Context, block: Block, view: View): Block =>
  mapBodies(block, (scan, body) => {
    const inside = viewOfBlock(body, operandsOutside(view, scan))
    return readingHeld(context, scan, holdIn(context, body, inside), inside)
  })

/** The body in which equations and per-step outputs read states as they leave the step. */
function readingHeld(context: Context, scan: Eqn, body: Block, view: View): Block {
  const choices = choicesOf(scan, body, view)
  const { carries, ys } = scanResults(scan, body.results)
  const dependence = dependences(context, scan, body)
  const held = new Map<number, Value>()
  for (const { ins, outs } of choices) {
    const [, computed] = ins
    // What needs no state may leave the loop: it stays as it is.
    if (dependence(computed) === 'bound' && !carries.includes(computed) && !held.has(computed.id))
      held.set(computed.id, outs[0])
  }
  const eqns = body.eqns.map(eqn => {
    const ins = choices.has(eqn) ? eqn.ins : renamed(eqn.ins, held)
    return ins === eqn.ins ? eqn : { ...eqn, ins }
  })
  const outputs = renamed(ys, held)
  if (outputs === ys && eqns.every((eqn, i) => eqn === body.eqns[i])) return body
  return { ...body, eqns: topologicalOrder(eqns), results: [...carries, ...outputs] }
}

/** The equations that keep a state as it entered where the step is padding. */
function choicesOf(scan: Eqn, body: Block, view: View): ReadonlySet<Eqn> {
  const entering = scanOperands(scan, body.params).carries
  return new Set(
    scanResults(scan, body.results).carries.flatMap((state, i) => {
      const choice = view.producer(state)
      const isHeld = choice?.op === 'where' && choice.ins[2] === entering[i] && masksPadding(choice.ins[0], view)
      return isHeld ? [choice] : []
    }),
  )
}

/** Tells whether a value tells, repeated or not, which steps are within their lengths. */
function masksPadding(value: Value, view: View): boolean {
  if (value.masksPadding === true) return true
  const maker = view.producer(value)
  if (maker !== undefined)
    return ['broadcast', 'reshape', 'transpose'].includes(maker.op) && masksPadding(maker.ins[0], view)
  const outer = view.outside(value)
  return outer !== undefined && masksPadding(outer.value, outer.view)
}
