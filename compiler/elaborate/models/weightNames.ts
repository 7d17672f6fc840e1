// Names weights, and states of a stream, by the path of parts, then the param or state.
import type { Instance, WeightRecord } from '../values/entity.ts'
import { firstFree } from '../values/firstFree.ts'
import type { StateRecord } from '../values/scope.ts'

/**
 * Names weights: `enc.f.W_i`. Anonymous instances are numbered in the order of the text: `LSTM`, `LSTM_2`. So are names that are
 * also in `given`, as of a param `lengths` of a part `T` beside the lengths of an axis T.
 */
export function weightNames(weights: readonly WeightRecord[], given: ReadonlySet<string>): string[] {
  const whole = pathsOf(weights)
  const taken = new Set([...given, ...whole])
  return whole.map(name => {
    if (!given.has(name)) return name
    const free = firstFree(name, candidate => taken.has(candidate))
    taken.add(free)
    return free
  })
}

/** Names the states of a stream: `enc.h`, `sum`, `sum_2`. */
export function stateNames(states: readonly StateRecord[]): string[] {
  const taken = new Set<string>()
  return pathsOf(states).map(name => {
    const free = firstFree(name, candidate => taken.has(candidate))
    taken.add(free)
    return free
  })
}

/** The path of the instance that each belongs to, and its own name. */
function pathsOf(all: readonly Pick<StateRecord, 'owner' | 'local'>[]): string[] {
  const known = new Map<Instance, ReadonlyMap<Instance, string>>()
  const inside = (parent: Instance): ReadonlyMap<Instance, string> => {
    const names = known.get(parent) ?? namesIn(parent)
    known.set(parent, names)
    return names
  }
  const path = (i: Instance | undefined): string[] =>
    i?.parent === undefined ? [] : [...path(i.parent), inside(i.parent).get(i) ?? i.local]
  return all.map(w => [...path(w.owner), w.local].join('.'))
}

/** Names the instances applied in place in a unit, with no name that a part has. */
function namesIn(parent: Instance): ReadonlyMap<Instance, string> {
  const names = new Map<Instance, string>()
  const taken = new Set(parent.parts.keys())
  for (const instance of [...parent.placed.values()].sort((a, b) => a.site.start - b.site.start)) {
    const name = firstFree(instance.local, candidate => taken.has(candidate))
    taken.add(name)
    names.set(instance, name)
  }
  return names
}
