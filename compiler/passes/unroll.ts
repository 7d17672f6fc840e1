// unroll: writes several steps of a loop out in a row.
import { type Builder, reshape } from '../ir/builder.ts'
import { emitBlock } from '../ir/copyBlock.ts'
import { asNumber, constant } from '../ir/dim.ts'
import { type Eqn, scanCounts, scanLength, type Value } from '../ir/graph.ts'
import { emitWindows } from './emitWindows.ts'
import type { Pass } from './pass.ts'
import { replaceScans } from './replaceScans.ts'

/** Removes loops of a known length up to `steps`; others do `steps` steps at a time, or stay as they are where that is 1. */
export const unroll = (steps: number): Pass => ({
  name: 'unroll',
  contract: 'a loop runs several steps at a time; a loop of a known length within that number is replaced by its steps',
  run: (context, block) =>
    replaceScans(
      context,
      block,
      (b, scan) => {
        const length = asNumber(scanLength(scan))
        if (length !== undefined && length > 0 && length <= steps) return emitSteps(b, scan)
        return steps === 1 ? undefined : emitWindows(b, scan, steps, emitSteps)
      },
      true,
    ),
})

/** Emits the steps of a scan of known length, 1 or more, one after another; returns its results. */
function emitSteps(b: Builder, scan: Eqn): readonly Value[] {
  const { body } = scan
  const length = asNumber(scanLength(scan))
  if (body === undefined || length === undefined) throw new Error(`${scan.op} has no known number of steps`)
  const { consts, carries } = scanCounts(scan)
  const xs = scan.ins.slice(consts + carries)
  let carried = scan.ins.slice(consts, consts + carries)
  const ys: Value[][] = body.results.slice(carries).map(() => [])
  for (let i = 0; i < length; i++) {
    const t = scan.attrs.reverse === true ? length - 1 - i : i
    const results = emitBlock(b, body, [...scan.ins.slice(0, consts), ...carried, ...xs.map(x => row(b, x, t))])
    carried = results.slice(0, carries)
    for (const [j, list] of ys.entries()) list[t] = results[carries + j]
  }
  return [...carried, ...ys.map(list => stack(b, list))]
}

const row = (b: Builder, x: Value, t: number): Value =>
  reshape(
    b,
    b.emit('slice', [x], { axis: -x.shape.length, start: constant(t), size: constant(1) }, x),
    x.shape.slice(1),
  )

function stack(b: Builder, rows: readonly Value[]): Value {
  const each = rows.map(r => reshape(b, r, [constant(1), ...r.shape]))
  return each.length === 1 ? each[0] : b.emit('concat', each, { axis: -each[0].shape.length })
}
