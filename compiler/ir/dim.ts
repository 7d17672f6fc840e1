// Dimensions: integer polynomials of size symbols in normal form, so that batch and time stay symbolic down to the emitted code.
// An atom is a symbol `T`, or `T-2`, meaning max(0, T - 2): the length of a sequence whose ends were dropped. Of either there are
// `floor(T/16)`, the number of windows of 16 steps; `root(T)`: ⌈√T⌉, at least 1; and `floor(T/root(T))`.
import { fail } from '../../dsl/diagnostics.ts'

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

/** A variable of the polynomial: max(0, symbol - minus), or the root of that, or its number of windows of some steps or of its root. */
export interface Atom {
  readonly name: string
  readonly minus: number
  readonly window?: Window
}

type Window = number | 'root' | 'roots'

/** The number of each size symbol at run time. */
export type Sizes = Readonly<Record<string, number>>

export const constant = (value: number): Dim => ({ terms: value === 0 ? [] : [{ coefficient: value, atoms: [] }] })

/** The size symbol `name`, less `minus` and never below zero. */
export const symbol = (name: string, minus = 0): Dim => ofText(minus === 0 ? name : `${name}-${minus}`)

export const add = (a: Dim, b: Dim): Dim =>
  combine(a, b, (x, y) =>
    x.terms.length === 0 ? unlabelled(y) : y.terms.length === 0 ? unlabelled(x) : normal([...x.terms, ...y.terms]),
  )

export const subtract = (a: Dim, b: Dim): Dim => add(a, multiply(constant(-1), b))

/** Throws RNN121, without a source position, where the product of sums has too many terms to be of use. */
export const multiply = (a: Dim, b: Dim): Dim =>
  combine(a, b, (x, y) => {
    if (x.terms.length * y.terms.length > mostTerms)
      fail('RNN121', { most: mostTerms.toLocaleString('en'), what: 'terms of one size' }, { help: fewerTerms })
    const [first, second] = [asNumber(x), asNumber(y)]
    if (first !== undefined) return times(first, y)
    if (second !== undefined) return times(second, x)
    return normal(
      x.terms.flatMap(s =>
        y.terms.map(t => ({ coefficient: s.coefficient * t.coefficient, atoms: [...s.atoms, ...t.atoms].sort() })),
      ),
    )
  })

/** A number times a dim, whose terms stay in order. */
function times(by: number, dim: Dim): Dim {
  if (by === 1) return unlabelled(dim)
  return {
    terms: by === 0 ? [] : dim.terms.map(({ coefficient, atoms }) => ({ coefficient: by * coefficient, atoms })),
  }
}

/** As many terms as twelve sums of two have when multiplied out: 2^12. */
const mostTerms = 4096
const fewerTerms = 'the size of a value whose dims are long sums has too many terms: name the sums as free dims'

export const product = (dims: readonly Dim[]): Dim => dims.reduce(multiply, constant(1))

/** The strides of a dense row-major array of a shape. */
export const rowMajor = (shape: readonly Dim[]): Dim[] => shape.map((_, d) => product(shape.slice(d + 1)))

/** `dim` with a label, for messages in the names of the current unit's source. */
export const labelled = (dim: Dim, label: Dim): Dim => ({ terms: dim.terms, label })

export const unlabelled = (dim: Dim): Dim => (dim.label === undefined ? dim : { terms: dim.terms })

export const equal = (a: Dim, b: Dim): boolean =>
  a.terms === b.terms ||
  (a.terms.length === b.terms.length &&
    a.terms.every(({ coefficient, atoms }, i) => {
      const other = b.terms[i]
      return coefficient === other.coefficient && sameAtoms(atoms, other.atoms)
    }))

const sameAtoms = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((atom, i) => atom === b[i]))

export const sameShape = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((dim, i) => equal(dim, b[i]))

/** The pieces that tile 0 to `whole`, in order from `start` to end; undefined where the chain of pieces does not end there. */
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

/** Tells whether `dim` is provably 0 or more for all sizes. */
export const isNeverNegative = (dim: Dim): boolean => dim.terms.every(t => t.coefficient >= 0)

