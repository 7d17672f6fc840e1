// An epoch of training: its steps, of which a device runs several at once, and then validation.
import type { Results } from '../compiler/backend/backend.ts'
import { watchedOutputs } from '../compiler/graphs.ts'
import { withEpoch } from './best.ts'
import { notFinite } from './finite.ts'
import { createTotals, drawInputs, type LossReport, noSums, withLoss } from './session.ts'
import type { EpochReport, WatchedReport } from './train.ts'
import { measure, refuseValue, type Trainer } from './trainer.ts'
import { isPatienceOver } from './trainingLimits.ts'
import { type Run, runInputs, runsIn } from './trainingRuns.ts'
import { nothingWatched } from './trainingState.ts'

/**
 * Runs the epoch under way to its end, and notes what it came to; `pause` lets others run between steps. Gives false for an epoch that a
 * limit of steps or an interrupt has cut short: its state was saved before it ended, so that another training may go on in it. RNN504
 * where a value is not finite.
 */
export async function runEpoch(trainer: Trainer, pause: () => Promise<void>): Promise<boolean> {
  const { model, executable, evaluation, state, parameters, options, ending } = trainer
  const { epoch } = state
  const runs = await runSteps(trainer, pause)
  await executable.fetch?.()
  const wrong = notFinite(state.values)
  if (wrong !== undefined) refuseValue(trainer, described(wrong.name), wrong.value)
  const validation = ending.ended === 'aborted' ? undefined : await validate(trainer)
  const whole = ending.ended !== 'aborted' && state.runs === runs
  if (!whole) await trainer.keep('now')
  const training = withLoss(createTotals(model, trainer.data.sizes, state.totals).report())
  const { rate, norms, steps } = state.watched
  const report: EpochReport = {
    epoch,
    training,
    ...(validation && { validation }),
    ...known(trainer, rate, norms / steps),
  }
  state.history.push(report)
  options.onEpoch?.(report, { step: state.steps, seconds: trainer.seconds() })
  // Skips an interrupted epoch, which was not validated.
  if (ending.ended === 'aborted' && evaluation !== undefined) return false
  const { loss } = validation ?? training
  state.best = withEpoch(state.best, { epoch, loss, weights: parameters }, evaluation === undefined)
  const { patience } = model.settings
  if (patience !== undefined && isPatienceOver(state, patience) && ending.ended === 'done') ending.ended = 'patience'
  if (!whole) return false
  Object.assign(state, { epoch: epoch + 1, runs: 0, totals: noSums(model), watched: nothingWatched() })
  await trainer.keep('due')
  return true
}

/**
 * Runs the steps that are left of the epoch, up to the limit of all steps or an interrupt, and adds up their losses and metrics. Gives the
 * number of runs that the whole epoch has.
 */
async function runSteps(trainer: Trainer, pause: () => Promise<void>): Promise<number> {
  const { model, training, executable, data, state, options, seed, limits, ending } = trainer
  const { ahead = 1 } = executable
  const chosen = trainer.batches(state.epoch)
  const all = chosen.reduce((n, indices) => n + runsIn(model, data.train, indices), 0)
  const end = runEnding(trainer, all)
  /** Runs begun on a device whose results have not come yet, and the steps that they are the last of. */
  const underWay: { readonly run: Run; readonly ran: Promise<Results> }[] = []
  let [begun, stepsBegun] = [state.allRuns, state.steps]
  try {
    for (const run of runInputs(model, training, data, chosen, { precision: options.precision, state })) {
      if (stepsBegun >= limits.steps) break
      const inputs = { ...run.batch.inputs, ...state.values, ...run.inputs, ...drawInputs(seed, begun++) }
      if (run.group.last) stepsBegun++
      const ran = executable.run(run.batch.sizes, inputs)
      if (ran instanceof Promise) {
        // Prevents an unhandled rejection: a failed run is reported where it is awaited, unless an earlier one has ended training.
        ran.catch(() => {})
        underWay.push({ run, ran })
        const first = underWay.length < ahead ? undefined : underWay.shift()
        if (first !== undefined) end(first.run, await first.ran)
      } else end(run, ran)
      await pause()
      if (options.signal?.aborted) {
        ending.ended = 'aborted'
        break
      }
      if (underWay.length === 0 && state.runs < all) await trainer.keep('due')
    }
    for (const { run, ran } of underWay) end(run, await ran)
  } finally {
    // Waits for runs under way before their buffers are freed, also where training fails.
    await Promise.allSettled(underWay.map(({ ran }) => ran))
  }
  return all
}

/** Makes the function that takes the results of each run of an epoch, which has that many. */
function runEnding(trainer: Trainer, all: number): (run: Run, results: Results) => void {
  const { model, limits, state, options } = trainer
  const totals = createTotals(model, trainer.data.sizes, state.totals)
  return ({ group }, results) => {
    state.runs++
    state.allRuns++
    const loss = results.loss[0]
    if (group.last) state.steps++
    if (!Number.isFinite(loss)) refuseValue(trainer, 'the loss', loss)
    totals.add(results)
    state.lossOfStep = group.first ? group.share * loss : state.lossOfStep + group.share * loss
    if (!group.last) return
    watch(trainer, results)
    const { steps: step, epoch, lossOfStep, watched } = state
    const done = Math.max(step / limits.steps, (epoch - 1 + state.runs / all) / limits.epochs)
    const { rate, norm } = watched
    const seconds = trainer.seconds()
    options.onStep?.({ step, epoch, done, loss: lossOfStep, seconds, ...known(trainer, rate, norm) })
  }
}

/** Notes the rate and the norm of the gradients of a step, where the graph gives them. */
function watch({ training, state }: Trainer, results: Results): void {
  const { watched } = state
  watched.rate = results[watchedOutputs.rate]?.[0] ?? training.rate ?? Number.NaN
  const norm = results[watchedOutputs.norm]?.[0]
  if (norm === undefined) return
  watched.norm = norm
  watched.norms += norm
  watched.steps++
}

/** What is watched, if that was asked for, without numbers that are not known. */
const known = ({ options }: Trainer, rate: number, gradientNorm: number): WatchedReport =>
  options.watched !== true
    ? {}
    : { ...(!Number.isNaN(rate) && { rate }), ...(!Number.isNaN(gradientNorm) && { gradientNorm }) }

/** Measures the validation part; undefined where there is none, or an interrupt comes first. */
async function validate(trainer: Trainer): Promise<LossReport | undefined> {
  const { data, evaluation, parameters } = trainer
  if (data.validation === undefined || evaluation === undefined) return undefined
  const report = await measure(trainer, data.validation, evaluation, parameters)
  if (report !== undefined && !Number.isFinite(report.loss)) refuseValue(trainer, 'the validation loss', report.loss)
  return report
}

/** Names a parameter, or a state of the optimizer for one, in words. */
function described(name: string): string {
  const [parameter, state] = name.split('@')
  return state === undefined ? `\`${parameter}\`` : `the state \`${state}\` of \`${parameter}\``
}
