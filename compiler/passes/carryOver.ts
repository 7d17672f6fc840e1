// carryOver: makes a graph over whole sequences one over a window of them. Carries of loops come in from the window before and go
// out to the next, but no gradient does (truncated back-propagation through time, Williams & Peng 1990).
import { type Context, createBuilder, fill } from '../ir/builder.ts'
import type { Dim } from '../ir/dim.ts'
import type { Graph, Value } from '../ir/graph.ts'
import { crossWindows } from './crossWindows.ts'
import { renamed } from './rebuild.ts'

/** Further inputs of a window's graph: whether it is the first window, and the step that it begins with. */
export const windowInputs = { first: '@first', start: '@start' } as const

const carriedName = (i: number): string => `@carried.${i}`

/** Tells whether a name is that of a carry between windows: an input from the window before, and an output for the next. */
export const isCarried = (name: string): boolean => name.startsWith('@carried.')

/**
 * Makes the graph of a window along `axis`, which must not be iterated inside a loop over another axis. `fromStart` lists values
 * that count from the start of the sequence, by id.
 */
export function carryOver(
  context: Context,
  graph: Graph,
  axis: Dim,
  fromStart: ReadonlyMap<number, 'position' | 'first'>,
): Graph {
  const b = createBuilder(context, value => value)
  const first = b.param({ dtype: 'bool', shape: [] }, { hint: 'first' })
  const start = b.param({ dtype: 'int', shape: [] }, { hint: 'start' })
  const replaced = new Map<number, Value>()
  const leaving: Value[] = []
  /** The value that the window begins with: `initial` in the first, else the value given to `leave` in the one before. */
  const entering = (initial: Value): Value => {
    const before = b.param(initial, { hint: `${initial.hint}_before` })
    return b.emit('where', [fill(b, first, initial.shape), initial, before], {}, initial)
  }
  const leave = (value: Value): void => {
    leaving.push(value)
  }

  for (const old of graph.eqns) {
    b.note = { ...(old.span && { span: old.span }) }
    const eqn = { ...old, ins: renamed(old.ins, replaced) }
    crossWindows(b, eqn, axis, { enter: entering, leave })
    for (const out of eqn.outs) {
      const kind = fromStart.get(out.id)
      if (kind === undefined) continue
      const value = kind === 'first' ? entering(out) : b.emit('add', [out, fill(b, start, out.shape)])
      if (kind === 'first') leave(value)
      replaced.set(out.id, value)
    }
  }
  const names = leaving.map((_, i) => carriedName(i))
  return {
    name: graph.name,
    params: [...graph.params, ...b.params],
    inputs: [...graph.inputs, windowInputs.first, windowInputs.start, ...names],
    eqns: b.eqns,
    results: [...renamed(graph.results, replaced), ...leaving],
    outputs: [...graph.outputs, ...names],
  }
}
