// Draws random orthonormal vectors, by blocks that stay in the cache: about as fast as products of matrices.
import type { Work } from './work.ts'

/** Vectors of a block; a multiple of `tile`. */
const blockSize = 32
/** How many rows of either side of a product are taken together. */
const tile = 4
/** A vector that keeps less than this share of its length is orthogonalized again: rounding errors are a large part of so short a vector. */
const leastRest = 0.1
/** Number of multiplications and additions that take as long as drawing one number. */
const operationsADraw = 350

/**
 * Plain numbers, not a typed array: once any buffer of a process was transferred, as when a module in WebAssembly grew its memory, V8
 * asks at each element of a typed array whether its buffer is still there, which takes twice the time of all the rest.
 */
type Vector = number[]

/** Work of `orthonormal`, in numbers drawn. */
export const workOfOrthonormal = (count: number, length: number): number =>
  count * length * (1 + (2 * (count - 1)) / operationsADraw)

/**
 * Gives `count` orthonormal vectors of a length that is not smaller: the Q of the QR, with a positive diagonal of R, of vectors drawn by
 * `next`. Uses Gram and Schmidt's modified method, a block at a time; a vector of which little is left is orthogonalized again, which
 * makes it orthogonal to rounding (Kahan & Parlett).
 */
export function* orthonormal(count: number, length: number, next: () => number): Work<readonly Vector[]> {
  const vectors: Vector[] = []
  for (let i = 0; i < count; i++) {
    vectors.push(Array.from({ length }, next))
    yield length
  }
  // Fills the last tile with rows of zeros, which change nothing.
  const rows = [...vectors]
  while (rows.length % tile !== 0) rows.push(vectors[0].slice().fill(0))
  const products = new Array<number>(blockSize * blockSize).fill(0)
  const work = (pairs: number): number => (4 * pairs * length) / operationsADraw
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(start + blockSize, count)
    const lengths = vectors.slice(start, end).map(norm)
    for (let before = 0; before < start; before += blockSize) {
      removeBlock(rows, { from: start, to: end }, { from: before, to: before + blockSize }, products)
      yield work((end - start) * blockSize)
    }
    for (let i = start; i < end; i += tile) {
      const last = Math.min(i + tile, end)
      removeBlock(rows, { from: i, to: last }, { from: start, to: i }, products)
      for (let k = i; k < last; k++) {
        orthogonalize(vectors, i, k, lengths[k - start])
        yield work(k - start)
      }
    }
  }
  return vectors
}

/**
 * Removes from vector `i` its components along those from `start`, and again along all before it while little is left of `length`, its
 * original length. Then scales it to length 1.
 */
function orthogonalize(vectors: readonly Vector[], start: number, i: number, length: number): void {
  const vector = vectors[i]
  for (let j = start; j < i; j++) remove(vector, vectors[j])
  for (let last = length, rest = norm(vector); rest < leastRest * last; ) {
    for (let j = 0; j < i; j++) remove(vector, vectors[j])
    last = rest
    rest = norm(vector)
  }
  divide(vector, norm(vector))
}

function divide(vector: Vector, by: number): void {
  for (let k = 0; k < vector.length; k++) vector[k] /= by
}

/** Range of rows, in whole tiles except for the last ones of all. */
interface Range {
  readonly from: number
  readonly to: number
}

/** Removes from each of some rows its component along each of others, which are orthonormal. */
function removeBlock(rows: readonly Vector[], some: Range, others: Range, products: number[]): void {
  for (const work of [multiplyTile, subtractTile]) {
    for (let i = some.from; i < some.to; i += tile) {
      for (let j = others.from; j < others.to; j += tile)
        work(rows, i, j, products, (i - some.from) * blockSize + j - others.from)
    }
  }
}

