// Random numbers from a seed and a name: the draws of one name do not depend on earlier draws of others.
// The generator is xoshiro128** (Blackman & Vigna 2018), its state hashed from both; the same on every platform.

/** Draws the next number, uniform in [0, 1) with 53 random bits. Calling it moves its own state and nothing else. */
export type Random = () => number

/** The generator for one purpose: `name` keeps, say, the weights of two parameters apart under one seed. */
export function random(seed: number, name = ''): Random {
  const next = words(seed, name)
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53
}

/** Uniform in [low, high). */
export const uniform = (draw: Random, low: number, high: number): number => low + (high - low) * draw()

/** Standard normal, by the polar method of Marsaglia & Bray (1964). */
export function normal(draw: Random): number {
  for (;;) {
    const u = 2 * draw() - 1
    const v = 2 * draw() - 1
    const s = u * u + v * v
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s)
  }
}

/** Standard normal truncated at two deviations; numbers outside are drawn again. */
export function truncatedNormal(draw: Random): number {
  for (;;) {
    const x = normal(draw)
    if (Math.abs(x) <= 2) return x
  }
}

/** The numbers 0 … count - 1 in random order (Fisher & Yates). */
export function permutation(count: number, draw: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}

/** xoshiro128**: 32-bit words. */
function words(seed: number, name: string): () => number {
  let [a, b, c, d] = state(seed, name)
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result >>> 0
  }
}

/** Four words hashed from the bits of `seed` and the characters of `name`. */
function state(seed: number, name: string): readonly [number, number, number, number] {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, seed + 0)
  let hash = mix(bits.getInt32(0)) ^ Math.imul(bits.getInt32(4), 0x9e3779b1)
  for (let i = 0; i < name.length; i++) hash = mix(hash ^ name.charCodeAt(i)) + 0x9e3779b9
  const word = (n: number) => mix(hash + Math.imul(n, 0x9e3779b9))
  const all = [word(1), word(2), word(3), word(4)] as const
  // Avoids the one state that xoshiro cannot leave.
  return all.every(w => w === 0) ? [1, 2, 3, 4] : all
}

/** The finalizer of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
