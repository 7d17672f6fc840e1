// Finds where threads must wait for each other, at a barrier: before what touches the same memory as what has gone on since the last barrier.
import { type Access, conflicts } from './accesses.ts'

/** What threads do, in order. The sites are the places before which there may have to be a barrier. */
export type Action<S> =
  | { readonly kind: 'part'; readonly site: S; readonly accesses: readonly Access[] }
  | { readonly kind: 'loop'; readonly site: S; readonly body: readonly Action<S>[] }
  | { readonly kind: 'choice'; readonly ways: readonly (readonly Action<S>[])[] }

type Accesses = ReadonlySet<Access>

/** The sites before which the threads need a barrier. */
export function placeBarriers<S>(list: readonly Action<S>[]): ReadonlySet<S> {
  const barriers = new Set<S>()
  walk(list, new Set(), barriers)
  return barriers
}

/** Goes through a list after some accesses, adds the barriers that it needs, and gives the accesses since the last. */
function walk<S>(list: readonly Action<S>[], before: Accesses, barriers: Set<S>): Accesses {
  let since = before
  for (const action of list) {
    switch (action.kind) {
      case 'part':
        if (needsBarrier(since, action.accesses)) barriers.add(action.site)
        since = new Set([...(barriers.has(action.site) ? [] : since), ...action.accesses])
        break
      case 'loop':
        // A barrier before the loop spares one in each round.
        if (needsBarrier(since, [...accessesIn(action.body)])) barriers.add(action.site)
        since = new Set([...(barriers.has(action.site) ? [] : since), ...walkLoop(action.body, barriers)])
        break
      case 'choice': {
        const after = action.ways.map(way => walk(way, since, barriers))
        since = new Set(after.flatMap(way => [...way]))
      }
    }
  }
  return since
}

/** Goes round a loop until no round needs another barrier. */
function walkLoop<S>(body: readonly Action<S>[], barriers: Set<S>): Accesses {
  let since = walk(body, new Set(), barriers)
  for (let count = -1; count !== barriers.size; ) {
    count = barriers.size
    since = walk(body, since, barriers)
  }
  return since
}

const needsBarrier = (since: Accesses, accesses: readonly Access[]): boolean =>
  [...since].some(a => accesses.some(b => conflicts(a, b)))

function accessesIn<S>(list: readonly Action<S>[]): Access[] {
  return list.flatMap(action =>
    action.kind === 'part'
      ? action.accesses
      : action.kind === 'loop'
        ? accessesIn(action.body)
        : action.ways.flatMap(way => accessesIn(way)),
  )
}