/** `dim` without the terms that are multiples of a product of sizes; all of it where `of` is a sum. */
export function withoutMultiples(dim: Dim, of: Dim): Dim {
  const [factor] = of.terms
  if (of.terms.length !== 1) return dim
  const isMultiple = ({ coefficient, atoms }: Term): boolean => {
    const left = [...atoms]
    for (const atom of factor.atoms) {
      const place = left.indexOf(atom)
      if (place < 0) return false
      left.splice(place, 1)
    }
    return coefficient % factor.coefficient === 0
  }
  return { terms: dim.terms.filter(t => !isMultiple(t)) }
}

/** The names of the symbols in `dim`, without offsets. */
export function symbolsOf(dim: Dim): string[] {
  const names: string[] = []
  for (const { atoms } of dim.terms) {
    for (const atom of atoms) {
      const { name } = readAtom(atom)
      if (!names.includes(name)) names.push(name)
    }
  }
  return names
}

/** The number that each atom of `dim` subtracts from its symbol, in the order of the terms: 2 for `T-2`. */
export const offsetsOf = (dim: Dim): number[] => atomsOf(dim).map(a => a.minus)

/** The terms of the sum, with their atoms read. */
export const termsOf = (dim: Dim): readonly { readonly coefficient: number; readonly atoms: readonly Atom[] }[] =>
  dim.terms.map(t => ({ coefficient: t.coefficient, atoms: t.atoms.map(readAtom) }))

/** An atom as a dimension. */
export const ofAtom = (atom: Atom): Dim => ofText(formatAtom(atom))

const ofText = (atom: string): Dim => ({ terms: [{ coefficient: 1, atoms: [atom] }] })

const atomsOf = (dim: Dim): Atom[] => dim.terms.flatMap(t => t.atoms.map(readAtom))

/** Throws a plain Error if a symbol has no size: the caller names it to the user. */
export function evaluate(dim: Dim, sizes: Sizes): number {
  let sum = 0
  for (const term of dim.terms) {
    let value = term.coefficient
    for (const atom of term.atoms) {
      const { name, minus, window } = readAtom(atom)
      if (!Object.hasOwn(sizes, name)) throw new Error(`size ${name} is not known`)
      value *= windowed(Math.max(0, sizes[name] - minus), window)
    }
    sum += value
  }
  return sum
}

/** Puts a number in place of a symbol. */
export function substitute(dim: Dim, name: string, value: number): Dim {
  if (!symbolsOf(dim).includes(name)) return dim
  const terms = dim.terms.map(({ coefficient, atoms }) =>
    product([
      constant(coefficient),
      ...atoms.map(text => {
        const atom = readAtom(text)
        if (atom.name !== name) return ofText(text)
        return constant(windowed(Math.max(0, value - atom.minus), atom.window))
      }),
    ]),
  )
  return terms.reduce(add, constant(0))
}

/** max(0, dim - by), for a number or a single symbol; undefined for any other expression. */
export function minusClamped(dim: Dim, by: number): Dim | undefined {
  const value = asNumber(dim)
  if (value !== undefined) return constant(Math.max(0, value - by))
  const atom = asAtom(dim)
  return atom && symbol(atom.name, atom.minus + by)
}

/**
 * Cuts a length into windows of `size`, or of about √length with `root`: the size of a window and the count of whole ones.
 * Undefined for an expression that is not a number or a single symbol.
 */
export function windowsIn(dim: Dim, size: number | 'root'): { readonly size: Dim; readonly count: Dim } | undefined {
  const value = asNumber(dim)
  if (value !== undefined) {
    const each = size === 'root' ? windowed(value, 'root') : size
    return { size: constant(each), count: constant(Math.floor(value / each)) }
  }
  const atom = asAtom(dim)
  if (atom === undefined) return undefined
  const whole = (window: Window): Dim => ofAtom({ ...atom, window })
  return size === 'root'
    ? { size: whole('root'), count: whole('roots') }
    : { size: constant(size), count: size === 1 ? dim : whole(size) }
}

