// Finds where threads must wait for each other: before what touches the same memory as what has gone on since they last met.
import { type Access, clash } from './accesses.ts'

/** What threads do, in order. The marks name the places before which they may have to meet. */
export type Doing<M> =
  | { readonly kind: 'part'; readonly mark: M; readonly accesses: readonly Access[] }
  | { readonly kind: 'loop'; readonly mark: M; readonly body: readonly Doing<M>[] }
  | { readonly kind: 'choice'; readonly ways: readonly (readonly Doing<M>[])[] }

type Accesses = ReadonlySet<Access>

/** The marks before which the threads meet. */
export function meetingsIn<M>(list: readonly Doing<M>[]): ReadonlySet<M> {
  const meetings = new Set<M>()
  walk(list, new Set(), meetings)
  return meetings
}

/** Goes through a list after some accesses, adds the meetings that it needs, and gives the accesses since the last. */
function walk<M>(list: readonly Doing<M>[], before: Accesses, meetings: Set<M>): Accesses {
  let since = before
  for (const doing of list) {
    switch (doing.kind) {
      case 'part':
        if (mustMeet(since, doing.accesses)) meetings.add(doing.mark)
        since = new Set([...(meetings.has(doing.mark) ? [] : since), ...doing.accesses])
        break
      case 'loop':
        // A meeting before the loop spares one in each round.
        if (mustMeet(since, [...accessesIn(doing.body)])) meetings.add(doing.mark)
        since = new Set([...(meetings.has(doing.mark) ? [] : since), ...walkLoop(doing.body, meetings)])
        break
      case 'choice': {
        const after = doing.ways.map(way => walk(way, since, meetings))
        since = new Set(after.flatMap(way => [...way]))
      }
    }
  }
  return since
}

/** Goes round a loop until no round needs another meeting. */
function walkLoop<M>(body: readonly Doing<M>[], meetings: Set<M>): Accesses {
  let since = walk(body, new Set(), meetings)
  for (let count = -1; count !== meetings.size; ) {
    count = meetings.size
    since = walk(body, since, meetings)
  }
  return since
}

const mustMeet = (since: Accesses, accesses: readonly Access[]): boolean =>
  [...since].some(a => accesses.some(b => clash(a, b)))

function accessesIn<M>(list: readonly Doing<M>[]): Access[] {
  return list.flatMap(doing =>
    doing.kind === 'part'
      ? doing.accesses
      : doing.kind === 'loop'
        ? accessesIn(doing.body)
        : doing.ways.flatMap(way => accessesIn(way)),
  )
}
