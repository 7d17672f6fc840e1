// Matrix products in handwritten WGSL: a thread sums a block of results, so that each element that it reads is used several times.
import { evaluate, type Sizes } from '../../ir/dim.ts'
import type { Operand } from '../../plan/plan.ts'
import { isSum } from '../../plan/reductions.ts'
import { type Axis, count, indent, loopsOver, placeOf } from './axisLoops.ts'
import { type Fold, isProduct } from './tasks.ts'
import type { OwnKernel } from './wgsl.ts'

/** c[batch, rows, columns] = Σ a[batch, rows, sums] b[batch, columns, sums]; the strides of each axis are those of a, b and c. */
interface Product {
  readonly a: Operand
  readonly b: Operand
  readonly c: Operand
  readonly batch: readonly Axis[]
  readonly rows: readonly Axis[]
  readonly columns: readonly Axis[]
  readonly sums: readonly Axis[]
  /** Whether the sums are added to the old values. */
  readonly add: boolean
  /** The operand with strong zeros. */
  readonly strong?: 'a' | 'b'
}

/** Fewest results for which blocks pay; fewer keep no device busy, however they are summed. */
const fewest = 512

/** Gives the kernel of a fold that sums products of two arrays; undefined where blocks do not pay, and for any other fold. */
export function productKernel(task: Fold, sizes: Sizes): OwnKernel | undefined {
  const product = productOf(task, sizes)
  if (product === undefined) return undefined
  const [rows, columns, batch] = [product.rows, product.columns, product.batch].map(count)
  const block = blockFor(rows, columns, batch)
  const pays = rows * columns * batch >= fewest && block.height > 1 && block.width > 1
  return pays ? blocked(product, block) : undefined
}

/** Recognizes a fold as a product; undefined if it is none or has nothing to do. */
function productOf({ domain, over, program, value, combine, to, add }: Fold, sizes: Sizes): Product | undefined {
  const last = program[value]
  if (!isSum({ combine }) || last.kind !== 'apply' || !isProduct(last.op)) return undefined
  const [a, b] = last.args.map(ref => {
    const i = program[ref]
    return i.kind === 'read' && i.indirect === undefined ? i.from : undefined
  })
  if (a === undefined || b === undefined) return undefined
  const axes = [...domain, ...over].map((dim, d): Axis => {
    const strides = [a.strides[d], b.strides[d], ...(d < domain.length ? [to.strides[d]] : [])]
    return { size: evaluate(dim, sizes), strides: strides.map(s => evaluate(s, sizes)) }
  })
  if (count(axes) === 0) return undefined
  const outer = axes.slice(0, domain.length).filter(axis => axis.size > 1)
  const rows = outer.filter(({ strides: [ofA, ofB] }) => ofA !== 0 && ofB === 0)
  const columns = outer.filter(({ strides: [ofA, ofB] }) => ofA === 0 && ofB !== 0)
  const batch = outer.filter(axis => !rows.includes(axis) && !columns.includes(axis))
  const strong = last.op === 'strong_mul' ? 'a' : undefined
  const product = { a, b, c: to, batch, rows, columns, sums: axes.slice(domain.length), add, strong } as const
  // Exchanges the operands where only rows are neighbours in memory, as neighbouring threads have neighbouring columns.
  return rows.at(-1)?.strides[0] === 1 && columns.at(-1)?.strides[1] !== 1 ? turned(product) : product
}

/** Exchanges the operands of a product. */
function turned({ a, b, rows, columns, batch, sums, strong, ...rest }: Product): Product {
  const turn = (axes: readonly Axis[]): Axis[] =>
    axes.map(({ size, strides: [ofA, ofB, ...ofC] }) => ({ size, strides: [ofB, ofA, ...ofC] }))
  const other = strong && ({ a: 'b', b: 'a' } as const)[strong]
  const axes = { rows: turn(columns), columns: turn(rows), batch: turn(batch), sums: turn(sums) }
  return { ...rest, ...axes, a: b, b: a, strong: other }
}

/** The block of results that a thread sums: `height` rows by `width` columns. */
interface Block {
  readonly height: number
  readonly width: number
}

const lengths = [8, 4, 2, 1]

/** Fewest threads that leave no part of a device idle. */
const enough = 128

/** Cost of reading an element from memory, in multiplications. */
const reading = 3

