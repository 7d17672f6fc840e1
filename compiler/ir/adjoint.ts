// Reverse-mode differentiation of a list of equations, for `grad` and for the derivative of a scan.
import { type Builder, opOf } from './builder.ts'
import type { Value } from './graph.ts'

/**
 * Emits into `back` the equations that propagate the cotangents `seeds` (by value id) backward through `forward`'s equations,
 * and returns the cotangents of `wanted` by id; a value without one has the cotangent zero. The two builders are the same
 * at the top level, and differ where a scan's backward body is built. Griewank & Walther, Evaluating Derivatives, ch. 3.
 */
export function adjoint(
  back: Builder,
  forward: Builder,
  seeds: ReadonlyMap<number, Value>,
  wanted: readonly Value[],
): ReadonlyMap<number, Value> {
  const count = forward.eqns.length
  const active = activeValues(forward, wanted)
  const cotangents = new Map(seeds)
  for (let place = count - 1; place >= 0; place--) {
    const eqn = forward.eqns[place]
    const given = eqn.outs.map(out => cotangents.get(out.id))
    const { vjp } = opOf(forward.context, eqn.op)
    const asked = (i: number): boolean => active.has(eqn.ins[i].id)
    if (vjp === undefined || given.every(d => d === undefined) || !eqn.ins.some((_, i) => asked(i))) continue
    // Backward equations get the source position of their forward equation.
    const { note } = back
    back.note = { ...note, span: eqn.span }
    const found = vjp({
      builder: back,
      eqn,
      cotangents: given,
      wanted: asked,
      replace: by => forward.replace(place, by),
    })
    found.forEach((d, i) => {
      if (d === undefined || !asked(i)) return
      const before = cotangents.get(eqn.ins[i].id)
      cotangents.set(eqn.ins[i].id, before === undefined ? d : back.emit('add', [before, d]))
    })
    back.note = note
  }
  return cotangents
}

/** The ids of the values through which a gradient may flow from the results to `wanted`. */
export function activeValues(block: Builder, wanted: readonly Value[]): ReadonlySet<number> {
  const active = new Set(wanted.map(v => v.id))
  for (const eqn of block.eqns) {
    if (opOf(block.context, eqn.op).vjp === undefined || !eqn.ins.some(v => active.has(v.id))) continue
    for (const out of eqn.outs) if (out.dtype === 'real') active.add(out.id)
  }
  return active
}
