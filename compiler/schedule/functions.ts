// The functions of one or two reals that no instruction computes: inlined where a loop has vectors of floats, else called.
import { apply, call, lane, splat } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import type { Precision } from '../code/types.ts'
import { exp32, tanh32 } from './formulas/f32.ts'
import { cos64, exp64, expm164, log1p64, log64, pow64, sin64, tanh64 } from './formulas/f64.ts'
import { type FormulaWriter, formulaFunction } from './formulas/formula.ts'
import type { Library } from './library.ts'

type Formula = (writer: FormulaWriter, ...args: Expr[]) => Expr

/** Formulas over four floats. */
const floats = { exp: exp32, tanh: tanh32 } as const satisfies Record<string, Formula>

/** Formulas over two doubles. */
const doubles = {
  exp: exp64,
  expm1: expm164,
  log: log64,
  log1p: log1p64,
  tanh: tanh64,
  sin: sin64,
  cos: cos64,
  pow: pow64,
} as const satisfies Record<string, Formula>

export type FunctionName = keyof typeof doubles

export const isFunction = (name: string): name is FunctionName => Object.hasOwn(doubles, name)

const hasFloats = (name: FunctionName): name is keyof typeof floats => Object.hasOwn(floats, name)

/** Whether a loop over vectors has an operation's formula inline: some twenty statements and a dozen constants. */
export const inlines = (op: string, real: Precision): boolean => real === 'f32' && Object.hasOwn(floats, op)

/** Applies a function to scalars or vectors. */
export function applyFunction(name: FunctionName, args: readonly Expr[], writer: FormulaWriter): Expr {
  const { library } = writer
  const [{ type }] = args
  if (type === 'f32x4') {
    if (hasFloats(name)) return floats[name](writer, args[0])
    const half = (part: (x: Expr) => Expr): Expr => narrowed(name, args.map(part), writer)
    const low = half(x => apply('toF64', [x]))
    const high = half(x => apply('toF64', [apply('shuffle', [x, x], [2, 3, 2, 3])]))
    return writer.name(apply('shuffle', [low, high], [0, 1, 4, 5]))
  }
  if (type === 'f64x2') return writer.name(inDoubles(name, args, library))
  if (type === 'f64') return writer.name(lane(inDoubles(name, args.map(splat), library), 0))
  // The same bits as in a vector, wherever an element lies.
  if (hasFloats(name)) return writer.name(lane(call('f32x4', useFloats(name, library), args.map(splat)), 0))
  const wide = args.map(x => splat(apply('toF64', [x])))
  return writer.name(lane(narrowed(name, wide, writer), 0))
}

/** A function of doubles, rounded to floats. Powers below 2^-126 are 0: rounded to a double and again to a float, they would have no right digit. */
function narrowed(name: FunctionName, args: readonly Expr[], writer: FormulaWriter): Expr {
  const rounded = writer.name(apply('toF32', [inDoubles(name, args, writer.library)]))
  if (name !== 'pow') return rounded
  const tiny = apply('lt', [apply('abs', [rounded]), writer.constant('f32x4', 2 ** -126)])
  return writer.name(apply('real', [apply('andnot', [apply('bits', [rounded]), tiny])]))
}

function useFloats(name: keyof typeof floats, library: Library): string {
  return library.use(`${name}_f32x4`, () =>
    formulaFunction(`${name}_f32x4`, `${name} of four floats`, ['f32x4'], library, (writer, [x]) =>
      floats[name](writer, x),
    ),
  )
}

function inDoubles(name: FunctionName, args: readonly Expr[], library: Library): Expr {
  const types = args.map(() => 'f64x2' as const)
  const formula: Formula = doubles[name]
  const callee = library.use(`${name}_f64x2`, () =>
    formulaFunction(`${name}_f64x2`, `${name} of two doubles`, types, library, (writer, list) =>
      formula(writer, ...list),
    ),
  )
  return call('f64x2', callee, args)
}
