// checkpoint: trades time for memory. Saves only the carries between windows of a loop, and recomputes each window for the gradient.
// Chen, Xu, Zhang, Guestrin, Training deep nets with sublinear memory cost (2016).
import { isRecomputed } from '../ir/graph.ts'
import { emitWindows, type WindowSize } from './emitWindows.ts'
import type { Pass } from './pass.ts'
import { replaceScans } from './replaceScans.ts'

/** For T steps and windows of k, the gradient saves T/k carries, and k steps at a time. */
export const checkpoint = (size: WindowSize): Pass => ({
  name: 'checkpoint',
  contract: 'the gradient of a loop that is not a window stores only the carries between windows',
  run: (context, block) =>
    replaceScans(
      context,
      block,
      (b, scan) =>
        isRecomputed(scan)
          ? undefined
          : emitWindows(b, scan, size, (window, steps) => window.emitAll('scan', steps.ins, steps.attrs, steps.body), {
              recompute: true,
            }),
      false,
    ),
})
