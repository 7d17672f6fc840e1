// Watches the places where a rule or a pass can be made to go wrong: its emissions and its results.
// A watch is told of each of them, and may put something else there. One that only listens finds all mutants; one that answers is a mutant.
import type { Builder, OpTable } from '../../compiler/ir/builder.ts'
import { createBuilder, emitting, zerosLike } from '../../compiler/ir/builder.ts'
import { type Block, type Eqn, sameType, useCounts, type Value } from '../../compiler/ir/graph.ts'
import type { Op } from '../../compiler/ir/ops/define.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { dce } from '../../compiler/passes/dce.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { type Pipeline, passes, pipelines, standard } from '../../compiler/passes/pipeline.ts'
import { renamed, renewed } from '../../compiler/passes/rebuild.ts'
import { type Rule, rewriteBlock } from '../../compiler/passes/rewrite.ts'
import { simplify, simplifyRules } from '../../compiler/passes/simplify.ts'
import {
  type Changes,
  changedEmissions,
  changedEquations,
  changedResults,
  type Emission,
  ends,
  exchangedOperands,
} from './changes.ts'

/** Function that is told of a site and of the changes possible there; a value that it returns takes the place. */
export type Watch = <T>(site: string, changes: () => Changes<T>) => T | undefined

/** Notes the names of all mutants that there are, at all sites or at some. */
export const listener =
  (names: Set<string>, at: (site: string) => boolean = () => true): Watch =>
  (site, changes) => {
    if (at(site)) for (const name of changes().keys()) names.add(`${site}: ${name}`)
    return undefined
  }

/** Makes the change of that name wherever it is possible, but not in the equations that the change itself emits: that would have no end. */
export function mutant(name: string): Watch {
  let changing = false
  return (site, changes) => {
    if (changing || !name.startsWith(`${site}: `)) return undefined
    changing = true
    try {
      return changes().get(name.slice(site.length + 2))?.()
    } finally {
      changing = false
    }
  }
}

/** Creates a watch that passes on to another, which is changed from mutant to mutant: the watched code is built once. */
export function createSwitch(): { readonly watch: Watch; readonly during: <T>(other: Watch, act: () => T) => T } {
  let current: Watch | undefined
  return {
    watch: (site, changes) => current?.(site, changes),
    during: (other, act) => {
      current = other
      try {
        return act()
      } finally {
        current = undefined
      }
    },
  }
}

/** Op table with the derivative rules watched, and the sums of the cotangents that they give for one value. */
export function watchedOps(watch: Watch): OpTable {
  const sums = new WeakMap<Builder, Map<number, Value>>()
  return new Map([...ops].map(([name, op]) => [name, watchedSums(watchedOp(op, watch), sums, watch)]))
}

/** `adjoint` adds the cotangents that rules give for the same value: the sum goes wrong where a later rule gives another. */
function watchedSums(op: Op, sums: WeakMap<Builder, Map<number, Value>>, watch: Watch): Op {
  const { vjp } = op
  if (vjp === undefined) return op
  return {
    ...op,
    vjp: t => {
      const { builder: b, eqn, wanted } = t
      const known = sums.get(b) ?? new Map<number, Value>()
      sums.set(b, known)
      return vjp(t).map((given, i) => {
        if (given === undefined || !wanted(i)) return given
        const { id } = eqn.ins[i]
        const before = known.get(id)
        known.set(id, given)
        if (before === undefined) return given
        const changes = new Map<string, () => Value>([
          ['the later left out', () => zerosLike(b, given)],
          // The sum so far is the one before, in this mutant.
          ['the later alone', () => b.emit('sub', [given, before])],
          ['the later twice', () => b.emit('add', [given, given])],
        ])
        return watch('adjoint sum', () => changes) ?? given
      })
    },
  }
}

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

/** Watches the emissions through a builder, by their place and op, or as `same` where it is the op that a rule matched. */
function watchedBuilder(b: Builder, site: string, watch: Watch, matched?: string): Builder {
  const counts = new Map<string, number>()
  const emitAll: Builder['emitAll'] = (op, ins, attrs = {}, body, note) => {
    const emission: Emission = { op, ins, attrs, ...(body && { body }) }
    const count = (counts.get(op) ?? 0) + 1
    counts.set(op, count)
    // The number of emissions of a rule may depend on the program; beyond the third they are like the others.
    const changed =
      count > 3
        ? undefined
        : watch(`${site} ${op === matched ? 'same' : op} ${count}`, () => changedEmissions(b, emission))
    return changed ?? b.emitAll(op, ins, attrs, body, note)
  }
  return { ...b, ...emitting(emitAll) }
}

function watchedRule(rule: Rule, pass: string, watch: Watch): Rule {
  const name = `${pass} ${rule.name}`
  return {
    ...rule,
    rewrite: (eqn, site) => {
      // A rule that matches ops of any kind makes one mistake with all of them.
      const builder = watchedBuilder(site.builder, name, watch, eqn.op)
      const put = (other: Eqn): readonly Value[] =>
        site.put(watch(`${name} put ${other.op}`, () => equations(changedEquations(builder, other), other)) ?? other)
      const found = rule.rewrite(eqn, { ...site, builder, put })
      if (found === undefined) return undefined
      const results = 'id' in found ? [found] : found
      const changed = watch(`${name} result`, () => {
        const all = new Map(changedResults(site.builder, results))
        const [result] = results
        const others = eqn.ins.filter(v => {
          if (results.length !== 1 || result.id === v.id || !sameType(v, result)) return false
          const known = site.uniform(v)
          return known === undefined || known !== site.uniform(result)
        })
        for (const [which, k] of ends(others.length)) all.set(`${which} other operand instead`, () => [others[k]])
        return all
      })
      return changed?.flatMap(v => (v === undefined ? [] : [v])) ?? found
    },
  }
}

