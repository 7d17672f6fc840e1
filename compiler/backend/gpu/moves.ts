// Kernels that move computed values: several arrays into one, a packed result to strided places.

/** Most arrays that one kernel joins. */
export const mostJoined = 6

/**
 * Joins arrays end to end: `function(a0, o0, e0, a1, o1) { … }` reads each from o on, and fills up to the place e, the last to the end. An
 * absent array gives zeros.
 */
export function joining(present: readonly boolean[]): string {
  const last = present.length - 1
  const args = present.flatMap((is, i) => [...(is ? [`a${i}`, `o${i}`] : []), ...(i < last ? [`e${i}`] : [])])
  const lines = present.map((is, i) => {
    const value = is ? `a${i}[o${i} + this.thread.x - ${i === 0 ? '0' : `e${i - 1}`}]` : '0'
    return i < last ? `if (this.thread.x < e${i}) { return ${value}; }` : `return ${value};`
  })
  return [`function(${args.join(', ')}) {`, ...lines.map(l => `  ${l}`), '}'].join('\n')
}

/** Lays an array over part of another from s on: `function(a0, a1, o0, o1, s) { … }`, or over zeros with `function(a1, o1, s) { … }`. */
export function overlaying(length: number, over: boolean): string {
  const other = over ? 'a0[o0 + this.thread.x]' : '0'
  return [
    `function(${over ? 'a0, a1, o0' : 'a1'}, o1, s) {`,
    `  if (this.thread.x < s) { return ${other}; }`,
    `  if (this.thread.x >= s + ${length}) { return ${other}; }`,
    '  return a1[o1 + this.thread.x - s];',
    '}',
  ].join('\n')
}

/** A dimension of a packed array, and the stride at which its elements are written. */
export interface Spread {
  readonly size: number
  /** Stride of the dimension in the packed array. */
  readonly packed: number
  readonly stride: number
}

/**
 * Spreads a packed array a1 over strided places, from the first of them to the last, and keeps the old values between them:
 * `function(a0, a1, o0) { … }`, or zeros with `function(a1) { … }`. Throws a plain Error where two dimensions overlap.
 */
export function spreading(dims: readonly Spread[], over: boolean): string {
  const ordered = dims.filter(d => d.size > 1).sort((a, b) => Math.abs(b.stride) - Math.abs(a.stride))
  const other = over ? 'a0[o0 + this.thread.x]' : '0'
  const lines: string[] = []
  const terms: string[] = []
  let rest = 'this.thread.x'
  ordered.forEach(({ size, packed, stride }, i) => {
    const by = Math.abs(stride)
    const inside = ordered.slice(i + 1).reduce((n, d) => n + (d.size - 1) * Math.abs(d.stride), 0)
    if (by <= inside) throw new Error('dimensions that overlap are not written')
    lines.push(`const q${i} = quotient(${rest}, ${by});`, `if (q${i} >= ${size}) { return ${other}; }`)
    lines.push(`const r${i} = ${rest} - q${i} * ${by};`)
    rest = `r${i}`
    const index = stride < 0 ? `(${size - 1} - q${i})` : `q${i}`
    terms.push(packed === 1 ? index : `${index} * ${packed}`)
  })
  if (ordered.length > 0) lines.push(`if (${rest} > 0) { return ${other}; }`)
  const place = terms.length === 0 ? '0' : terms.join(' + ')
  return [`function(${over ? 'a0, a1, o0' : 'a1'}) {`, ...lines.map(l => `  ${l}`), `  return a1[${place}];`, '}'].join(
    '\n',
  )
}
