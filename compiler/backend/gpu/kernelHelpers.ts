// Functions that kernels call, as gpu.js source.
// They are exact to a few units in the last place of 32 bits, and keep infinities and NaN, while Math on a GPU gives NaN for tanh(90),
// 0 for max(NaN, 0), and cancels near 0.

import type { KernelFunction } from './gpuLibrary.ts'

type ScalarType = 'Number' | 'Integer'

interface Helper {
  readonly source: string
  readonly types: readonly ScalarType[]
  readonly returns: ScalarType
}

const numeric = (source: string): Helper => {
  const list = /\(([^)]*)\)/.exec(source)?.[1] ?? ''
  return { source, types: list.split(',').map(() => 'Number'), returns: 'Number' }
}

/** a + b x + c x² + … */
const polynomial = (x: string, coefficients: readonly number[]): string =>
  coefficients.map(String).reduceRight((rest, c) => `${c} + ${x} * (${rest})`)

/** The coefficients of a series. */
const series = (count: number, term: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => term(i))

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

const alternating = (i: number): number => (i % 2 === 0 ? 1 : -1)

/** The digits of 2 / π after the point in base 256: enough for the largest float and 40 bits after the point. */
const twoOverPi: readonly number[] = [
  0xa2, 0xf9, 0x83, 0x6e, 0x4e, 0x44, 0x15, 0x29, 0xfc, 0x27, 0x57, 0xd1, 0xf5, 0x34, 0xdd, 0xc0, 0xdb, 0x62, 0x95,
  0x99, 0x3c, 0x43,
]

