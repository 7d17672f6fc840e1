// Makes identifiers: derived from the names of the source, valid, and unique.

const reserved: ReadonlySet<string> = new Set(
  (
    'arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try typeof undefined var void while with yield ' +
    'Math Number Float32Array Float64Array Int32Array Infinity NaN Error Object sizes inputs create run bind results executable'
  ).split(' '),
)

/** Gives a unique identifier: the first wish that is free, else the first wish with a number. */
export type Namer = (...wishes: readonly string[]) => string

/** A namer that avoids the reserved words and, if it is for an inner scope, the names in `outer`. */
export function createNamer(outer: ReadonlySet<string> = new Set()): Namer {
  const own = new Set<string>()
  /** The next number to try for a name: names are never freed, so none below it is free. */
  const next = new Map<string, number>()
  const free = (name: string): boolean => !reserved.has(name) && !outer.has(name) && !own.has(name)
  return (...wishes) => {
    const [first, ...others] = wishes.map(identifier)
    let name = [first, ...others].find(free)
    for (let i = next.get(first) ?? 2; name === undefined; i++) {
      const numbered = /\d$/.test(first) ? `${first}_${i}` : `${first}${i}`
      next.set(first, i)
      if (free(numbered)) name = numbered
    }
    own.add(name)
    return name
  }
}

/** Turns a name of the source into an identifier: `h0.W` into `h0_W`, `c'` into `c_next`. */
function identifier(wish: string): string {
  const text = wish.replaceAll("'", '_next').replace(/[^A-Za-z0-9_$]+/g, '_')
  if (text === '' || /^_+$/.test(text)) return 'v'
  return /^[0-9]/.test(text) ? `_${text}` : text
}
