// Numbers from outside the file: hyper-parameters that are set, and sizes that data or weights bind. A model is checked with them
// as if they were written in it, and what is wrong because of them says which they are.
import type { Expr, Span, Unit } from '../../dsl/ast.ts'
import { type Diagnostic, type Label, RnnError } from '../../dsl/diagnostics.ts'
import type { OpTable } from '../ir/builder.ts'
import type { Sizes } from '../ir/dim.ts'
import { type CheckedModel, checkModel, chooseModel } from './checkModel.ts'
import type { LinkedProgram } from './program.ts'
import { namesIn } from './types.ts'

type Numbers = Readonly<Record<string, number>>

/** As `checkModel`. Where the program is right without the numbers, its errors name them. */
export function checkGiven(
  program: LinkedProgram,
  name: string | undefined,
  given: Numbers,
  ops?: OpTable,
): CheckedModel {
  try {
    return checkModel(program, name, given, ops)
  } catch (error) {
    if (!(error instanceof RnnError) || !isRight(() => checkModel(program, name, {}, ops))) throw error
    throw saying(error, chooseModel(program, name), given)
  }
}

/**
 * Checks a model that is right with `given` once more with sizes that were not known: whatever would be an error with these numbers in the
 * file is the same error now. Gives the warnings that they cause.
 */
export function checkSizes(
  program: LinkedProgram,
  name: string | undefined,
  given: Numbers,
  sizes: Sizes,
  ops?: OpTable,
): readonly Diagnostic[] {
  try {
    const { model, trainBlock, forTraining } = checkModel(program, name, { ...given, ...sizes }, ops)
    const training = trainBlock === undefined ? [] : forTraining().session.warnings
    return [...model.session.warnings, ...training]
  } catch (error) {
    throw error instanceof RnnError ? saying(error, chooseModel(program, name), sizes) : error
  }
}

function isRight(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof RnnError) return false
    throw error
  }
}

/** The same errors, with what each name of the model stands for. */
function saying(error: RnnError, unit: Unit, given: Numbers): RnnError {
  const labels = Object.entries(given).flatMap(([name, value]): Label[] => {
    const span = placeOf(unit, name)
    return span === undefined ? [] : [{ span, text: `\`${name}\` is ${value}` }]
  })
  return new RnnError(error.diagnostics.map(d => ({ ...d, labels: [...(d.labels ?? []), ...labels] })))
}

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
