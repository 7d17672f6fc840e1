// Reads the header of an array of NumPy: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { fail } from '../../dsl/diagnostics.ts'
import type { ReadHeader } from './arrayFile.ts'
import { numberTypes } from './numberTypes.ts'
import { shown } from './shown.ts'

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Greatest length of a header, in bytes: those of plain numbers are shorter by far. */
const longest = 65_536

const decoder = new TextDecoder('latin1')

/** Makes the reader of headers. RNN435 for a type of elements that is no number. */
export const npyHeader =
  (file: string): ReadHeader =>
  (first, malformed) => {
    if (magic.some((byte, i) => i < first.length && first[i] !== byte)) {
      malformed('it does not begin as an array of NumPy', '`numpy.save` writes such a file')
    }
    if (first.length < 12) return undefined
    const [major, minor] = first.subarray(magic.length)
    if (major < 1 || major > 3 || minor !== 0)
      malformed(`it is of version ${major}.${minor}, and 1.0, 2.0 and 3.0 are known`)
    const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
    const [start, own] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)]
    if (own > longest) malformed(`its header is ${own} bytes long, and may have ${longest}`)
    if (first.length < start + own) return undefined
    const text = decoder.decode(first.subarray(start, start + own))
    const { descr, order, dims } = fieldsOf(text) ?? malformed(`its header is ${shown(text.trim())}`)
    const [, byteOrder, name] = /^'([<>|])([a-z]\d+)'$/.exec(descr) ?? []
    const type = numberTypes.get(name ?? '')
    if (type === undefined) return fail('RNN435', { file, type: shown(descr) })
    if (dims.length === 0) return malformed('its shape is (): its first dim is the number of its examples')
    return { type, isLittle: byteOrder !== '>', dims, isFortran: order === 'True', length: start + own }
  }

/** Reads the fields of the header, a dictionary as Python writes it; undefined for anything else. Python 2 wrote an L behind a dim. */
function fieldsOf(
  text: string,
): { readonly descr: string; readonly order: string; readonly dims: number[] } | undefined {
  const field = (name: string, value: string): string | undefined =>
    new RegExp(`[{,]\\s*'${name}'\\s*:\\s*(${value})\\s*[,}]`).exec(text)?.[1]
  const descr = field('descr', "'[^']*'|\\[.*\\]")
  const order = field('fortran_order', 'True|False')
  const shape = field('shape', '\\([\\dL,\\s]*\\)')
  if (descr === undefined || order === undefined || shape === undefined) return undefined
  const dims = [...shape.matchAll(/\d+/g)].map(Number)
  return dims.every(Number.isSafeInteger) ? { descr, order, dims } : undefined
}
