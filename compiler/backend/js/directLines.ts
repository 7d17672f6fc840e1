// Writes the lines of a product that is not packed.
// It computes blocks of two rows by four columns, two terms of the sums an iteration, with known sizes and strides written out:
// while the known operand stays in the cache, that is as fast as packed blocks.
import { add, asNumber, constant, type Dim, multiply } from '../../ir/dim.ts'
import type { GemmKernel, Operand } from '../../plan/plan.ts'
import type { Frame } from './frame.ts'
import { createNest } from './nest.ts'

/** The name of a loop's index, or a position that is known. */
type Index = string | number

/** Joins terms by `+`; leaves out those that are 0. */
const sum = (...terms: readonly (string | number)[]): string =>
  terms.filter(term => term !== 0 && term !== '0').join(' + ') || '0'

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

/**
 * Gives the lines of a product whose number of columns is known. With strong zeros the results are added up as well, which costs less than
 * to test each: if the total is NaN, the lines `repair` are run.
 */
export function directLines(kernel: GemmKernel, frame: Frame, repair: readonly string[]): string[] {
  const { m, n, k, batch, ...operands } = kernel
  const nest = createNest(frame, batch)
  const inside = nest.before[nest.depth]
  const locals = new Map<string, string>()
  const local = (wish: string): string => {
    const name = locals.get(wish) ?? frame.local(wish)
    locals.set(wish, name)
    return name
  }
  /** A known number, or the name of a constant that holds the size. */
  const known = (dim: Dim, wish: string): string | number => {
    const number = asNumber(dim)
    if (number !== undefined) return number
    const text = frame.size(dim)
    if (/^[\w$]+$/.test(text)) return text
    const name = locals.get(text) ?? frame.local(wish)
    if (!locals.has(text)) nest.before[0].push(`const ${name} = ${text}`)
    locals.set(text, name)
    return name
  }
  const matrix = (operand: Operand) => {
    const [rows, columns] = operand.strides.slice(batch.length)
    const start = nest.address({ ...operand, strides: operand.strides.slice(0, batch.length) }).text
    const shift = (row: number, column: number): string | number =>
      known(add(multiply(rows, constant(row)), multiply(columns, constant(column))), 'shift')
    return { buffer: frame.buffer(operand.buffer), start, rows, columns, shift }
  }
  const [a, b, c] = [operands.a, operands.b, operands.c].map(matrix)

  /** Loops over a size in steps of `width`. The remainder is one block where the size is known, else steps of one. */
  function steps(size: Dim, width: number, wish: string, body: (at: Index, width: number) => string[]): string[] {
    const end = known(size, 'end')
    if (typeof end === 'number') {
      const whole = end - (end % width)
      if (end <= width) return end === 0 ? [] : body(0, end)
      const left = end > whole ? block(body(whole, end - whole)) : []
      if (whole === width) return [...block(body(0, width)), ...left]
      const i = local(wish)
      return [...loop(`for (let ${i} = 0; ${i} < ${whole}; ${i} += ${width})`, body(i, width)), ...left]
    }
    const i = local(wish)
    return [
      `let ${i} = 0`,
      ...loop(`for (; ${i} + ${width} <= ${end}; ${i} += ${width})`, body(i, width)),
      ...loop(`for (; ${i} < ${end}; ${i}++)`, body(i, 1)),
    ]
  }

  /** The offset of `index` rows or columns. */
  const along = (stride: Dim, index: Index): string | number => {
    if (index === 0 || asNumber(stride) === 0) return 0
    if (typeof index === 'number') return known(multiply(stride, constant(index)), 'shift')
    return asNumber(stride) === 1 ? index : `${index} * ${frame.factor(stride)}`
  }

  /** The lines that sum and store one block of results. */
  function tile(row: Index, column: Index, height: number, width: number): string[] {
    const [p, q, r] = ['p', 'q', 'r'].map(local)
    const sums = range(height).map(i => range(width).map(j => local(`s${i}${j}`)))
    const from = `${p} = ${sum(a.start, along(a.rows, row))}, ${q} = ${sum(b.start, along(b.columns, column))}`
    /** Adds the next one or two terms of every sum; two are added to each other first, so that they need not wait for the sum. */
    const terms = (count: 1 | 2, assign: '=' | '+='): string[] => {
      const ahead = range(count)
      const x = (i: number, k: number): string => local(`${'xu'[k]}${i}`)
      const y = (j: number, k: number): string => local(`${'yv'[k]}${j}`)
      const rows = range(height).map(i => ahead.map(k => `${x(i, k)} = ${a.buffer}[${sum(p, a.shift(i, k))}]`))
      const columns = range(width).map(j => ahead.map(k => `${y(j, k)} = ${b.buffer}[${sum(q, b.shift(k, j))}]`))
      const line = (i: number): string =>
        sums[i].map((s, j) => `${s} ${assign} ${ahead.map(k => `${x(i, k)} * ${y(j, k)}`).join(' + ')}`).join(', ')
      const lines = range(height).map(i => (assign === '=' ? `const ${line(i)}` : line(i)))
      return [...[...rows, ...columns].map(reads => `const ${reads.join(', ')}`), ...lines]
    }
    const zeros = sums.map(line => `let ${line.map(s => `${s} = 0`).join(', ')}`)
    const stores = [
      `const ${r} = ${sum(c.start, along(c.rows, row), along(c.columns, column))}`,
      ...sums.map((line, i) => line.map((s, j) => `${c.buffer}[${sum(r, c.shift(i, j))}] = ${s}`).join(', ')),
      ...(repair.length === 0 ? [] : [`${local('all')} += ${sums.flat().join(' + ')}`]),
    ]
    const totals = (): string[] => {
      const depth = known(k, 'depth')
      if (depth === 0) return zeros
      if (depth === 1 || depth === 2) return [`const ${from}`, ...terms(depth, '=')]
      const one = terms(1, '+=')
      const i = local('k')
      const round = [...terms(2, '+='), `${p} += ${a.shift(0, 2)}, ${q} += ${b.shift(2, 0)}`]
      if (typeof depth === 'string') {
        const rounds = loop(`for (; ${i} + 2 <= ${depth}; ${i} += 2)`, round)
        return [...zeros, `let ${i} = 0, ${from}`, ...rounds, ...loop(`if (${i} < ${depth})`, one)]
      }
      const whole = depth - (depth % 2)
      const rounds = loop(`for (let ${i} = 0; ${i} < ${whole}; ${i} += 2)`, round)
      return [...zeros, `let ${from}`, ...rounds, ...(depth > whole ? block(one) : [])]
    }
    return [...totals(), ...stores]
  }

  // Makes the block four wide where at least four columns are known, else four high.
  const wide = (asNumber(n) ?? 0) >= 4
  const [height, width] = wide ? [2, 4] : [4, Math.max(1, asNumber(n) ?? 1)]
  inside.push(...steps(n, width, 'n', (column, w) => steps(m, height, 'm', (row, h) => tile(row, column, h, w))))
  if (repair.length === 0) return nest.lines()
  const all = local('all')
  return [`let ${all} = 0`, ...nest.lines(), ...loop(`if (${all} !== ${all})`, repair)]
}

const loop = (head: string, lines: readonly string[]): string[] => [`${head} {`, ...lines.map(l => `  ${l}`), '}']

const block = (lines: readonly string[]): string[] => ['{', ...lines.map(l => `  ${l}`), '}']
