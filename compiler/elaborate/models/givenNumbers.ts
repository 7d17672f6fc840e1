// Numbers from outside the file: hyper-parameters that are set, and sizes that data or weights bind. A model is checked with them
// as if they were written in it, and what is wrong because of them says which they are.
import type { Expr, Span, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, fail, type Label, RnnError } from '../../../dsl/diagnostics.ts'
import { strange } from '../../../dsl/scanText.ts'
import type { OpTable } from '../../ir/builder.ts'
import { namesIn } from '../expand/typeExpressions.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'
import { type CheckedModel, checkModel } from './checkModel.ts'

/** Numbers by the names that they stand for. */
export type Numbers = Readonly<Record<string, number>>

/** As `checkModel`; errors that are there because of the numbers name them. */
export function checkGiven(program: LinkedProgram, unit: Unit, given: Numbers, ops?: OpTable): CheckedModel {
  return naming(unit, given, {}, numbers => checkModel(program, unit, numbers, ops))
}

/**
 * Checks a model that is right with `given` once more with sizes that were not known: whatever would be an error with these numbers in the
 * file is the same error now. Gives the warnings that they cause. `notes` says more of a size, such as which labels it counts.
 */
export function checkSizes(
  program: LinkedProgram,
  unit: Unit,
  given: Numbers,
  sizes: Numbers,
  notes: Readonly<Record<string, string>>,
  ops?: OpTable,
): readonly Diagnostic[] {
  return naming(unit, sizes, notes, numbers => {
    const { model, trainBlock, forTraining } = checkModel(program, unit, { ...given, ...numbers }, ops)
    const training = trainBlock === undefined ? [] : forTraining().session.warnings
    return [...model.session.warnings, ...training]
  })
}

/** Runs a check; each error that it would not find without a number has a label where the model names it. */
function naming<T>(
  unit: Unit,
  given: Numbers,
  notes: Readonly<Record<string, string>>,
  check: (numbers: Numbers) => T,
): T {
  for (const [name, value] of Object.entries(given)) {
    const what = strange(String(value))
    if (what !== undefined) fail('RNN122', { number: `\`${value}\``, what }, { span: placeOf(unit, name) })
  }
  try {
    return check(given)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    const labels = Object.entries(given).map(([name, value]) => {
      const { [name]: _, ...others } = given
      const note = Object.hasOwn(notes, name) ? `: ${notes[name]}` : ''
      return {
        span: placeOf(unit, name),
        text: `\`${name}\` is ${value}${note}`,
        without: errorsOf(() => check(others)),
      }
    })
    const because = (d: Diagnostic): Label[] =>
      labels.flatMap(({ span, text, without }) =>
        span === undefined || without.some(other => isSame(other, d)) ? [] : [{ span, text }],
      )
    throw new RnnError(error.diagnostics.map(d => ({ ...d, labels: [...(d.labels ?? []), ...because(d)] })))
  }
}

function errorsOf(check: () => unknown): readonly Diagnostic[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof RnnError) return error.diagnostics
    throw error
  }
}

const isSame = (a: Diagnostic, b: Diagnostic): boolean =>
  a.code === b.code && a.span?.file === b.span?.file && a.span?.start === b.span?.start && a.span?.end === b.span?.end

/** Where a model names a hyper-parameter, or first a size. */
function placeOf(unit: Unit, name: string): Span | undefined {
  const types = unit.body.flatMap(s => (s.kind === 'input' || s.kind === 'target' ? [s.type] : []))
  const dims = types.flatMap(({ item, axes }): Expr[] => [
    ...(item.kind === 'tensor' ? item.dims : item.kind === 'coded' ? [item.size] : []),
    ...axes.flatMap(a => a.length ?? []),
  ])
  return (
    unit.params.find(p => p.name.text === name)?.name.span ?? dims.flatMap(namesIn).find(n => n.name === name)?.span
  )
}
