// Arrays of binary files: rows of numbers, of which what they feed says how many axes they have, and how wide an item is.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { once } from '../once.ts'
import { asRead } from './encoding.ts'
import { Grid } from './grid.ts'
import { type Labels, labelsOfNumbers } from './labelTables.ts'
import { held } from './numberText.ts'
import { originOf } from './raggedSequences.ts'
import { asWritten } from './rounding.ts'
import { countedPlaces } from './rowPlaces.ts'
import type { Origin, Sequences, Series, StoredArray } from './value.ts'

/** Makes an array of zeros, for checks without data. */
export const arrayOfZeros = (file: string, name: string, dims: readonly number[]): StoredArray => ({
  kind: 'array',
  file,
  name,
  dims,
  values: new Uint8Array(dims.reduce((n, dim) => n * dim, 1)),
  isTruths: false,
  large: new Map(),
})

/**
 * Reads an array as a value. Its first dim are the rows; the next are axes, as many as the value feeds, and the others the item. Where
 * nothing tells their number, the last dim is the item, and those before it are axes. RNN404 for a number that is not finite.
 */
export function readArray(array: StoredArray, span: Span, axes?: number): Series | Sequences {
  const { file, name, dims, isTruths, large, notFinite } = array
  const [rows, ...inner] = dims
  const depth = Math.min(axes ?? Math.max(0, inner.length - 1), inner.length)
  const item = inner.slice(depth)
  const width = item.reduce((n, dim) => n * dim, 1)
  const values = Grid.of(array.values, width)
  const origin: Origin = { file, places: countedPlaces(rows), ...(name !== '' && { name }) }
  const series: Series = {
    kind: 'series',
    rows: values.length / width,
    item,
    values,
    encoding: asRead(width),
    source: name === '' ? file : name,
    origins: [origin],
    ...(isTruths && { truths: true }),
    large,
    ...(large.size > 0 && { labels: once(() => exactLabels(values, large)) }),
    rounding: asWritten(values),
  }
  const value = depth === 0 ? series : withAxes(series, dims.slice(0, depth + 1))
  if (notFinite === undefined) return value
  const text = String(values.at(notFinite))
  const type = text === 'NaN' ? 'number' : held
  return fail('RNN404', { text, type, where: originOf(value, notFinite) }, { span })
}

/** Cuts elements into sequences, whose lengths are the dims after the first. */
function withAxes(series: Series, [rows, length, ...inner]: readonly number[]): Sequences {
  let lists = rows * length
  const below = inner.map(each => {
    const lengths = new Int32Array(lists).fill(each)
    lists *= each
    return lengths
  })
  return { kind: 'sequences', series, lengths: new Int32Array(rows).fill(length), inner: below }
}

/** Gives numbers as labels, to the last digit where they are large. */
function exactLabels(values: Grid, large: ReadonlyMap<number, string>): Labels {
  const { texts, codes } = labelsOfNumbers(values, String)
  const known = new Map(texts.map((text, code) => [text, code]))
  const all = [...texts]
  for (const [place, text] of large) {
    const code = known.get(text) ?? all.push(text) - 1
    known.set(text, code)
    codes[place] = code
  }
  return { texts: all, codes }
}
