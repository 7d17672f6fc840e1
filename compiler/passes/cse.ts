// cse: common subexpression elimination.
import type { Context } from '../ir/builder.ts'
import { type Block, type Eqn, scanCounts, type Value } from '../ir/graph.ts'
import { ops } from '../ir/ops/index.ts'
import { attrTexts } from '../ir/printGraph.ts'
import type { Pass } from './pass.ts'
import { rebuilt, renamed, renewed } from './rebuild.ts'

export const cse: Pass = {
  name: 'cse',
  contract: 'no two equations of a block compute the same, nor do two parameters or outputs of a scan',
  run: (context, block) => cseBlock(context, block, new Map()),
}

/** `known` maps parameters to earlier ones that stand for the same operand. */
function cseBlock(context: Context, block: Block, known: ReadonlyMap<number, Value>): Block {
  const replaced = new Map(known)
  const seen = new Map<string, Eqn>()
  const eqns: Eqn[] = []
  for (const old of block.eqns) {
    const outer = { ...old, ins: renamed(old.ins, replaced) }
    const eqn = renewed(old, replaced, body => cseBlock(context, body, twins(outer, body)))
    const key = eqnKey(eqn, value => String(value.id))
    const before = seen.get(key)
    if (before === undefined) {
      seen.set(key, eqn)
      eqns.push(eqn)
    }
    const outs = (before ?? eqn).outs
    const same = eqn.body === undefined ? outs : distinctOuts(eqn, eqn.body, outs)
    eqn.outs.forEach((out, i) => {
      if (same[i] !== out) replaced.set(out.id, same[i])
    })
  }
  return rebuilt(block, eqns, renamed(block.results, replaced))
}

/** Maps constants and per-step inputs of a scan to an earlier one for the same operand. */
function twins(eqn: Eqn, body: Block): ReadonlyMap<number, Value> {
  const { consts, carries } = scanCounts(eqn)
  const part = (i: number): string => (i < consts ? 'const' : i < consts + carries ? `carry ${i}` : 'each')
  return firsts(
    body.params,
    eqn.ins.map((v, i) => `${part(i)} ${v.id}`),
  )
}

/** The results of a scan, where outputs that stack the same value of the body become one. */
function distinctOuts(eqn: Eqn, body: Block, outs: readonly Value[]): readonly Value[] {
  const { carries } = scanCounts(eqn)
  return renamed(
    outs,
    firsts(
      outs,
      body.results.map((v, i) => (i < carries ? `carry ${i}` : `each ${v.id}`)),
    ),
  )
}

/** Maps each value to the first one with its key, if that is another. */
function firsts(values: readonly Value[], keys: readonly string[]): ReadonlyMap<number, Value> {
  const found = new Map<number, Value>()
  values.forEach((value, i) => {
    const first = keys.indexOf(keys[i])
    if (first < i) found.set(value.id, values[first])
  })
  return found
}

/** A key that is equal for equations with the same op, operands and attributes. */
function eqnKey(eqn: Eqn, name: (value: Value) => string): string {
  const ins = eqn.ins.map(name)
  const operands = ops.get(eqn.op)?.commutes === true ? ins.sort() : ins
  const attrs = attrTexts(eqn).map(a => `${a.name}=${a.text}`)
  const body = eqn.body === undefined ? [] : [JSON.stringify(scanCounts(eqn)), blockKey(eqn.body)]
  return [eqn.op, ...operands, ...attrs, ...body].join(' ')
}

/** A key that is equal for blocks with the same equations, however their values are numbered. */
function blockKey(block: Block): string {
  const numbers = new Map<number, number>()
  const define = (value: Value): void => {
    numbers.set(value.id, numbers.size)
  }
  const name = (value: Value): string => String(numbers.get(value.id))
  block.params.forEach(define)
  const lines = block.eqns.map(eqn => {
    const key = eqnKey(eqn, name)
    eqn.outs.forEach(define)
    return key
  })
  return `{${lines.join('; ')}; ${block.results.map(name).join(' ')}}`
}
