// Takes multiples of 2π off angles too large for the subtraction of a few parts of π, exactly (Payne & Hanek 1983).
import {
  add,
  apply,
  bind,
  call,
  constant,
  int,
  lane,
  local,
  mul,
  read,
  select,
  set,
  splat,
  sub,
  when,
} from '../../code/build.ts'
import type { Expr, Func, Statement } from '../../code/code.ts'
import type { Library } from '../library.ts'

/** 2/π in digits of 24 bits behind the point. */
const digits = [
  0xa2f983, 0x6e4e44, 0x1529fc, 0x2757d1, 0xf534dd, 0xc0db62, 0x95993c, 0x439041, 0xfe5163, 0xabdebb, 0xc561b7,
  0x246e3a, 0x424dd2, 0xe00649, 0x2eea09, 0xd1921c, 0xfe1deb, 0x1cb129, 0xa73ee8, 0x8235f5, 0x2ebb44, 0x84e99c,
  0x7026b4, 0x5f7e41, 0x3991d6, 0x398353, 0x39f49c, 0x845f8b, 0xbdf928, 0x3b1ff8, 0x97ffde, 0x05980f, 0xef2f11,
  0x8b5a0a, 0x6d1f6d, 0x367ecf, 0x27cb09, 0xb74f46, 0x3f669e, 0x5fea2d, 0x7527ba, 0xc7ebe5, 0xf17b3d, 0x0739f7,
  0x8a5292, 0xea6bfb, 0x5fb11f, 0x8d5d08, 0x560330, 0x46fc7b,
]

/** From here on an angle is large. */
const large = 2 ** 20

const digitBits = 24
const f64 = (value: number): Expr => constant('f64', value)

/** An angle that differs from x by a multiple of 2π, and is at most a little above π if x is large. */
export const reducedAngle = (x: Expr, library: Library): Expr => call('f64', useReduced(library), [x])

/** A digit of 2/π; 0 in front of the first. */
const useDigit = (library: Library): string =>
  library.use('digitOfTwoOverPi', () => {
    const k = local('k', 'i32')
    const found = local('found', 'f64')
    /** Halves the range until one digit is left. */
    const search = (from: number, to: number): Statement[] => {
      if (to - from === 1) return [set(found, f64(digits[from]))]
      const middle = (from + to) >> 1
      return [when(apply('lt', [read(k), int(middle)]), search(from, middle), search(middle, to))]
    }
    return {
      name: 'digitOfTwoOverPi',
      comment: 'a digit of 2/π of 24 bits',
      params: [k],
      body: [bind(found, f64(0)), when(apply('below', [read(k), int(digits.length)]), search(0, digits.length))],
      result: read(found),
    }
  })

/** How many digits of the product with 2/π are summed up. */
const places = 5

const useReduced = (library: Library): string =>
  library.use('reducedAngle', (): Func => {
    const x = local('x', 'f64')
    const angle = local('angle', 'f64')
    const size = apply('abs', [read(x)])
    return {
      name: 'reducedAngle',
      comment: 'an angle without multiples of 2π, if it is large',
      params: [x],
      body: [
        bind(angle, read(x)),
        when(apply('lt', [f64(large), size]), [
          ...reduction(size, angle, library),
          set(angle, select(apply('neg', [read(angle)]), read(angle), apply('lt', [read(x), f64(0)]))),
          // Infinity less infinity is NaN.
          set(angle, select(read(angle), sub(read(x), read(x)), apply('lt', [size, f64(Number.POSITIVE_INFINITY)]))),
        ]),
      ],
      result: read(angle),
    }
  })

/** x is three digits times 2^(24 q). The digits of its product with 2/π that count quarters in fours are left out. */
function reduction(size: Expr, angle: ReturnType<typeof local>, library: Library): Statement[] {
  const statements: Statement[] = []
  const name = (wish: string, value: Expr): Expr => {
    const to = local(wish, value.type)
    statements.push(bind(to, value))
    return read(to)
  }
  const bits = apply('shr', [apply('bits', [splat(size)]), int(52)])
  const exponent = sub(lane(apply('narrow', [bits]), 0), int(1023))
  const quotient = apply('floor', [mul(apply('toF64', [exponent]), f64(1 / digitBits))])
  const q = name('q', apply('toI32', [quotient]))
  const power = apply('widen', [splat(sub(int(1023), mul(q, int(digitBits))))])
  const scale = lane(apply('real', [apply('shl', [power, int(52)])]), 0)
  const parts: Expr[] = []
  let rest = name('rest', mul(size, scale))
  for (let j = 0; j < 3; j++) {
    const whole = name(`x${j}`, apply('floor', [rest]))
    parts.push(whole)
    rest = name(`rest${j}`, mul(sub(rest, whole), f64(2 ** digitBits)))
  }
  const digit = (k: Expr): Expr => call('f64', useDigit(library), [k])
  const sums = Array.from({ length: places }, (_, d) =>
    name(`f${d}`, parts.map((p, j) => mul(p, digit(add(q, int(d - j - 1))))).reduce(add)),
  )
  const inFours = (v: Expr): Expr => {
    const value = name('v', v)
    return sub(value, mul(f64(4), apply('floor', [mul(value, f64(0.25))])))
  }
  const scaled = (d: number): Expr => mul(sums[d], f64(2 ** (-digitBits * d)))
  const high = name('high', inFours(add(add(inFours(sums[0]), inFours(scaled(1))), scaled(2))))
  const quarters = name('quarters', apply('nearest', [high]))
  const fraction = add(sub(high, quarters), add(scaled(3), scaled(4)))
  // Two quarters and more count from the other side.
  const turned = select(sub(quarters, f64(4)), quarters, apply('lt', [f64(2), quarters]))
  statements.push(set(angle, mul(add(turned, fraction), f64(Math.PI / 2))))
  return statements
}
