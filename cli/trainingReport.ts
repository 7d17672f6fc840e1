// Reports how a training ended: its losses, the place of the weights, and its problems.

import type { CompiledModel } from '../compiler/index.ts'
import { counted } from '../dsl/counted.ts'
import { type Diagnostic, diagnostic, RnnError } from '../dsl/diagnostics.ts'
import type { Report } from '../runtime/session.ts'
import type { EpochReport, TrainResult } from '../runtime/train.ts'
import { lastReport, type TrainingSummary } from '../runtime/trainingSummary.ts'
import { diagnosticsJson, figure, figures, type Output, ranBy } from './output.ts'
import { duration } from './progress.ts'
import type { TrainingPlan } from './trainingPlan.ts'

/** A training whose weights are saved. */
export interface TrainedModel {
  readonly plan: TrainingPlan
  readonly result: TrainResult
  readonly failed: readonly Diagnostic[]
  readonly tested: Report | undefined
  /** Metrics of the test part in the units of the data. */
  readonly inUnits: Report | undefined
  readonly summary: TrainingSummary
  /** Path of the earlier weights, if there were some. */
  readonly previous: string | undefined
  /** Path of the state that training can go on from, if it was saved. */
  readonly state: string | undefined
  readonly seconds: number
  /** Whether no interrupt came. */
  readonly complete: boolean
}

/** Reports a training, with its problems as errors. */
export function reportTraining(trained: TrainedModel, output: Output): void {
  const problems = problemsOf(trained)
  if (problems.length > 0) {
    if (!output.json) throw new RnnError(problems)
    output.report(problems)
    output.exitCode = 1
    const diagnostics = diagnosticsJson(problems, output.sources)
    output.result({ ok: false, ...trainingJson(trained), diagnostics }, '')
    return
  }
  output.result({ ok: trained.complete, ...trainingJson(trained) }, trainingText(trained))
}

/** Lists the problems of a training, which say what was saved all the same. */
export function problemsOf({ plan, result, failed, tested, previous }: TrainedModel): Diagnostic[] {
  const problems = [...failed, ...(tested === undefined ? [] : notFinite(tested, result, plan.model))]
  const last = lastReport(result)
  const loss = last === undefined ? '' : `, with a ${lossText(last)}`
  return withSaved(
    problems,
    `the weights of epoch ${result.epoch}${loss}, are saved in \`${plan.out}\`${replacing(previous)}`,
  )
}

/** Warns of metrics that are not finite, which the loss is. */
export function metricWarnings({ summary, tested, inUnits }: TrainedModel): Diagnostic[] {
  const parts = {
    'the training part': summary.training,
    'the validation part': summary.validation,
    'the test part': tested,
    'the test part, in the units of the data': inUnits,
  }
  return Object.entries(parts).flatMap(([part, report = {}]) =>
    Object.entries(report).flatMap(([metric, value]) => {
      if (metric === 'loss' || typeof value !== 'number' || Number.isFinite(value)) return []
      const found = diagnostic('RNN512', { what: `\`${metric}\` of ${part}`, value })
      return [{ ...found, severity: 'warning' as const }]
    }),
  )
}

/** Describes a training for `--json`. */
export function trainingJson({ plan, inUnits, summary, previous, state, seconds }: TrainedModel) {
  const { model, seed, out, auto } = plan
  return {
    model: model.signature.name,
    seed,
    ...summary,
    ...(inUnits && { testInUnits: inUnits }),
    ...(auto !== undefined && { auto }),
    out,
    ...(state !== undefined && { state }),
    ...(previous !== undefined && { previous }),
    seconds,
  }
}

/** Describes a training for people. */
export function trainingText({
  plan,
  result,
  tested,
  inUnits,
  previous,
  state,
  seconds,
  complete,
}: TrainedModel): string {
  const { seed, precision, out } = plan
  const last = lastReport(result)
  const rows = Object.entries({ training: last?.training, validation: last?.validation, test: tested })
  return [
    `${endingOf(result)} (${duration(seconds)}, ${ranBy(result)}, ${precision}, seed ${seed})`,
    ...rows.flatMap(([part, report]) => (report === undefined ? [] : [`  ${part.padEnd(10)}  ${figures(report)}`])),
    ...(inUnits === undefined ? [] : [`  ${'in units'.padEnd(10)}  ${figures(inUnits)}`]),
    `saved ${out}${replacing(previous)}`,
    ...(state !== undefined && !complete
      ? [`the same command with --resume goes on after this step, from ${state}`]
      : []),
  ].join('\n')
}

const replacing = (previous: string | undefined): string =>
  previous === undefined ? '' : `; the earlier weights are in ${previous}`

/** Adds to each problem a note on the saved weights. */
export const withSaved = (problems: readonly Diagnostic[], saved: string): Diagnostic[] =>
  problems.map(d => ({ ...d, message: `${d.message}; ${saved}` }))

/** Describes how training ended, and which weights were chosen if not the last. */
function endingOf({ ended, history, epoch, steps }: TrainResult): string {
  const chosen = epoch === history.length ? '' : `; the weights are those of epoch ${epoch}`
  const endings = {
    done: `trained for ${counted(history.length, 'epoch')}`,
    patience: `stopped after epoch ${history.length}, because the loss stopped falling`,
    aborted: `interrupted in epoch ${history.length}, after step ${steps}; the weights are saved`,
    failed: `failed after epoch ${history.length}`,
  } satisfies Record<TrainResult['ended'], string>
  return endings[ended] + chosen
}

/** RNN504 for a loss of the test part that is not finite, though training went well. */
function notFinite({ loss }: Report, { steps }: TrainResult, { trainBlock }: CompiledModel): Diagnostic[] {
  if (Number.isFinite(loss)) return []
  const values = { what: 'the loss of the test part', value: String(loss), step: steps }
  return [diagnostic('RNN504', values, { span: trainBlock?.span })]
}

const lossText = ({ training, validation }: EpochReport): string =>
  validation === undefined
    ? `training loss of ${figure(training.loss)}`
    : `validation loss of ${figure(validation.loss)}`
