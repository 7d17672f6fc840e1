// The limits of a training (`epochs`, `steps`, `patience`), and whether a state to go on from is past the end that they set.
import type { CompiledModel } from '../compiler/index.ts'
import { fail } from '../dsl/diagnostics.ts'
import { greatest } from '../dsl/greatest.ts'
import type { Part } from './data/example.ts'
import { epochBatches } from './epochBatches.ts'
import type { EpochReport } from './train.ts'
import type { TrainingState } from './trainingState.ts'

type Settings = CompiledModel['settings']

export interface Limits {
  readonly epochs: number
  readonly steps: number
}

/** The limits of epochs and steps; one that is not set is infinite, but 10 epochs where neither is. */
export const limitsOf = ({ epochs, steps }: Settings): Limits => ({
  epochs: epochs ?? (steps === undefined ? 10 : Number.POSITIVE_INFINITY),
  steps: steps ?? Number.POSITIVE_INFINITY,
})

/** Whether an epoch has ended, and none was better than the best for as many epochs. */
export const isPatienceOver = ({ history, best: [best] }: TrainingState, patience: number): boolean =>
  history.length > 0 && history.length - best.epoch >= patience

/** Whether a state that is not past the end is at it: then no step is left. */
export function isAtEnd(settings: Settings, state: TrainingState): boolean {
  const { epochs, steps } = limitsOf(settings)
  const { patience = Number.POSITIVE_INFINITY } = settings
  return state.history.length >= epochs || state.steps >= steps || isPatienceOver(state, patience)
}

/** The state of a training, what it trains, and where the state was found. */
export interface Begun {
  readonly model: Pick<CompiledModel, 'signature' | 'settings'>
  readonly training: Part
  readonly seed: number
  readonly state: TrainingState
  /** What messages call the state: its file, where there is one. */
  readonly called: string
}

/**
 * RNN528 for a state that an unbroken training with these limits would not have come to: its result would be that of no training. One
 * that is just at the end is none of these.
 */
export function checkNotPast(begun: Begun): void {
  const { state, called } = begun
  const { settings } = begun.model
  const limits = limitsOf(settings)
  const epochs = state.history.length
  const [inEpoch, inStep] = [state.runs > 0 ? 1 : 0, isInStep(begun) ? 1 : 0]
  const refuse = (what: 'epoch' | 'step', limit: string, end: number, least: string): never => {
    const [done, inside] = what === 'epoch' ? [epochs, inEpoch] : [state.steps, inStep]
    const there = inside === 0 ? `after ${what} ${done}` : `in ${what} ${done + 1}`
    const values = { state: called, there, limit: `\`${limit}\``, end: `after ${what} ${end}` }
    const help = `to go on, set \`${least}\` or more; a shorter training begins anew, without the state`
    return fail('RNN528', values, { help })
  }
  if (epochs + inEpoch > limits.epochs)
    refuse('epoch', `epochs = ${limits.epochs}`, limits.epochs, `epochs = ${epochs + inEpoch}`)
  if (state.steps + inStep > limits.steps)
    refuse('step', `steps = ${limits.steps}`, limits.steps, `steps = ${state.steps + inStep}`)
  // Training may have ended after the last epoch, if nothing has come after it.
  const waits = waitsIn(state.history).slice(0, epochs - 1 + inEpoch)
  const { patience = Number.POSITIVE_INFINITY } = settings
  const ended = waits.findIndex(wait => wait >= patience)
  if (ended >= 0) refuse('epoch', `patience = ${patience}`, ended + 1, `patience = ${greatest(waits) + 1}`)
}

/** How many epochs after the best so far each was. */
function waitsIn(history: readonly EpochReport[]): number[] {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  return history.map(({ training, validation }, i) => {
    const { loss } = validation ?? training
    if (loss < least) [best, least] = [i + 1, loss]
    return i + 1 - best
  })
}

/** Whether some batches of a step are done, and others are not: with `accumulate` it has several. */
function isInStep({ model, training, seed, state }: Begun): boolean {
  const { batch = 32, accumulate = 1 } = model.settings
  if (state.runs % accumulate === 0) return false
  return state.runs < epochBatches(model, training, batch, seed)(state.epoch).length
}
