// Identities of scans: a value that a loop carries or outputs unchanged need not go through the loop.
import { broadcast, constantLike, createBuilder, newValue } from '../../ir/builder.ts'
import { type Block, type Eqn, scanCounts, scanOperands, scanResults, type Value } from '../../ir/graph.ts'
import { viewOfBlock } from '../../ir/view.ts'
import { renamed, renewed } from '../rebuild.ts'
import type { Rule, Site } from '../rewrite.ts'

export const scanRules: readonly Rule[] = [
  {
    name: 'known-constant',
    contract: 'a constant operand of a scan that is a known number → a constant in its body',
    ops: ['scan'],
    rewrite: (eqn, site) => {
      const place = scanOperands(eqn).consts.findIndex(v => site.uniform(v) !== undefined)
      const value = place < 0 ? undefined : site.uniform(eqn.ins[place])
      if (eqn.body === undefined || value === undefined) return undefined
      const { params } = eqn.body
      const b = createBuilder(site.context)
      b.note = params[place]
      const known = constantLike(b, value, params[place])
      const rest = replaceValue({ ...eqn.body, params: without(params, place) }, params[place], known)
      const inside: Eqn = {
        ...eqn,
        ins: without(eqn.ins, place),
        attrs: { ...eqn.attrs, consts: scanCounts(eqn).consts - 1 },
        body: { ...rest, eqns: [...b.eqns, ...rest.eqns] },
      }
      return site.put(site.within(inside))
    },
  },
  {
    name: 'constant-carry',
    contract: 'a carry that leaves each step as it enters → a constant of the scan',
    ops: ['scan'],
    rewrite: (eqn, site) => {
      const { body } = eqn
      if (body === undefined) return undefined
      const { consts, carries } = scanCounts(eqn)
      const entering = scanOperands(eqn, body.params).carries
      const place = entering.findIndex((v, i) => v.id === body.results[i].id)
      if (place < 0) return undefined
      const moved = <T>(list: readonly T[]): T[] => [
        ...list.slice(0, consts),
        list[consts + place],
        ...without(list.slice(consts), place),
      ]
      const outs = site.put({
        ...eqn,
        ins: moved(eqn.ins),
        outs: without(eqn.outs, place),
        attrs: { ...eqn.attrs, consts: consts + 1, carries: carries - 1 },
        body: { ...body, params: moved(body.params), results: without(body.results, place) },
      })
      return [...outs.slice(0, place), eqn.ins[consts + place], ...outs.slice(place)]
    },
  },
  {
    name: 'passed-output',
    contract: 'a per-step output that is a per-step input, a constant or a known number → that, outside',
    ops: ['scan'],
    rewrite: (eqn, site) => {
      const { body } = eqn
      if (body === undefined) return undefined
      const { carries } = scanCounts(eqn)
      for (const [i, result] of scanResults(eqn, body.results).ys.entries()) {
        const outside = withoutLoop(eqn, body, result, eqn.outs[carries + i], site)
        if (outside === undefined) continue
        const place = carries + i
        const results = without(body.results, place)
        const outs = site.put({ ...eqn, outs: without(eqn.outs, place), body: { ...body, results } })
        return [...outs.slice(0, place), outside, ...outs.slice(place)]
      }
      return undefined
    },
  },
  {
    name: 'sliced-inputs',
    contract: 'per-step inputs that are slices of one value → that value as one input, sliced in the body',
    ops: ['scan'],
    rewrite: (eqn, site) => {
      const { body } = eqn
      if (body === undefined) return undefined
      const { consts, carries } = scanCounts(eqn)
      const slices = eqn.ins.map((v, i) => (i < consts + carries ? undefined : laterSlice(v, site)))
      const source = slices.find((s, i) => s !== undefined && slices.some((t, j) => j > i && t?.ins[0] === s.ins[0]))
        ?.ins[0]
      if (source === undefined) return undefined
      const whole = newValue(site.context, { dtype: source.dtype, shape: source.shape.slice(1) }, source)
      const b = createBuilder(site.context, value => value)
      let block = body
      slices.forEach((slice, i) => {
        if (slice?.ins[0] !== source) return
        const { params } = body
        block = replaceValue(block, params[i], b.emitLike('slice', [whole], slice.attrs, params[i]))
      })
      const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => slices[i]?.ins[0] !== source)
      const joined: Eqn = {
        ...eqn,
        ins: [...kept(eqn.ins), source],
        body: { ...block, params: [...kept(body.params), whole], eqns: [...b.eqns, ...block.eqns] },
      }
      return site.put(site.within(joined))
    },
  },
]

/** The slice that makes a value, unless it is along the steps. */
function laterSlice(value: Value, { producer }: Site): Eqn | undefined {
  const maker = producer(value)
  return maker?.op === 'slice' && Number(maker.attrs.axis) > -value.shape.length ? maker : undefined
}

/** The value of a per-step output that is known without the loop: a number, a per-step input, or a constant repeated. */
function withoutLoop(eqn: Eqn, body: Block, result: Value, output: Value, { builder }: Site): Value | undefined {
  const { consts, carries } = scanCounts(eqn)
  const known = viewOfBlock(body).uniform(result)
  if (known !== undefined) return constantLike(builder, known, output)
  const param = body.params.indexOf(result)
  if (param >= consts + carries) return eqn.ins[param]
  if (param < 0 || param >= consts) return undefined
  return broadcast(builder, eqn.ins[param], [-output.shape.length], [output.shape[0]])
}

const without = <T>(list: readonly T[], place: number): T[] => list.filter((_, i) => i !== place)

/** Replaces all uses of a value in a block by another; bodies inside are closed and cannot use it. */
function replaceValue(block: Block, value: Value, by: Value): Block {
  const map = new Map([[value.id, by]])
  return {
    params: block.params,
    eqns: block.eqns.map(eqn => renewed(eqn, map, body => body)),
    results: renamed(block.results, map),
  }
}
