// Checks a model with numbers from outside the file (hyper-parameters that are set, sizes that data or weights bind) as if it held them.
// An error that comes from such a number names it.
import type { Span, Unit } from '../../../dsl/ast.ts'
import { sizesIn } from '../../../dsl/children.ts'
import { type Diagnostic, fail, type Label, RnnError } from '../../../dsl/diagnostics.ts'
import { unrepresentable } from '../../../dsl/scanText.ts'
import { namesIn } from '../expand/typeExpressions.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'
import { type CheckedModel, checkModel, type Elaboration } from './checkModel.ts'

/** Numbers by the names that they stand for. */
export type Numbers = Readonly<Record<string, number>>

/** A model to be checked with numbers from outside the file. */
export interface GivenModel {
  readonly program: LinkedProgram
  readonly unit: Unit
  readonly given: Numbers
  readonly how?: Elaboration
}

/** As `checkModel`; an error that comes from one of the numbers names it. */
export function checkGiven({ program, unit, given, how }: GivenModel): CheckedModel {
  return naming(unit, given, {}, numbers => checkModel(program, unit, numbers, how))
}

/**
 * Checks a model that is valid with its numbers again, with sizes that were not known before: throws the errors that the file would have
 * with these sizes in it, and gives its warnings. `notes` explains a size, such as which labels it counts.
 */
export function checkSizes(
  { program, unit, given, how }: GivenModel,
  sizes: Numbers,
  notes: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  return naming(unit, sizes, notes, numbers => {
    const { model, trainBlock, forTraining } = checkModel(program, unit, { ...given, ...numbers }, how)
    const training = trainBlock === undefined ? [] : forTraining().session.warnings
    return [...model.session.warnings, ...training]
  })
}

/** Runs a check; an error that would not occur without one of the numbers gets a label where the model names that number. */
function naming<T>(
  unit: Unit,
  given: Numbers,
  notes: Readonly<Record<string, string>>,
  check: (numbers: Numbers) => T,
): T {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'number')
      fail('RNN509', { what: name, expected: 'a number', found: `a value of type ${typeof value}` })
    const what = unrepresentable(String(value))
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

/** Finds the place where a model declares a hyper-parameter, or first names a size. */
function placeOf(unit: Unit, name: string): Span | undefined {
  const sizes = unit.body.flatMap(s => (s.kind === 'input' || s.kind === 'target' ? sizesIn(s.type) : []))
  const hyper = unit.params.find(p => p.name.text === name)
  return hyper?.name.span ?? sizes.flatMap(namesIn).find(n => n.name === name)?.span
}
