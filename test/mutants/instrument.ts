// Places where a rule or a pass can be made to go wrong: what it emits and what it gives. A watch is told of each of them,
// and may put something else there. One that only listens finds the mutants that there are; one that answers is a mutant.
import type { Builder, OpTable } from '../../compiler/ir/builder.ts'
import { createBuilder } from '../../compiler/ir/builder.ts'
import type { Block, Eqn, Value } from '../../compiler/ir/graph.ts'
import type { Op } from '../../compiler/ir/ops/define.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { type Pipeline, passes } from '../../compiler/passes/pipeline.ts'
import { type Rule, rewriteBlock } from '../../compiler/passes/rewrite.ts'
import { simplify, simplifyRules } from '../../compiler/passes/simplify.ts'
import {
  type Changes,
  changedEmissions,
  changedEquations,
  changedResults,
  type Emission,
  ends,
  sameType,
} from './changes.ts'

/** Told of a site and of the changes possible there; what it gives takes the place. */
export type Watch = <T>(site: string, changes: () => Changes<T>) => T | undefined

/** Notes the names of all mutants that there are. */
export const listener =
  (names: Set<string>): Watch =>
  (site, changes) => {
    for (const name of changes().keys()) names.add(`${site}: ${name}`)
    return undefined
  }

/** Makes the change of that name wherever it is possible. */
export const mutant =
  (name: string): Watch =>
  (site, changes) =>
    name.startsWith(`${site}: `) ? changes().get(name.slice(site.length + 2))?.() : undefined

/** The op table with the derivative rules watched. */
export const watchedOps = (watch: Watch): OpTable => new Map([...ops].map(([name, op]) => [name, watchedOp(op, watch)]))

function watchedOp(op: Op, watch: Watch): Op {
  const { vjp } = op
  if (vjp === undefined) return op
  const site = `${op.name}.vjp`
  return {
    ...op,
    vjp: t => {
      const found = vjp({ ...t, builder: watchedBuilder(t.builder, site, watch) })
      return watch(`${site} cotangent`, () => changedResults(t.builder, found)) ?? found
    },
  }
}

/** The builder with what is emitted through it watched, by its place and op. */
function watchedBuilder(b: Builder, site: string, watch: Watch): Builder {
  const counts = new Map<string, number>()
  const emitAll: Builder['emitAll'] = (op, ins, attrs = {}, body, note) => {
    const emission: Emission = { op, ins, attrs, ...(body && { body }) }
    const count = (counts.get(op) ?? 0) + 1
    counts.set(op, count)
    // How many a rule emits may depend on the program; beyond the third they are like the others.
    const changed = count > 3 ? undefined : watch(`${site} ${op} ${count}`, () => changedEmissions(b, emission))
    return changed ?? b.emitAll(op, ins, attrs, body, note)
  }
  return { ...b, emitAll, emit: (op, ins, attrs, note) => emitAll(op, ins, attrs, undefined, note)[0] }
}

function watchedRule(rule: Rule, watch: Watch): Rule {
  const name = `simplify ${rule.name}`
  return {
    ...rule,
    rewrite: (eqn, site) => {
      const builder = watchedBuilder(site.builder, name, watch)
      const put = (other: Eqn): readonly Value[] =>
        site.put(watch(`${name} put ${other.op}`, () => equations(changedEquations(builder, other), other)) ?? other)
      const found = rule.rewrite(eqn, { ...site, builder, put })
      if (found === undefined) return undefined
      const results = 'id' in found ? [found] : found
      const changed = watch(`${name} result`, () => {
        const all = new Map(changedResults(site.builder, results))
        eqn.ins.forEach((v, i) => {
          const fits = results.length === 1 && results[0].id !== v.id && sameType(v, results[0])
          if (fits) all.set(`operand ${i} instead`, () => [v])
        })
        return all
      })
      return changed?.flatMap(v => (v === undefined ? [] : [v])) ?? found
    },
  }
}

const equations = (changes: Changes<Emission>, eqn: Eqn): Changes<Eqn> =>
  new Map([...changes].map(([name, change]) => [name, () => ({ ...eqn, ...change() })]))

/** Any pass, with what it changed watched: the equations that it made or gave other operands. */
function watchedPass(pass: Pass, watch: Watch): Pass {
  return {
    ...pass,
    run: (context, before) => {
      const old = new Set(before.eqns)
      const after = pass.run(context, before)
      const within = (block: Block, known: ReadonlySet<Eqn>): Block => {
        const b = createBuilder(context, undefined, { ...block, eqns: [] })
        const visible: Value[] = [...block.params]
        let first = true
        for (const eqn of block.eqns) {
          const put =
            known.has(eqn) || !first
              ? eqn
              : (watch(`${pass.name} ${eqn.body === undefined ? 'equation' : 'scan'}`, () => {
                  const all = new Map(equations(changedEquations(b, eqn), eqn))
                  const replaceable = eqn.ins.flatMap((v, i) => {
                    const other = visible.findLast(w => w.id !== v.id && sameType(v, w))
                    return other === undefined || v.dtype !== 'real' ? [] : [{ i, other }]
                  })
                  for (const [which, k] of ends(replaceable.length)) {
                    const { i, other } = replaceable[k]
                    all.set(`${which} operand another value`, () => ({ ...eqn, ins: eqn.ins.with(i, other) }))
                  }
                  return all
                }) ?? eqn)
          if (put !== eqn) first = false
          b.eqns.push(put)
          visible.push(...put.outs)
        }
        return { ...block, eqns: b.eqns }
      }
      return after === before ? after : within(after, old)
    },
  }
}

/** The standard pipeline with the rules of `simplify` and what every other pass does watched. */
export function watchedPipeline(watch: Watch): Pipeline {
  const rules = simplifyRules.map(rule => watchedRule(rule, watch))
  const watched = passes.map(pass =>
    pass === simplify
      ? { ...pass, run: (...[context, block]: Parameters<Pass['run']>) => rewriteBlock(context, block, rules) }
      : watchedPass(pass, watch),
  )
  return { name: 'watched', forward: watched, backward: watched }
}