const equations = (changes: Changes<Emission>, eqn: Eqn): Changes<Eqn> =>
  new Map([...changes].map(([name, change]) => [name, () => ({ ...eqn, ...change() })]))

/** Watches a pass that rewrites by these rules. */
export function watchedRewrite(pass: Pass, rules: readonly Rule[], watch: Watch): Pass {
  const watched = rules.map(rule => watchedRule(rule, pass.name, watch))
  return { ...pass, run: (context, block) => rewriteBlock(context, block, watched) }
}

/** Watches the changes of any pass, in bodies as well: the equations that it made, moved or gave other operands. */
export function watchedPass(pass: Pass, watch: Watch): Pass {
  return {
    ...pass,
    run: (context, before) => {
      const asIs = pass.run(context, before)
      if (asIs === before) return before
      // Equations that nothing reads cannot go wrong.
      const after = dce.run(context, asIs)
      let changed = false
      const known = depthsOf(before)
      const left = new Set([...depthsOf(after).keys()].flatMap(eqn => eqn.outs.map(out => out.id)))
      const defined = new Set([...known.keys()].flatMap(eqn => eqn.outs.map(out => out.id)))
      // Attributes that a copy takes over as they are cannot go wrong.
      const attrs = new Set([...known.keys()].map(eqn => eqn.attrs))
      const vanished = new Set([...known.keys()].flatMap(e => (e.outs.some(o => left.has(o.id)) ? [] : [e.op])))
      const within = (block: Block, depth: number): Block => {
        const b = createBuilder(context, value => value, { ...block, eqns: [] })
        const visible: Value[] = [...block.params]
        const replaced = new Map<number, Value>()
        const uses = useCounts(block)
        for (const old of block.eqns) {
          const eqn = renewed(old, replaced, body => body)
          const place = `${pass.name} ${depth === 0 ? '' : 'body '}`
          // A pass can only mistake the operands of an equation that was there before.
          const renewing = eqn.body === undefined && defined.has(eqn.outs[0].id)
          const again = vanished.has(eqn.op) ? 'moved' : eqn.op
          const kind = eqn.body !== undefined ? 'scan' : renewing ? 'equation' : again
          const changes = (): Changes<readonly Value[]> =>
            new Map([
              ...(renewing
                ? exchangedOperands(b, eqn)
                : changedEmissions(b, eqn, i => uses.has(eqn.outs[i].id), attrs.has(eqn.attrs))),
              ...otherOperands(b, eqn, visible),
            ])
          const put = known.get(old) === depth ? undefined : watch(`${place}${kind}`, changes)
          if (put === undefined) {
            const whole = eqn.body === undefined ? eqn : { ...eqn, body: within(eqn.body, depth + 1) }
            b.eqns.push(whole)
            visible.push(...whole.outs)
            continue
          }
          changed = true
          visible.push(...put)
          eqn.outs.forEach((out, i) => {
            replaced.set(out.id, put[i])
          })
        }
        return { ...block, eqns: b.eqns, results: renamed(block.results, replaced) }
      }
      const broken = within(after, 0)
      return changed ? broken : asIs
    },
  }
}

/** How many loops there are around each equation. */
function depthsOf(block: Block, depth = 0): ReadonlyMap<Eqn, number> {
  return new Map(
    block.eqns.flatMap(eqn => [
      [eqn, depth] as const,
      ...(eqn.body === undefined ? [] : [...depthsOf(eqn.body, depth + 1)]),
    ]),
  )
}

/** The equation with another value of the same type for an operand. */
function otherOperands(b: Builder, eqn: Eqn, visible: readonly Value[]): Changes<readonly Value[]> {
  const replaceable = eqn.ins.flatMap((v, i) => {
    const other = visible.findLast(w => w.id !== v.id && sameType(v, w))
    return other === undefined || v.dtype !== 'real' ? [] : [{ i, other }]
  })
  return new Map(
    ends(replaceable.length).map(([which, k]) => {
      const { i, other } = replaceable[k]
      return [`${which} operand another value`, () => b.emitAll(eqn.op, eqn.ins.with(i, other), eqn.attrs, eqn.body)]
    }),
  )
}

/**
 * The standard pipeline, and for each pass that it lacks the shortest that has it, with the rules of `simplify` and the changes of every
 * other pass watched.
 */
export function watchedPipelines(watch: Watch): readonly Pipeline[] {
  const simplifying = watchedRewrite(simplify, simplifyRules, watch)
  const watched = (pass: Pass): Pass => (pass === simplify ? simplifying : watchedPass(pass, watch))
  const length = ({ forward, backward }: Pipeline): number => forward.length + backward.length
  const lacking = passes.filter(pass => !has(standard, pass))
  const shortest = lacking.flatMap(pass =>
    pipelines
      .filter(p => has(p, pass))
      .toSorted((a, b) => length(a) - length(b))
      .slice(0, 1),
  )
  const chosen = [standard, ...shortest]
  return chosen.map(({ name, forward, backward }) => ({
    name: `${name}, watched`,
    forward: forward.map(watched),
    backward: backward.map(watched),
  }))
}

/** Whether a pipeline has a pass, or one of its name. */
export const has = ({ forward, backward }: Pipeline, { name }: Pass): boolean =>
  [...forward, ...backward].some(pass => pass.name === name)