/** Chooses the block of least cost: reads and multiplications of all threads, or of `enough` where there are fewer. */
function blockFor(rows: number, columns: number, batch: number): Block {
  const cost = ({ height, width }: Block): number => {
    const threads = batch * Math.ceil(rows / height) * Math.ceil(columns / width)
    return Math.max(threads, enough) * (reading * (height + width) + height * width)
  }
  const blocks = lengths.flatMap(height => lengths.map(width => ({ height, width })))
  return blocks.reduce((best, block) => (cost(block) < cost(best) ? block : best))
}

function blocked({ a, b, c, batch, rows, columns, sums, add, strong }: Product, { height, width }: Block): OwnKernel {
  const [m, n] = [count(rows), count(columns)]
  // Gives a thread neighbouring rows, and columns that lie `across` apart, so that neighbouring threads read neighbours.
  const [down, across] = [Math.ceil(m / height), Math.ceil(n / width)]
  const each = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i))
  /** Computes the sums from 0; `term` multiplies two elements. */
  const summed = (from: string, by: string, begin: string, term: (x: string, y: string) => string): string[] => [
    ...each(height, i => `${begin}from${i} = params.o0${placeOf('batch', batch, 0)}${placeOf(`i${i}`, rows, 0)};`),
    ...each(width, j => `${begin}by${j} = params.o1${placeOf('batch', batch, 1)}${placeOf(`j${j}`, columns, 1)};`),
    ...each(height, i => each(width, j => `${begin}s${i}_${j} = 0.0;`)).flat(),
    ...loopsOver(
      sums,
      [each(height, i => `from${i}`), each(width, j => `by${j}`)],
      [
        ...each(height, i => `let x${i} = ${from}[from${i}];`),
        ...each(width, j => [
          `let y${j} = ${by}[by${j}];`,
          ...each(height, i => `s${i}_${j} += ${term(`x${i}`, `y${j}`)};`),
        ]).flat(),
      ],
    ),
  ]
  const all = each(height, i => each(width, j => `s${i}_${j}`)).flat()
  const lines = ([from, by]: readonly string[], [into]: readonly string[]): string[] => [
    `let row = i32(thread / ${across}u % ${down}u) * ${height};`,
    `let column = i32(thread % ${across}u);`,
    `let batch = i32(thread / ${across * down}u);`,
    // Sums the last row and column once more behind the edge, and does not write them.
    ...each(height, i => `let i${i} = ${within(`row + ${i}`, down * height, m)};`),
    ...each(width, j => `let j${j} = ${within(`column + ${j * across}`, across * width, n)};`),
    ...summed(from, by, 'var ', (x, y) => `${x} * ${y}`),
    // Sums all again if one is NaN: only then may a strong zero have been multiplied with infinity or NaN.
    ...(strong === undefined
      ? []
      : [
          `if (${all.map(isNotANumber).join(' || ')}) {`,
          ...indent(summed(from, by, '', (x, y) => `select(${x} * ${y}, 0.0, ${strong === 'a' ? x : y} == 0.0)`)),
          '}',
        ]),
    ...each(height, i =>
      each(width, j => {
        const places = [placeOf('batch', batch, 2), placeOf(`i${i}`, rows, 2), placeOf(`j${j}`, columns, 2)]
        const write = `${into}[params.o2${places.join('')}] ${add ? '+=' : '='} s${i}_${j};`
        const tests = [
          ...(down * height > m ? [`row + ${i} < ${m}`] : []),
          ...(across * width > n ? [`column + ${j * across} < ${n}`] : []),
        ]
        return tests.length === 0 ? write : `if (${tests.join(' && ')}) { ${write} }`
      }),
    ).flat(),
  ]
  return {
    arrays: [a.buffer, b.buffer],
    written: [c.buffer],
    offsets: [a.offset, b.offset, c.offset],
    specials: [],
    threads: [across, down, count(batch)],
    body: (arrays, written) => indent(lines(arrays, written)).join('\n'),
  }
}

/** Tests the bits, as a shader's compiler may assume that no number is NaN. */
const isNotANumber = (x: string): string => `(bitcast<u32>(${x}) & 0x7fffffffu) > 0x7f800000u`

/** Limits an index that takes `all` values to the last of `size`. */
const within = (index: string, all: number, size: number): string =>
  all === size ? index : `min(${index}, ${size - 1})`
