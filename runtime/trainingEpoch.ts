// An epoch of training: its steps, of which a device runs several at once, and then validation.
import type { Results } from '../compiler/backend/backend.ts'
import { notFinite } from './finite.ts'
import { createTotals, drawInputs, type Report, type Totals } from './session.ts'
import type { EpochReport } from './train.ts'
import { measure, refuseValue, type Trainer } from './trainer.ts'
import { stepInputs, stepsIn } from './trainingSteps.ts'

/** Runs one epoch, and notes what it came to. `pause` lets others run between steps. RNN504 where a value is not finite. */
export async function runEpoch(trainer: Trainer, epoch: number, pause: () => Promise<void>): Promise<void> {
  const { model, executable, evaluation, state, parameters, options, progress, best } = trainer
  const totals = createTotals(model)
  await runSteps(trainer, epoch, totals, pause)
  await executable.fetch?.()
  const wrong = notFinite(state)
  if (wrong !== undefined) refuseValue(trainer, described(wrong.name), wrong.value)
  const validation = progress.ended === 'aborted' ? undefined : await validate(trainer)
  const report: EpochReport = { epoch, training: totals.report(), ...(validation && { validation }) }
  progress.history.push(report)
  options.onEpoch?.(report)
  // Skips an interrupted epoch, which was not validated.
  if (progress.ended === 'aborted' && evaluation !== undefined) return
  best.offer(epoch, (validation ?? report.training).loss, parameters)
  const { patience } = model.settings
  if (patience !== undefined && epoch - best.snapshots()[0].epoch >= patience && progress.ended === 'done')
    progress.ended = 'patience'
}

/** Runs the steps of an epoch, up to the limit of all steps or an interrupt, and adds their losses and metrics to `totals`. */
async function runSteps(trainer: Trainer, epoch: number, totals: Totals, pause: () => Promise<void>): Promise<void> {
  const { model, training, executable, data, state, options, seed, limits, progress } = trainer
  const { ahead = 1 } = executable
  const chosen = trainer.batches(epoch)
  const ending = stepEnding(trainer, epoch, chosen, totals)
  /** Steps begun on a device whose results have not come yet. */
  const underWay: Promise<Results>[] = []
  try {
    for (const { batch, carried } of stepInputs(model, training, data, chosen, options.precision)) {
      if (progress.begun >= limits.steps) break
      const inputs = { ...batch.inputs, ...state, ...carried, ...drawInputs(seed, progress.begun++) }
      const ran = executable.run(batch.sizes, inputs)
      if (ran instanceof Promise) {
        // Prevents an unhandled rejection: a failed step is reported where it is awaited, unless an earlier one has ended training.
        ran.catch(() => {})
        underWay.push(ran)
        const first = underWay.length < ahead ? undefined : underWay.shift()
        if (first !== undefined) ending(await first)
      } else ending(ran)
      await pause()
      if (options.signal?.aborted) {
        progress.ended = 'aborted'
        break
      }
    }
    for (const ran of underWay) ending(await ran)
  } finally {
    // Waits for steps under way before their buffers are freed, also where training fails.
    await Promise.allSettled(underWay)
  }
}

/** Makes the function that takes the results of each step of an epoch. */
function stepEnding(
  trainer: Trainer,
  epoch: number,
  batches: readonly Int32Array[],
  totals: Totals,
): (results: Results) => void {
  const { model, data, limits, progress, options } = trainer
  const stepsOfEpoch = batches.reduce((n, indices) => n + stepsIn(model, data.train, indices), 0)
  const stepsBefore = progress.steps
  return results => {
    const step = ++progress.steps
    const loss = results.loss[0]
    if (!Number.isFinite(loss)) refuseValue(trainer, 'the loss', loss)
    totals.add(results)
    const done = Math.max(step / limits.steps, (epoch - 1 + (step - stepsBefore) / stepsOfEpoch) / limits.epochs)
    options.onStep?.({ step, epoch, done, loss })
  }
}

/** Measures the validation part; undefined where there is none, or an interrupt comes first. */
async function validate(trainer: Trainer): Promise<Report | undefined> {
  const { data, evaluation, state } = trainer
  if (data.validation === undefined || evaluation === undefined) return undefined
  const report = await measure(trainer, data.validation, evaluation, state)
  if (report !== undefined && !Number.isFinite(report.loss)) refuseValue(trainer, 'the validation loss', report.loss)
  return report
}

/** Names a parameter, or a state of the optimizer for one, in words. */
function described(name: string): string {
  const [parameter, state] = name.split('@')
  return state === undefined ? `\`${parameter}\`` : `the state \`${state}\` of \`${parameter}\``
}
