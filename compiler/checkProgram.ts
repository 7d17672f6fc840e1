// Finds all errors and warnings of a program.
import type { Fn, Unit } from '../dsl/ast.ts'
import type { Diagnostic } from '../dsl/diagnostics.ts'
import { type CompiledModel, type CompileOptions, compileProgram } from './compileModel.ts'
import { checkBlocks } from './elaborate/linking/checkBlocks.ts'
import { checkNames } from './elaborate/linking/checkNames.ts'
import { type LinkedProgram, linkProgram } from './elaborate/linking/linkProgram.ts'
import { textWarnings } from './elaborate/linking/textWarnings.ts'
import { belongsTo, chooseModel } from './elaborate/models/checkModel.ts'
import { type CheckedAlone, checkAlone } from './elaborate/units/checkAlone.ts'
import { attempt, distinct } from './elaborate/values/collectProblems.ts'
import { format } from './ir/dim.ts'
import { naive } from './passes/pipeline.ts'

/**
 * Gives all errors and warnings of a program: of each model, with each graph that it is meant for, and of each unit that no model
 * uses; or of the one model of the options. `sets` apply to that one, or to the model that training would choose.
 */
export function check(source: string, options: CompileOptions = {}): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  attempt(problems, () => {
    const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
    for (const d of checkProgram(program, options).found) problems.push(d)
  })
  return distinct(problems, options.file ?? 'model.rnn')
}

/** What a check of a program has found. */
export interface CheckedProgram {
  readonly found: readonly Diagnostic[]
  /** The models without mistakes of their own, of those that were checked. */
  readonly models: readonly CompiledModel[]
  /** Units and fns that were checked by themselves, as no model uses them. */
  readonly alone: readonly CheckedAlone[]
}

/** As `check`, for a parsed and linked program. A program of units alone needs no model. */
export function checkProgram(program: LinkedProgram, options: CompileOptions = {}): CheckedProgram {
  const problems: Diagnostic[] = []
  const expanded = new Set<Unit | Fn>()
  const { sets = {}, settings = {}, model: asked, ...others } = options
  const needsModel =
    program.models.length > 0 || asked !== undefined || Object.keys(sets).length + Object.keys(settings).length > 0
  const main = needsModel ? attempt(problems, () => chooseModel(program, asked)) : undefined
  if (needsModel && main === undefined) return { found: problems, models: [], alone: [] }
  if (main === undefined) {
    for (const problem of [
      ...program.warnings,
      ...checkNames(program),
      ...checkBlocks(program),
      ...textWarnings(program),
    ])
      problems.push(problem)
  }
  const models: CompiledModel[] = []
  for (const unit of asked === undefined || main === undefined ? program.models : [main]) {
    attempt(problems, () => {
      const own = unit === main ? { sets, settings } : {}
      const model = compileProgram(program, { ...others, ...own, model: unit.name.text, expanded })
      models.push(model)
      for (const warning of model.warnings) problems.push(warning)
      // Passes find no mistakes of a program.
      const asWritten = { pipeline: naive }
      model.predict(asWritten)
      if (model.trainBlock !== undefined) model.train({ ...model.settings, freeze: alike(model) }, asWritten)
      else if (model.unit.body.some(s => s.kind === 'loss' || s.kind === 'metric')) model.evaluate(asWritten)
      model.report()
    })
  }
  const alone = asked === undefined ? checkAlone(program, expanded) : []
  const found = [...problems, ...alone.flatMap(a => a.found)]
  return { found: distinct(found, program.program.span.file), models, alone }
}

/** Lists the parameters that have the shape of an earlier one, and the frozen ones: an optimizer has the same mistakes on them. */
function alike({ signature: { parameters }, settings: { freeze = [] } }: CompiledModel): readonly string[] {
  const seen = new Set<string>()
  return [
    ...freeze,
    ...parameters.flatMap(({ name, shape }) => {
      const text = shape.map(dim => format(dim)).join()
      const isNew = !seen.has(text) && !freeze.some(f => belongsTo(name, f))
      if (isNew) seen.add(text)
      return isNew ? [] : [name]
    }),
  ]
}
