// Numbers of 512 bits, the reference for double precision: values m · 2^e, rounded down after each operation.
export interface Precise {
  readonly m: bigint
  readonly e: number
}

const bits = 512

/** The number of bits: five for each digit in base 32, but for those that the first has none of. */
function size(m: bigint): number {
  const digits = (m < 0n ? -m : m).toString(32)
  return 5 * digits.length - (Math.clz32(Number.parseInt(digits[0], 32)) - 27)
}

function normal(m: bigint, e: number): Precise {
  if (m === 0n) return { m, e: 0 }
  const excess = size(m) - bits
  return excess > 0 ? { m: m >> BigInt(excess), e: e + excess } : { m, e }
}

/** Converts a double, exactly. */
export function precise(x: number): Precise {
  if (x === 0) return { m: 0n, e: 0 }
  let e = 0
  let v = x
  while (!Number.isInteger(v)) {
    v *= 2
    e--
  }
  return normal(BigInt(v), e)
}

export const neg = ({ m, e }: Precise): Precise => ({ m: -m, e })
export const abs = (x: Precise): Precise => (x.m < 0n ? neg(x) : x)

export function add(x: Precise, y: Precise): Precise {
  if (x.m === 0n) return y
  if (y.m === 0n) return x
  const [high, low] = x.e + size(x.m) >= y.e + size(y.m) ? [x, y] : [y, x]
  if (high.e + size(high.m) - low.e - size(low.m) > 2 * bits) return high
  const e = Math.min(high.e, low.e)
  return normal((high.m << BigInt(high.e - e)) + (low.m << BigInt(low.e - e)), e)
}

export const sub = (x: Precise, y: Precise): Precise => add(x, neg(y))
export const mul = (x: Precise, y: Precise): Precise => normal(x.m * y.m, x.e + y.e)
export const div = (x: Precise, y: Precise): Precise => {
  const shift = 2 * bits
  return normal((x.m << BigInt(shift)) / y.m, x.e - shift - y.e)
}

export const less = (x: Precise, y: Precise): boolean => sub(x, y).m < 0n

export function sqrt(x: Precise): Precise {
  if (x.m <= 0n) return { m: 0n, e: 0 }
  const shift = 2 * bits + ((x.e + 2 * bits) % 2 === 0 ? 0 : 1)
  const m = x.m << BigInt(shift)
  let root = 1n << BigInt(Math.ceil(size(m) / 2))
  for (;;) {
    const next = (root + m / root) >> 1n
    if (next >= root) break
    root = next
  }
  return normal(root, (x.e - shift) / 2)
}

/** Rounds down to an integer. */
export const floor = ({ m, e }: Precise): Precise => (e >= 0 ? { m, e } : normal(m >> BigInt(-e), 0))

/** The nearest integer. */
function rounded({ m, e }: Precise): bigint {
  if (e >= 0) return m << BigInt(e)
  return ((m >> BigInt(-e - 1)) + 1n) >> 1n
}

const one = precise(1)
const two = precise(2)

/** Sums term(i) until the terms vanish; each is made of the one before. */
function series(first: Precise, next: (term: Precise, i: number) => Precise): Precise {
  let sum = first
  let term = first
  for (let i = 1; ; i++) {
    term = next(term, i)
    if (term.m === 0n || term.e + size(term.m) < sum.e + size(sum.m) - bits - 8) return sum
    sum = add(sum, term)
  }
}

/** arctan(1 / n), or artanh(1 / n) if `hyperbolic`. */
function inverseTangent(n: number, hyperbolic: boolean): Precise {
  const square = precise(hyperbolic ? n * n : -n * n)
  let power = div(one, precise(n))
  let sum = power
  for (let i = 3; power.e + size(power.m) > sum.e + size(sum.m) - bits - 8; i += 2) {
    power = div(power, square)
    sum = add(sum, div(power, precise(i)))
  }
  return sum
}

const ln2 = mul(two, inverseTangent(3, true))
/** Machin's formula. */
const pi = mul(precise(4), sub(mul(precise(4), inverseTangent(5, false)), inverseTangent(239, false)))

/** Stands for e^x for large x of either sign: practically infinite, or 0. */
const huge: Precise = { m: 1n, e: 1e12 }
const tiny: Precise = { m: 1n, e: -1e12 }

export function exp(x: Precise): Precise {
  if (x.m === 0n) return one
  if (x.e + size(x.m) > 20) return x.m > 0n ? huge : tiny
  const n = rounded(div(x, ln2))
  const rest = sub(x, mul(precise(Number(n)), ln2))
  const halvings = 16
  const small = { m: rest.m, e: rest.e - halvings }
  let power = series(one, (term, i) => div(mul(term, small), precise(i)))
  for (let i = 0; i < halvings; i++) power = mul(power, power)
  return { m: power.m, e: power.e + Number(n) }
}

/** Natural logarithm of a positive number, by Halley's method. */
export function log(x: Precise): Precise {
  const places = size(x.m)
  const near = Math.log(Number(x.m >> BigInt(Math.max(0, places - 60)))) + Math.max(0, places - 60) * Math.LN2
  let y = precise(near)
  const mantissa = { m: x.m, e: 0 }
  for (let i = 0; i < 3; i++) {
    const power = exp(y)
    y = add(y, div(mul(two, sub(mantissa, power)), add(mantissa, power)))
  }
  return add(y, mul(precise(x.e), ln2))
}

/** sin x, or cos x. */
export function sin(x: Precise, cosine = false): Precise {
  const half = { m: pi.m, e: pi.e - 1 }
  const n = rounded(div(x, half))
  const r = sub(x, mul(normal(n, 0), half))
  const square = neg(mul(r, r))
  const quarter = Number((((n + (cosine ? 1n : 0n)) % 4n) + 4n) % 4n)
  const term = quarter % 2 === 0 ? r : one
  const from = quarter % 2 === 0 ? 1 : 0
  const value =
    r.m === 0n && from === 1
      ? r
      : series(term, (t, i) => div(mul(t, square), precise((2 * i + from) * (2 * i + from - 1))))
  return quarter < 2 ? value : neg(value)
}

/** The nearest double, up to the last bit. */
export function toNumber({ m, e }: Precise): number {
  const excess = Math.max(0, size(m) - 60)
  const exponent = e + excess
  const head = Number(m >> BigInt(excess))
  // Scales in two steps, so that neither overflows early.
  const half = Math.max(-2000, Math.min(2000, Math.trunc(exponent / 2)))
  const other = Math.max(-2000, Math.min(2000, exponent - half))
  return exponent < -2000 ? 0 : head * 2 ** half * 2 ** other
}
