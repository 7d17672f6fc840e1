// Scatters in handwritten WGSL: a thread owns one place in every row, and adds the values sent there one after the other.
// As a fold, each place in each row looks at all values sent to any row; here each sent value is looked at once.
import { constant, evaluate, product, rowMajor, type Sizes } from '../../ir/dim.ts'
import type { FreshBuffer } from '../../plan/freshBuffers.ts'
import { pruned } from '../../plan/instructions.ts'
import type { Operand, Ref } from '../../plan/plan.ts'
import { type Axis, count, indent, loopsOver, placeOf } from './axisLoops.ts'
import type { Each, Fold, Scatter } from './tasks.ts'
import type { OwnKernel } from './wgsl.ts'

/** Fewest values looked at for which this pays; a fold that looks at fewer may do so. */
const fewest = 2 ** 16

/**
 * Gives the kernel of a fold that is a scatter and looks at many values; undefined where it looks at few, and for any other fold. Values
 * and indices that do not lie in memory are computed `before`.
 */
export function scatterKernel(
  { scatter, domain, over, hint }: Fold,
  sizes: Sizes,
  fresh: FreshBuffer,
): { readonly before: readonly Each[]; readonly kernel: OwnKernel } | undefined {
  if (scatter === undefined || evaluate(product([...domain, ...over]), sizes) < fewest) return undefined
  const { program } = scatter
  const all = [...scatter.over, ...scatter.domain]
  const before: Each[] = []
  const laid = (ref: Ref): Operand => {
    const i = program[ref]
    if (i.kind === 'read' && i.indirect === undefined) return i.from
    const to = { buffer: fresh(product(all), hint), offset: constant(0), strides: rowMajor(all) }
    before.push({ kind: 'each', hint, domain: all, ...pruned(program, [{ value: ref, to }]) })
    return to
  }
  const values = laid(scatter.value)
  return { before, kernel: serial(scatter, values, laid(scatter.indirect.at), sizes) }
}

/** Builds the kernel. `values` and `rows` have strides over the dimensions `over` of the scatter, then its `domain`. */
function serial({ over, domain, to, indirect }: Scatter, values: Operand, rows: Operand, sizes: Sizes): OwnKernel {
  const axes = [...over, ...domain].map((dim, d): Axis => {
    const strides = [values.strides[d], rows.strides[d], ...(d < over.length ? [] : [to.strides[d - over.length]])]
    return { size: evaluate(dim, sizes), strides: strides.map(s => evaluate(s, sizes)) }
  })
  const [sent, places] = [axes.slice(0, over.length), axes.slice(over.length)]
  const [size, stride] = [indirect.size, indirect.stride].map(d => evaluate(d, sizes))
  const lines = ([from, where]: readonly string[], [into]: readonly string[]): readonly string[] => [
    'let place = i32(thread);',
    `var value = params.o0${placeOf('place', places, 0)};`,
    `var row = params.o1${placeOf('place', places, 1)};`,
    `let first = params.o2${placeOf('place', places, 2)};`,
    ...loopsOver(
      sent,
      [['value'], ['row']],
      [
        `let at = ${where}[row];`,
        `if (at >= 0.0 && at < ${size}.0) { ${into}[first + i32(at) * ${stride}] += ${from}[value]; }`,
      ],
    ),
  ]
  return {
    arrays: [values.buffer, rows.buffer],
    written: [to.buffer],
    offsets: [values.offset, rows.offset, to.offset],
    specials: [],
    threads: [count(places), 1, 1],
    body: (arrays, written) => indent(lines(arrays, written)).join('\n'),
  }
}