/** Multiplies four rows with four others, in registers. */
function multiplyTile(rows: readonly Vector[], left: number, right: number, products: number[], at: number): void {
  let [ap, aq, ar, as] = [0, 0, 0, 0]
  let [bp, bq, br, bs] = [0, 0, 0, 0]
  let [cp, cq, cr, cs] = [0, 0, 0, 0]
  let [dp, dq, dr, ds] = [0, 0, 0, 0]
  const [a, b, c, d] = [rows[left], rows[left + 1], rows[left + 2], rows[left + 3]]
  const [p, q, r, s] = [rows[right], rows[right + 1], rows[right + 2], rows[right + 3]]
  for (let k = 0; k < a.length; k++) {
    const va = a[k]
    const vb = b[k]
    const vc = c[k]
    const vd = d[k]
    const vp = p[k]
    const vq = q[k]
    const vr = r[k]
    const vs = s[k]
    ap += va * vp
    aq += va * vq
    ar += va * vr
    as += va * vs
    bp += vb * vp
    bq += vb * vq
    br += vb * vr
    bs += vb * vs
    cp += vc * vp
    cq += vc * vq
    cr += vc * vr
    cs += vc * vs
    dp += vd * vp
    dq += vd * vq
    dr += vd * vr
    ds += vd * vs
  }
  products[at] = ap
  products[at + 1] = aq
  products[at + 2] = ar
  products[at + 3] = as
  products[at + blockSize] = bp
  products[at + blockSize + 1] = bq
  products[at + blockSize + 2] = br
  products[at + blockSize + 3] = bs
  products[at + 2 * blockSize] = cp
  products[at + 2 * blockSize + 1] = cq
  products[at + 2 * blockSize + 2] = cr
  products[at + 2 * blockSize + 3] = cs
  products[at + 3 * blockSize] = dp
  products[at + 3 * blockSize + 1] = dq
  products[at + 3 * blockSize + 2] = dr
  products[at + 3 * blockSize + 3] = ds
}

/** Removes from four rows their components along four others. */
function subtractTile(rows: readonly Vector[], left: number, right: number, products: number[], at: number): void {
  const ap = products[at]
  const aq = products[at + 1]
  const ar = products[at + 2]
  const as = products[at + 3]
  const bp = products[at + blockSize]
  const bq = products[at + blockSize + 1]
  const br = products[at + blockSize + 2]
  const bs = products[at + blockSize + 3]
  const cp = products[at + 2 * blockSize]
  const cq = products[at + 2 * blockSize + 1]
  const cr = products[at + 2 * blockSize + 2]
  const cs = products[at + 2 * blockSize + 3]
  const dp = products[at + 3 * blockSize]
  const dq = products[at + 3 * blockSize + 1]
  const dr = products[at + 3 * blockSize + 2]
  const ds = products[at + 3 * blockSize + 3]
  const [a, b, c, d] = [rows[left], rows[left + 1], rows[left + 2], rows[left + 3]]
  const [p, q, r, s] = [rows[right], rows[right + 1], rows[right + 2], rows[right + 3]]
  for (let k = 0; k < a.length; k++) {
    const vp = p[k]
    const vq = q[k]
    const vr = r[k]
    const vs = s[k]
    a[k] -= ap * vp + aq * vq + ar * vr + as * vs
    b[k] -= bp * vp + bq * vq + br * vr + bs * vs
    c[k] -= cp * vp + cq * vq + cr * vr + cs * vs
    d[k] -= dp * vp + dq * vq + dr * vr + ds * vs
  }
}

/** Removes from a vector its component along one of length 1. */
function remove(vector: Vector, direction: Vector): void {
  const along = dot(vector, direction)
  for (let k = 0; k < vector.length; k++) vector[k] -= along * direction[k]
}

/** Sums in four parts at once: a single sum waits for each addition. */
function dot(a: Vector, b: Vector): number {
  let [p, q, r, s] = [0, 0, 0, 0]
  const whole = a.length - (a.length % 4)
  for (let k = 0; k < whole; k += 4) {
    p += a[k] * b[k]
    q += a[k + 1] * b[k + 1]
    r += a[k + 2] * b[k + 2]
    s += a[k + 3] * b[k + 3]
  }
  for (let k = whole; k < a.length; k++) p += a[k] * b[k]
  return p + q + (r + s)
}

const norm = (a: Vector): number => Math.sqrt(dot(a, a))
