// Everything that is wrong or doubtful in a program.
import type { Diagnostic } from '../dsl/diagnostics.ts'
import { type CompileOptions, compileProgram } from './compileModel.ts'
import { checkBlocks } from './elaborate/linking/blockReferences.ts'
import { checkNames } from './elaborate/linking/definedNames.ts'
import { type LinkedProgram, linkProgram } from './elaborate/linking/linkProgram.ts'
import { doubts } from './elaborate/linking/textWarnings.ts'
import { chooseModel } from './elaborate/models/checkModel.ts'
import { type CheckedAlone, checkAlone } from './elaborate/ownNames/checkAlone.ts'
import { attempt, distinct } from './elaborate/values/collectProblems.ts'

/**
 * Everything that is wrong or doubtful in a program: of each model, or the one of the options, and of each graph that it is meant
 * for; and of each unit that no model uses. `sets` are of that one model, or of the one that training would choose.
 */
export function check(source: string, options: CompileOptions = {}): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  attempt(problems, () => {
    const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
    for (const d of checkProgram(program, options).found) problems.push(d)
  })
  return distinct(problems, options.file ?? 'model.rnn')
}

export interface CheckedProgram {
  readonly found: readonly Diagnostic[]
  /** The units that were checked in their own names. */
  readonly alone: readonly CheckedAlone[]
}

/** As `check`, for a program that is parsed and linked. A program of units alone needs no model. */
export function checkProgram(program: LinkedProgram, options: CompileOptions = {}): CheckedProgram {
  const problems: Diagnostic[] = []
  const { sets = {}, model: asked, ...others } = options
  const needsModel = program.models.length > 0 || asked !== undefined || Object.keys(sets).length > 0
  const main = needsModel ? attempt(problems, () => chooseModel(program, asked)) : undefined
  if (needsModel && main === undefined) return { found: problems, alone: [] }
  if (main === undefined) {
    problems.push(...program.warnings, ...checkNames(program), ...checkBlocks(program), ...doubts(program))
  }
  for (const unit of asked === undefined || main === undefined ? program.models : [main]) {
    attempt(problems, () => {
      const own = unit === main ? sets : {}
      const model = compileProgram(program, { ...others, model: unit.name.text, sets: own })
      for (const warning of model.warnings) problems.push(warning)
      model.predict()
      if (model.trainBlock !== undefined) model.train()
      else if (model.unit.body.some(s => s.kind === 'loss' || s.kind === 'metric')) model.evaluate()
      model.report()
    })
  }
  const alone = asked === undefined ? checkAlone(program) : []
  const found = [...problems, ...alone.flatMap(a => a.found)]
  return { found: distinct(found, program.program.span.file), alone }
}
