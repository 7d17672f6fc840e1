// Dimensions: integer polynomials of size symbols in normal form, so that batch and time stay symbolic down to the emitted code.
// An atom is a symbol `T`, or `T-2`, which means max(0, T - 2): the length of a sequence whose ends were dropped.

interface Term {
  readonly coefficient: number
  /** Sorted; a repeated atom is a power. */
  readonly atoms: readonly string[]
}

export interface Dim {
  /** Sorted by atoms, no zero coefficients, no two alike; the empty sum is 0. */
  readonly terms: readonly Term[]
  /** The same size in the names of the unit being read (`4*units`), for messages only. Equality ignores it. */
  readonly label?: Dim
}

/** What each size symbol stands for at run time. */
export type Sizes = Readonly<Record<string, number>>

export const constant = (value: number): Dim => normal([{ coefficient: value, atoms: [] }])

/** The size symbol `name`, less `minus` and never below zero. */
export const symbol = (name: string, minus = 0): Dim =>
  normal([{ coefficient: 1, atoms: [minus === 0 ? name : `${name}-${minus}`] }])

export const add = (a: Dim, b: Dim): Dim => combine(a, b, (x, y) => normal([...x.terms, ...y.terms]))

export const subtract = (a: Dim, b: Dim): Dim => add(a, multiply(constant(-1), b))

export const multiply = (a: Dim, b: Dim): Dim =>
  combine(a, b, (x, y) =>
    normal(
      x.terms.flatMap(s =>
        y.terms.map(t => ({ coefficient: s.coefficient * t.coefficient, atoms: [...s.atoms, ...t.atoms].sort() })),
      ),
    ),
  )

export const product = (dims: readonly Dim[]): Dim => dims.reduce(multiply, constant(1))

/** The strides of a dense row-major array of a shape. */
export const rowMajor = (shape: readonly Dim[]): Dim[] => shape.map((_, d) => product(shape.slice(d + 1)))

/** `dim` as the current unit's reader knows it: `label` is its text there. */
export const labelled = (dim: Dim, label: Dim): Dim => ({ terms: dim.terms, label })

export const unlabelled = (dim: Dim): Dim => (dim.label === undefined ? dim : { terms: dim.terms })

export const equal = (a: Dim, b: Dim): boolean =>
  a.terms === b.terms ||
  (a.terms.length === b.terms.length &&
    a.terms.every(({ coefficient, atoms }, i) => {
      const other = b.terms[i]
      return coefficient === other.coefficient && atoms.join('*') === other.atoms.join('*')
    }))

export const sameShape = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((dim, i) => equal(dim, b[i]))

/** Pieces in the order in which they lie end to end from 0 to `whole`, as far as they do; undefined where none ends there. */
export function endToEnd<T>(
  pieces: readonly T[],
  at: (piece: T) => { readonly start: Dim; readonly size: Dim },
  whole: Dim,
): readonly T[] | undefined {
  const left = [...pieces]
  const ordered: T[] = []
  let end = constant(0)
  for (;;) {
    const place = left.findIndex(piece => equal(at(piece).start, end))
    if (place < 0) return equal(end, whole) ? ordered : undefined
    const [next] = left.splice(place, 1)
    ordered.push(next)
    end = add(end, at(next).size)
  }
}

/** The number that `dim` is, or undefined while it holds a symbol. */
export function asNumber(dim: Dim): number | undefined {
  if (dim.terms.length === 0) return 0
  const [term] = dim.terms
  return dim.terms.length === 1 && term.atoms.length === 0 ? term.coefficient : undefined
}

/** The symbols that `dim` is made of, without offsets. */
export const symbolsOf = (dim: Dim): string[] => [
  ...new Set(dim.terms.flatMap(t => t.atoms.map(a => splitAtom(a).name))),
]

