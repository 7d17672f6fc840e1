// Checks one model of a program with its blocks, and reports all its errors together.
import type { Data, Fn, Train, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import type { OpTable } from '../../ir/builder.ts'
import type { Dim } from '../../ir/dim.ts'
import { newContext } from '../../ir/ops/index.ts'
import { dataBlockOf, trainBlockOf } from '../linking/blocksOfModel.ts'
import { checkBlocks } from '../linking/checkBlocks.ts'
import { checkNames } from '../linking/checkNames.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'
import { attempt, throwAll } from '../values/collectProblems.ts'
import type { LowerOptions } from '../values/newSession.ts'
import type { OnEvaluate } from '../values/scope.ts'
import { axisOfWindows } from './axisOfWindows.ts'
import { type LoweredModel, lowerModel } from './lowerModel.ts'
import { modelScope } from './modelScope.ts'
import { rateOf } from './plateau.ts'
import { givenSettings, readSettings, type Settings } from './settings.ts'
import { tryOptimizer } from './tryOptimizer.ts'

/** Options of an elaboration. */
export interface Elaboration {
  /** The op table, if not the standard one. */
  readonly ops?: OpTable
  /** Collects the units and fns that are expanded, also where an error ends the elaboration. */
  readonly expanded?: Set<Unit | Fn>
  /** Settings in place of the `train` block of the program. */
  readonly train?: Train
  /** Is told each value that an expression of a unit has, for a drawing of the model. */
  readonly onEvaluate?: OnEvaluate
}

export interface CheckedModel {
  readonly trainBlock?: Train
  readonly data?: Data
  readonly settings: Settings
  /** The model expanded for use, without random draws. */
  readonly model: LoweredModel
  /** The length that `truncate` cuts into windows. */
  readonly windows?: Dim
  /** Expands the model again, with the random draws of training. */
  readonly forTraining: () => LoweredModel
  /** Expands the model again, to be run as a stream along an axis. */
  readonly forStream: (axis: string) => LoweredModel
}

/** Throws RnnError with all errors of the model, of its blocks, and of names anywhere in the program. */
export function checkModel(
  program: LinkedProgram,
  unit: Unit,
  given: Readonly<Record<string, number>>,
  { ops, expanded = new Set(), train, onEvaluate }: Elaboration = {},
): CheckedModel {
  const trainBlock = train ?? trainBlockOf(program, unit)
  const data = dataBlockOf(program, unit)
  const sets = new Map(Object.entries(given))
  const lowering = (training: boolean, stream?: string): LowerOptions => {
    const { topLevel, library, sources } = program
    return {
      training,
      sets,
      topLevel,
      library,
      sources,
      expanded,
      context: newContext(0, ops),
      ...(stream !== undefined && { stream }),
      ...(onEvaluate && { onEvaluate }),
    }
  }
  const problems: Diagnostic[] = [...checkNames(program), ...checkBlocks(program)]
  const written =
    trainBlock && attempt(problems, () => readSettings(trainBlock, unit, modelScope(unit, lowering(false))))
  const model = attempt(problems, () => lowerModel(unit, lowering(false)))
  throwAll(problems)
  if (model === undefined) throw new Error('a model that cannot be lowered is reported')
  const settings = { ...written, ...givenSettings(sets) }
  checkFreeze(settings, model, trainBlock)
  if (settings.optimizer !== undefined) {
    if (settings.plateau !== undefined) rateOf(settings.optimizer)
    const found = tryOptimizer(model, settings.optimizer)
    throwAll(found)
    model.session.warnings.push(...found)
  }
  checkAccumulate(settings, trainBlock)
  const windows =
    settings.truncate === undefined ? undefined : axisOfWindows(model, placeOf(trainBlock, 'truncate')).size
  return {
    trainBlock,
    data,
    settings,
    model,
    windows,
    forTraining: () => lowerModel(unit, lowering(true)),
    forStream: axis => lowerModel(unit, lowering(false, axis)),
  }
}

/** Chooses the model of that name; without a name the first with a `train` block, else the first. RNN106 if there is none. */
export function chooseModel(program: LinkedProgram, name: string | undefined): Unit {
  const names = program.models.map(m => m.name.text)
  if (name !== undefined) {
    return program.models.find(m => m.name.text === name) ?? fail('RNN106', { name }, { help: didYouMean(name, names) })
  }
  const trained = program.models.find(m => program.trains.some(t => t.model.text === m.name.text))
  return trained ?? program.models[0] ?? fail('RNN106', { name: 'model' }, { help: 'the file has no model' })
}

/** Tells whether a path is `of` itself, the path of a param, or lies inside the part `of`. */
export const belongsTo = (path: string, of: string): boolean => path === of || path.startsWith(`${of}.`)

/** Throws RNN106 for a part or param to freeze that the model does not have. */
function checkFreeze(settings: Settings, model: LoweredModel, trainBlock: Train | undefined): void {
  const paths = model.parameters.map(p => p.name)
  const astray = settings.freeze?.find(f => !paths.some(p => belongsTo(p, f)))
  if (astray === undefined) return
  fail('RNN106', { name: astray }, { span: placeOf(trainBlock, 'freeze'), help: didYouMean(astray, paths) })
}

/** Throws RNN332 for windows of several batches in one step: each batch would have to keep its own states from window to window. */
function checkAccumulate({ accumulate = 1, truncate }: Settings, trainBlock: Train | undefined): void {
  if (accumulate === 1 || truncate === undefined) return
  const reason = `\`accumulate = ${accumulate}\` makes one step of ${accumulate} batches, but with \`truncate\` each window is a step`
  fail('RNN332', { reason }, { span: placeOf(trainBlock, 'truncate'), help: 'leave out `accumulate` or `truncate`' })
}

const placeOf = (trainBlock: Train | undefined, setting: string) =>
  trainBlock?.settings.find(e => e.name.text === setting)?.span ?? trainBlock?.span