/** `dim` as a single symbol and the number subtracted from it; undefined for any other expression. */
function asAtom(dim: Dim): Atom | undefined {
  const [term] = dim.terms
  if (dim.terms.length !== 1 || term.coefficient !== 1 || term.atoms.length !== 1) return undefined
  const atom = readAtom(term.atoms[0])
  return atom.window === undefined ? atom : undefined
}

/** Prints `4*units + 1`; `atom` prints the atoms, for code in another way than for text. */
export function format(dim: Dim, atom: (atom: Atom) => string = formatAtom): string {
  if (dim.terms.length === 0) return '0'
  return dim.terms
    .map((term, i) => {
      const factors = term.atoms.map(a => atom(readAtom(a)))
      const size = Math.abs(term.coefficient)
      const text = [...(size === 1 && factors.length > 0 ? [] : [String(size)]), ...factors].join('*')
      return i === 0 ? (term.coefficient < 0 ? `-${text}` : text) : `${term.coefficient < 0 ? ' - ' : ' + '}${text}`
    })
    .join('')
}

/** Prints a dimension in the names of the source where they are known: `units`, not `64`. */
export const formatLabel = (dim: Dim): string => format(dim.label ?? dim)

/** Reads the output of `format`. `T-1` without spaces is an atom, `T - 1` is a difference. */
export function parseDim(text: string): Dim {
  const signed = text.trim().replace(/^-/, '- ').replace(/ - /g, ' + - ').split(' + ')
  return signed
    .map(part => {
      const negative = part.startsWith('- ')
      const factors = (negative ? part.slice(2) : part).split('*').map(f => {
        if (/^\d+$/.test(f)) return constant(Number(f))
        if (!atomText.test(f)) throw new Error(`not a dimension: ${text}`)
        return ofAtom(readAtom(f))
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

const symbolText = String.raw`[A-Za-z_][\w$]*(?:-\d+)?`
const atomText = new RegExp(
  String.raw`^(?:${symbolText}|root\(${symbolText}\)|floor\((${symbolText})/(?:\d+|root\(\1\))\))$`,
)

function readAtom(atom: string): Atom {
  if (atom.endsWith(')')) {
    const [form, inside] = atom.slice(0, -1).split(/\((.*)/s)
    const [of, by] = inside.split('/')
    return { ...readAtom(of), window: form === 'root' ? 'root' : by.startsWith('root') ? 'roots' : Number(by) }
  }
  const dash = atom.lastIndexOf('-')
  return dash < 0 ? { name: atom, minus: 0 } : { name: atom.slice(0, dash), minus: Number(atom.slice(dash + 1)) }
}

export function formatAtom({ name, minus, window }: Atom): string {
  const all = minus === 0 ? name : `${name}-${minus}`
  if (window === undefined) return all
  return window === 'root' ? `root(${all})` : `floor(${all}/${window === 'roots' ? `root(${all})` : window})`
}

/** Prints an atom as JavaScript; `symbol` is the JavaScript of its symbol. */
export function atomCode({ minus, window }: Atom, symbol: string): string {
  const all = minus === 0 ? symbol : `Math.max(0, ${symbol} - ${minus})`
  const root = `Math.max(1, Math.ceil(Math.sqrt(${all})))`
  if (window === undefined) return all
  return window === 'root' ? root : `Math.floor(${all} / ${window === 'roots' ? root : window})`
}

function windowed(length: number, window: Window | undefined): number {
  const root = Math.max(1, Math.ceil(Math.sqrt(length)))
  if (window === undefined) return length
  return window === 'root' ? root : Math.floor(length / (window === 'roots' ? root : window))
}

function normal(terms: readonly Term[]): Dim {
  const merged = new Map<string, Term>()
  for (const term of terms) {
    const name = term.atoms.length === 1 ? term.atoms[0] : term.atoms.join('*')
    const before = merged.get(name)
    merged.set(name, before === undefined ? term : { ...term, coefficient: before.coefficient + term.coefficient })
  }
  return {
    terms: [...merged.entries()]
      .filter(([, t]) => t.coefficient !== 0)
      .sort(([a], [b]) => (a === b ? 0 : a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
      .map(([, t]) => t),
  }
}