/** How many elements less than its symbol each atom of `dim` has, in the order of the terms: 2 of `T-2`. */
export const offsetsOf = (dim: Dim): number[] => dim.terms.flatMap(t => t.atoms.map(a => splitAtom(a).minus))

/** Throws a plain Error if a symbol has no size: the caller names it to the user. */
export function evaluate(dim: Dim, sizes: Sizes): number {
  let sum = 0
  for (const term of dim.terms) {
    let value = term.coefficient
    for (const atom of term.atoms) {
      const { name, minus } = splitAtom(atom)
      if (!Object.hasOwn(sizes, name)) throw new Error(`size ${name} is not known`)
      value *= Math.max(0, sizes[name] - minus)
    }
    sum += value
  }
  return sum
}

/** max(0, dim - by), for a number or a single symbol; undefined for any other expression. */
export function minusClamped(dim: Dim, by: number): Dim | undefined {
  const value = asNumber(dim)
  if (value !== undefined) return constant(Math.max(0, value - by))
  const [term] = dim.terms
  if (dim.terms.length > 1 || term.coefficient !== 1 || term.atoms.length > 1) return undefined
  const { name, minus } = splitAtom(term.atoms[0])
  return symbol(name, minus + by)
}

/** `4*units + 1`; in code, wrap atoms by `atom`. */
export function format(
  dim: Dim,
  atom: (name: string, minus: number) => string = (n, m) => (m ? `${n}-${m}` : n),
): string {
  if (dim.terms.length === 0) return '0'
  return dim.terms
    .map((term, i) => {
      const factors = term.atoms.map(a => atom(splitAtom(a).name, splitAtom(a).minus))
      const size = Math.abs(term.coefficient)
      const text = [...(size === 1 && factors.length > 0 ? [] : [String(size)]), ...factors].join('*')
      return i === 0 ? (term.coefficient < 0 ? `-${text}` : text) : `${term.coefficient < 0 ? ' - ' : ' + '}${text}`
    })
    .join('')
}

/** In the names of the source where they are known: `units`, not `64`. */
export const formatLabel = (dim: Dim): string => format(dim.label ?? dim)

/** Reads what `format` prints. `T-1` without spaces is an atom, `T - 1` is a difference. */
export function parseDim(text: string): Dim {
  const signed = text.trim().replace(/^-/, '- ').replace(/ - /g, ' + - ').split(' + ')
  return signed
    .map(part => {
      const negative = part.startsWith('- ')
      const factors = (negative ? part.slice(2) : part).split('*').map(f => {
        if (/^\d+$/.test(f)) return constant(Number(f))
        const atom = /^([A-Za-z_]\w*)(?:-(\d+))?$/.exec(f)
        if (atom === null) throw new Error(`not a dimension: ${text}`)
        return symbol(atom[1], Number(atom[2] ?? 0))
      })
      return multiply(constant(negative ? -1 : 1), product(factors))
    })
    .reduce(add, constant(0))
}

function combine(a: Dim, b: Dim, operate: (x: Dim, y: Dim) => Dim): Dim {
  const result = operate(a, b)
  if (a.label === undefined && b.label === undefined) return result
  return labelled(result, operate(a.label ?? a, b.label ?? b))
}

function splitAtom(atom: string): { name: string; minus: number } {
  const dash = atom.lastIndexOf('-')
  return dash < 0 ? { name: atom, minus: 0 } : { name: atom.slice(0, dash), minus: Number(atom.slice(dash + 1)) }
}

function normal(terms: readonly Term[]): Dim {
  const merged = new Map<string, Term>()
  for (const term of terms) {
    const name = term.atoms.join('*')
    const before = merged.get(name)?.coefficient ?? 0
    merged.set(name, { coefficient: before + term.coefficient, atoms: term.atoms })
  }
  return {
    terms: [...merged.entries()]
      .filter(([, t]) => t.coefficient !== 0)
      .sort(([a], [b]) => (a === b ? 0 : a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
      .map(([, t]) => t),
  }
}
