// Replaces the last step of a stacked carry by the carry that leaves the loop, so that no steps are stored for it.
import { broadcast, constantLike, reshape, zerosLike } from '../../ir/builder.ts'
import { asNumber } from '../../ir/dim.ts'
import { type Block, type Eqn, scanLength, scanOperands, scanResults, type Value } from '../../ir/graph.ts'
import { isDim } from '../../ir/ops/attributes.ts'
import { isRepeat, lookThrough, stepResult, type View, viewOfBlock } from '../../ir/view.ts'
import type { Rule, Site } from '../rewrite.ts'

export const lastStepRules: readonly Rule[] = [
  {
    name: 'last-step',
    contract:
      'the last step of a per-step output that is a carry as it leaves the step → the carry as it leaves the loop',
    ops: ['slice'],
    rewrite: ({ ins: [steps], attrs: { axis, start }, outs: [out] }, { producer, builder }) => {
      const scan = producer(steps)
      if (scan?.body === undefined || axis !== -steps.shape.length || !isDim(start)) return undefined
      const place = leavingAs(scan, scan.body, steps)
      const length = asNumber(scanLength(scan))
      const last = scan.attrs.reverse === true ? 0 : (length ?? 0) - 1
      if (place === undefined || length === undefined || length < 1 || asNumber(out.shape[0]) !== 1) return undefined
      return asNumber(start) === last ? reshape(builder, scan.outs[place], out.shape) : undefined
    },
  },
  {
    name: 'last-valid-step',
    contract:
      'the step at length - 1 of a per-step output that is a carry while steps are valid → the carry as it leaves the loop, 0 where the length is',
    ops: ['pick'],
    rewrite: ({ ins: [steps, index], attrs: { axis } }, site) => {
      const { producer, builder: b } = site
      const scan = producer(steps)
      if (scan?.body === undefined || axis !== -steps.shape.length || scan.attrs.reverse === true) return undefined
      const lengths = oneMoreThan(index, site)
      const place = lengths && carriedWhileValid(scan, scan.body, steps, lengths, site)
      if (lengths === undefined || place === undefined) return undefined
      const end = scan.outs[place]
      const inner = end.shape.slice(lengths.shape.length)
      const isThere = b.emit('lt', [constantLike(b, 0, lengths), lengths])
      const at = inner.map((_, i) => i - inner.length)
      return b.emit('where', [broadcast(b, isThere, at, inner), end, zerosLike(b, end)])
    },
  },
]

/** The index of the carry whose values, as they leave each step, `steps` stacks. */
function leavingAs(scan: Eqn, body: Block, steps: Value): number | undefined {
  const step = stepResult(scan, body, steps)
  const place = scanResults(scan, body.results).carries.findIndex(v => v.id === step?.id)
  return place < 0 ? undefined : place
}

/** The index of the carry that `steps` stacks at each step before `lengths`, and that stays as it is from then on. */
function carriedWhileValid(scan: Eqn, body: Block, steps: Value, lengths: Value, outer: View): number | undefined {
  const { carries } = scanResults(scan, body.results)
  const step = stepResult(scan, body, steps)
  const entering = scanOperands(scan, body.params).carries
  const view = viewOfBlock(body)
  const place = carries.findIndex((result, i) => {
    const choice = view.producer(result)
    if (step === undefined || choice?.op !== 'where' || choice.ins[2].id !== entering[i].id) return false
    const isValid = lookThrough(choice.ins[0], view.producer, isRepeat)
    // Only what is given step by step is the mask of the steps.
    const stacked = scanOperands(scan).xs[scanOperands(scan, body.params).xs.indexOf(isValid)]
    return (
      [result.id, choice.ins[1].id].includes(step.id) && stacked !== undefined && saysValid(stacked, lengths, outer)
    )
  })
  return place < 0 ? undefined : place
}

/** Tells whether a value is the mask `position < length` of each step. */
function saysValid(value: Value, lengths: Value, view: View): boolean {
  const eqn = view.producer(value)
  if (eqn?.op !== 'lt') return false
  const [position, length] = eqn.ins.map(v => lookThrough(v, view.producer, isRepeat))
  return view.producer(position)?.op === 'iota' && length.id === lengths.id
}

/** The x of a value computed as x - 1. */
function oneMoreThan(value: Value, { producer, uniform }: Site): Value | undefined {
  const eqn = producer(value)
  return eqn?.op === 'sub' && uniform(eqn.ins[1]) === 1 ? eqn.ins[0] : undefined
}
