// Cuts loops into windows: one loop over the whole windows, and one over the steps that are left.
import { type Builder, type Context, createBuilder, reshape } from '../ir/builder.ts'
import { copyBlock } from '../ir/copyBlock.ts'
import { asNumber, constant, type Dim, multiply, subtract, windowsIn } from '../ir/dim.ts'
import { type Attrs, type Block, type Eqn, scanCounts, scanLength, type Value } from '../ir/graph.ts'

/** The number of steps of a window; `root` for about √length, so that windows and steps in each are about as many. */
export type WindowSize = number | 'root'

/** Emits the steps of one window; returns the carries that leave it, and the per-step outputs of its steps, stacked. */
export type EmitWindow = (b: Builder, steps: Eqn) => readonly Value[]

/**
 * Emits a scan window by window: `emit` makes the body of one, `attrs` are added to the scan over windows. Returns the new results,
 * or undefined for a length that is neither a number nor a single symbol, or a number with fewer than two windows.
 */
export function emitWindows(
  b: Builder,
  scan: Eqn,
  size: WindowSize,
  emit: EmitWindow,
  attrs: Attrs = {},
): readonly Value[] | undefined {
  const { body } = scan
  const length = scanLength(scan)
  const windows = windowsIn(length, size)
  if (body === undefined || windows === undefined) return undefined
  if (asNumber(length) !== undefined && (asNumber(windows.count) ?? 0) < 2) return undefined
  const { consts, carries } = scanCounts(scan)
  const covered = multiply(windows.count, windows.size)
  const left = subtract(length, covered)
  const xs = scan.ins.slice(consts + carries)

  const whole = (entering: readonly Value[]): readonly Value[] => {
    const cut = xs.map(x =>
      reshape(b, part(b, x, constant(0), covered), [windows.count, windows.size, ...x.shape.slice(1)]),
    )
    const outs = b.emitAll(
      'scan',
      [...scan.ins.slice(0, consts), ...entering, ...cut],
      { ...scan.attrs, length: windows.count, ...attrs },
      windowBody(b.context, scan, body, windows.size, emit),
    )
    return outs.map((out, i) => (i < carries ? out : reshape(b, out, [covered, ...out.shape.slice(2)])))
  }
  const rest = (entering: readonly Value[]): readonly Value[] =>
    b.emitAll(
      'scan',
      [...scan.ins.slice(0, consts), ...entering, ...xs.map(x => part(b, x, covered, left))],
      { ...scan.attrs, length: left },
      copyBlock(b.context, body),
    )

  const start = scan.ins.slice(consts, consts + carries)
  const [first, second] = scan.attrs.reverse === true ? [rest, whole] : [whole, rest]
  if (asNumber(left) === 0) return whole(start)
  const before = first(start)
  const after = second(before.slice(0, carries))
  const [early, late] = scan.attrs.reverse === true ? [after, before] : [before, after]
  return after.map((out, i) =>
    i < carries ? out : b.emit('concat', [early[i], late[i]], { axis: -out.shape.length }, scan.outs[i]),
  )
}

/** Slices `size` steps of x from `start` on. */
const part = (b: Builder, x: Value, start: Dim, size: Dim): Value =>
  b.emit('slice', [x], { axis: -x.shape.length, start, size }, x)

function windowBody(context: Context, scan: Eqn, body: Block, size: Dim, emit: EmitWindow): Block {
  const { consts, carries } = scanCounts(scan)
  const b = createBuilder(context)
  const params = body.params.map((param, i) =>
    b.param(i < consts + carries ? param : { dtype: param.dtype, shape: [size, ...param.shape] }, param),
  )
  return b.finish(emit(b, { ...scan, ins: params, attrs: { ...scan.attrs, length: size } }))
}
