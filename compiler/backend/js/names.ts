// Identifiers: derived from the names of the source, valid, and unique.

const reserved =
  'arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try typeof undefined var void while with yield ' +
  'Math Number Float32Array Float64Array Int32Array Infinity NaN Error Object sizes inputs create run executable'

/** Gives an identifier of its own: the first wish that is free, else the first with a number. */
export type Namer = (...wishes: readonly string[]) => string

/** A namer that avoids the reserved words and, if it is for an inner scope, the names in `outer`. */
export function createNamer(outer: Iterable<string> = []): Namer {
  const taken = new Set([...reserved.split(' '), ...outer])
  return (...wishes) => {
    const [first, ...others] = wishes.map(identifier)
    let name = [first, ...others].find(n => !taken.has(n))
    for (let i = 2; name === undefined; i++) {
      const numbered = /\d$/.test(first) ? `${first}_${i}` : `${first}${i}`
      if (!taken.has(numbered)) name = numbered
    }
    taken.add(name)
    return name
  }
}

/** `h0.W` as `h0_W`, `c'` as `c_next`. */
export function identifier(wish: string): string {
  const text = wish.replaceAll("'", '_next').replace(/[^A-Za-z0-9_$]+/g, '_')
  if (text === '' || /^_+$/.test(text)) return 'v'
  return /^[0-9]/.test(text) ? `_${text}` : text
}