/** The helpers by name. A comparison with NaN is false, so that NaN takes the last branch of each, which keeps it. */
const helpers: Readonly<Record<string, Helper>> = {
  larger: numeric(`function larger(x, y) {
  if (x > y) { return x; }
  if (y >= x) { return y; }
  return x + y;
}`),
  smaller: numeric(`function smaller(x, y) {
  if (x < y) { return x; }
  if (y <= x) { return y; }
  return x + y;
}`),
  wholePart: numeric(`function wholePart(x) {
  return Math.floor(x);
}`),
  powerOfTwo: numeric(`function powerOfTwo(n) {
  return Math.pow(2, n);
}`),
  // Splits x into n ln 2 and a rest that a series is enough for; multiplies by 2^n in two halves, as 2^128 overflows.
  exponential: numeric(`function exponential(x, infinity) {
  if (x > 88.7228) { return infinity; }
  if (x < -87.3365) { return 0; }
  const n = wholePart(x * ${Math.LOG2E} + 0.5);
  const r = (x - n * 0.693359375) + n * 0.00021219444005469057;
  const half = wholePart(n * 0.5);
  return (${polynomial(
    'r',
    series(8, i => 1 / factorial(i)),
  )}) * powerOfTwo(half) * powerOfTwo(n - half);
}`),
  // Uses its series near 0, where e^x - 1 cancels.
  exponentialLessOne: numeric(`function exponentialLessOne(x, infinity) {
  if (x > 0.35) { return exponential(x, infinity) - 1; }
  if (x < -0.35) { return exponential(x, infinity) - 1; }
  return x * (${polynomial(
    'x',
    series(8, i => 1 / factorial(i + 1)),
  )});
}`),
  // Uses the series of 2 artanh((x - 1) / (x + 1)) near 1.
  logarithm: numeric(`function logarithm(x, infinity, nan) {
  if (x > 3.4e38) { return x; }
  if (x > 0) {
    if (x < 0.7) { return Math.log(x); }
    if (x > 1.4) { return Math.log(x); }
    const s = (x - 1) / (x + 1);
    const t = s * s;
    return 2 * s * (${polynomial(
      't',
      series(6, i => 1 / (2 * i + 1)),
    )});
  }
  if (x === 0) { return 0 - infinity; }
  return nan;
}`),
  // Uses 2 artanh(x / (2 + x)) near 0, where its series needs six terms. The factor 2 is in s, which is as large as x.
  logarithm1p: numeric(`function logarithm1p(x, infinity, nan) {
  if (x < -0.25) { return logarithm(1 + x, infinity, nan); }
  if (x > 0.3) { return logarithm(1 + x, infinity, nan); }
  const s = x / (1 + 0.5 * x);
  const t = 0.25 * s * s;
  return s * (${polynomial(
    't',
    series(6, i => 1 / (2 * i + 1)),
  )});
}`),
  // Uses its series up to 0.25, and beyond that (1 - e) / (1 + e) for e = exp(-2 |x|), which does not overflow.
  hyperbolicTangent: numeric(`function hyperbolicTangent(x) {
  const t = x * x;
  if (t < 0.0625) { return x * (${polynomial('t', [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835])}); }
  if (x >= 0) {
    const e = exponential(-2 * smaller(x, 20), 0);
    return (1 - e) / (1 + e);
  }
  const f = exponential(2 * larger(x, -20), 0);
  return (f - 1) / (1 + f);
}`),
  // Looks up a digit of 2 / π in base 256; digit 0 is the first after the point.
  digitOfTwoOverPi: numeric(`function digitOfTwoOverPi(j) {
  if (j < 0) { return 0; }
${twoOverPi.map((digit, j) => `  if (j < ${j + 0.5}) { return ${digit}; }`).join('\n')}
  return 0;
}`),
  // Counts the quarters of a circle in x, rounded, modulo 4 (`part` 0), or gives the rest in quarters (1): multiplies by 2 / π, and
  // computes only the digits around the point, exactly (Payne & Hanek 1983). Drivers copy a function to each of its calls, so that the digits
  // are looked up at one place, in rounds: the first four only fill the window, p to t, whose digits one digit of the product needs.
  quarters: numeric(`function quarters(x, part) {
  let y = 0 + x;
  let k = 0;
  for (let i = 0; i < 13; i++) {
    if (y >= 16777216) {
      y = y * 0.00390625;
      k = k + 1;
    }
  }
  const a = wholePart(y * ${2 ** -16});
  const b = wholePart(y * ${2 ** -8}) - a * 256;
  const c = wholePart(y) - wholePart(y * ${2 ** -8}) * 256;
  const d = wholePart((y - wholePart(y)) * 256);
  const e = wholePart((y - wholePart(y)) * 65536) - d * 256;
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let t = 0;
  let carry = 0;
  let rest = 0;
  let weight = ${2 ** -40};
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    p = q;
    q = r;
    r = s;
    s = t;
    t = digitOfTwoOverPi(k + 6 - i);
    if (i > 3) {
      sum = a * p + b * q + c * r;
      sum = sum + d * s + e * t + carry;
      carry = wholePart(sum * 0.00390625);
      if (i < 9) { rest = rest + (sum - carry * 256) * weight; }
      weight = weight * 256;
    }
  }
  const up = wholePart(rest + 0.5);
  if (part === 0) { return sum + up - 4 * wholePart((sum + up) * 0.25); }
  return rest - up;
}`),
  // Subtracts a multiple of π / 2 in three parts, then uses a series up to π / 4; `quarter` is 0 for the sine, 1 for the cosine.
  circular: numeric(`function circular(x, quarter) {
  let n = wholePart(x * ${2 / Math.PI} + 0.5);
  let r = ((x - n * 1.5703125) - n * 0.0004837512969970703) - n * 7.549790126404332e-8;
  let sign = 1;
  if (x < 0) { sign = -1; }
  if (sign * x > 4096) {
    for (let part = 0; part < 2; part++) {
      const found = sign * quarters(sign * x, part);
      if (part < 1) { n = found; }
      r = found * ${Math.PI / 2};
    }
  }
  const q = n + quarter - 4 * wholePart((n + quarter) * 0.25);
  const t = r * r;
  const sine = r * (${polynomial(
    't',
    series(5, i => alternating(i) / factorial(2 * i + 1)),
  )});
  const cosine = ${polynomial(
    't',
    series(6, i => alternating(i) / factorial(2 * i)),
  )};
  if (q < 0.5) { return sine; }
  if (q < 1.5) { return cosine; }
  if (q < 2.5) { return 0 - sine; }
  return 0 - cosine;
}`),
  // Avoids Math near 1, where it is too coarse for the 1 - b^t of an optimizer.
  power: numeric(`function power(x, y, infinity, nan) {
  if (y === 0) { return 1; }
  if (x === 0) {
    if (y > 0) { return 0; }
    return infinity;
  }
  if (x > 0) {
    if (x < 0.7) { return Math.pow(x, y); }
    if (x > 1.4) { return Math.pow(x, y); }
    return exponential(y * logarithm(x, infinity, nan), infinity);
  }
  const size = Math.pow(0 - x, y);
  if (wholePart(y) === y) {
    if (2 * wholePart(y * 0.5) === y) { return size; }
    return 0 - size;
  }
  return nan;
}`),
  root: numeric(`function root(x, nan) {
  if (x >= 0) { return Math.sqrt(x); }
  return nan;
}`),
  // Corrects the result by one: a GPU may divide integers in floats.
  quotient: {
    source: `function quotient(a, b) {
  const q = Math.floor((a + 0.5) / b);
  const r = a - q * b;
  if (r < 0) { return q - 1; }
  if (r >= b) { return q + 1; }
  return q;
}`,
    types: ['Integer', 'Integer'],
    returns: 'Integer',
  },
  remainder: {
    source: `function remainder(a, b) {
  return a - quotient(a, b) * b;
}`,
    types: ['Integer', 'Integer'],
    returns: 'Integer',
  },
  whole: {
    source: `function whole(x) {
  return Math.floor(x);
}`,
    types: ['Number'],
    returns: 'Integer',
  },
}

/** Finds the helpers that some text calls, and those that these call. */
export function helpersIn(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (where: string): void => {
    for (const [, name] of where.matchAll(/(?<![.\w])(\w+)\(/g)) {
      if (!Object.hasOwn(helpers, name) || found.has(name)) continue
      found.add(name)
      look(helpers[name].source)
    }
  }
  look(text)
  return found
}

/** Declares the helpers that some text calls in GLSL: gpu.js may define one below another that calls it. */
export const declarationsOf = (text: string): string =>
  [...helpersIn(text)]
    .map(name => {
      const { types, returns } = helpers[name]
      return `${glsl[returns]} ${name}(${types.map(t => glsl[t]).join(', ')});\n`
    })
    .join('')

const glsl: Readonly<Record<ScalarType, string>> = { Number: 'float', Integer: 'int' }

/** Gives the helpers that some text calls in the form that gpu.js takes. */
export const functionsOf = (text: string): KernelFunction[] =>
  [...helpersIn(text)].map(name => {
    const { source, types, returns } = helpers[name]
    return { name, source, settings: { argumentTypes: types, returnType: returns } }
  })
