// Types written on equations of a data block: `x: [2] over T = …`. They are checked, and say how deep lists are.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import * as D from '../../compiler/ir/dim.ts'
import type { Equation, Expr, TypeExpr } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { checkCodes } from './bindSizes.ts'
import { Example, Examples } from './example.ts'
import { type Feed, feedOf } from './feed.ts'
import { originOf } from './raggedSequences.ts'
import { type Argument, seriesOf } from './value.ts'

/** An equation with a type, and its value. */
export type Typed = Feed & { readonly isEquation: true }

/** Reads the value of an equation as its type says. Errors as those of `feedOf`, RNN106 and RNN207 for a type that is none. */
export const typedOf = (name: string, type: TypeExpr, value: Argument): Typed => ({
  ...feedOf(portOf(name, type), 'input', value),
  isEquation: true,
})

/** Lists the equations with a type. */
export const typedIn = (body: readonly Equation[]): (Equation & { readonly type: TypeExpr })[] =>
  body.flatMap(equation => (equation.type === undefined ? [] : [{ ...equation, type: equation.type }]))

/** RNN412 unless the values of an int, a truth or a code are of that type. */
export function checkTyped({ port, value, span }: Typed, sizes: Sizes): void {
  const { values, rows } = seriesOf(value)
  const all = new Examples(1, () => new Example(values, 0, rows, []))
  checkCodes(port, all, sizes, (_, place) => originOf(value, place), span)
}

function portOf(name: string, { item, axes }: TypeExpr): Port {
  const ofAxes = axes.map(({ name: { text }, length }) => ({
    name: text,
    size: length === undefined ? D.symbol(text) : dimOf(length),
    ragged: length === undefined,
  }))
  switch (item.kind) {
    case 'tensor':
      return { name, dtype: 'real', item: item.dims.map(dimOf), axes: ofAxes }
    case 'coded':
      return { name, dtype: 'int', item: [], axes: ofAxes, coding: { kind: item.coding, size: dimOf(item.size) } }
    case 'named': {
      const { text, span } = item.name
      const dtype = dtypes.find(type => type === text)
      const help = 'a type is `[D]`, `real`, `int`, `bool`, `token of V` or `class of V`'
      return dtype === undefined
        ? fail('RNN106', { name: text }, { span, help })
        : { name, dtype, item: [], axes: ofAxes }
    }
  }
}

const dtypes = ['real', 'int', 'bool'] as const

/** Reads a dim: numbers and free names, with `+ - *`. RNN207 for anything else. */
function dimOf(expr: Expr): D.Dim {
  const { span } = expr
  const wrong = (found: string): never =>
    fail('RNN207', { what: 'a dim', expected: 'a whole number of at least 1', found }, { span })
  switch (expr.kind) {
    case 'number':
      return Number.isInteger(expr.value) && expr.value >= 1 ? D.constant(expr.value) : wrong(String(expr.value))
    case 'name':
      return D.symbol(expr.name)
    case 'binary': {
      const operate = operations[expr.op]
      return operate === undefined ? wrong(`\`${expr.op}\``) : operate(dimOf(expr.left), dimOf(expr.right))
    }
    default:
      return wrong('something else')
  }
}

const operations: Readonly<Partial<Record<string, (a: D.Dim, b: D.Dim) => D.Dim>>> = {
  '+': D.add,
  '-': D.subtract,
  '*': D.multiply,
}
