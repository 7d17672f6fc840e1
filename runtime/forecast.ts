// Predicts several steps ahead: each answer becomes the newest element of the past from which the next one is predicted.
import type { AnyBackend, AnyExecutable } from '../compiler/backend/backend.ts'
import type { Port } from '../compiler/elaborate/values/signature.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { evaluate, format, product } from '../compiler/ir/dim.ts'
import type { Data, Expr } from '../dsl/ast.ts'
import { fail } from '../dsl/diagnostics.ts'
import { Example, Examples } from './data/example.ts'
import { type Fitted, inverse, transform } from './data/fitted.ts'
import type { Answer } from './decodeAnswers.ts'
import { loadWithin } from './memoryBudget.ts'
import { checkTask, type Prediction, type Predictions, runOf, type Task, taskOf } from './predict.ts'
import { finishRunsAsync, type Running } from './running.ts'
import { runBatches, using, whatRan } from './session.ts'

/** The input that reads the past of a target, over one series. */
interface Feedback {
  readonly past: Port
  readonly next: Port
  /** Gives answers as the input has its numbers. */
  readonly fed: (found: ArrayLike<number>) => ArrayLike<number>
}

/**
 * As `predictAsync`, `steps` elements after the end of each past: a list of so many answers. RNN523 for a model that does not read the
 * past of what it predicts, and nothing else: by its data block windows of one series, `past = w.past`, `next = w.next`; where it has none, a
 * sequence of such numbers as it predicts.
 */
export async function forecastAsync(steps: number, ...prediction: Prediction<AnyBackend>): Promise<Predictions> {
  const task = taskOf(prediction)
  const feedback = feedbackOf(task.model, task.fitted)
  checkTask(task)
  return using(loadWithin(runOf(task), task.model.context, task.model.predict(), task.backend), executable =>
    finishRunsAsync(forecasting(task, feedback, executable, steps)),
  )
}

function* forecasting(
  task: Task<AnyBackend>,
  { past, next, fed }: Feedback,
  executable: AnyExecutable,
  steps: number,
): Running<Predictions> {
  const { weights, part, sizes, fitted, onBatch } = task
  const width = evaluate(product(past.item), sizes)
  const windows = part.ports[past.name].map(example => Float64Array.from(example.values))
  const answers = windows.map((): number[] => [])
  let done = 0
  while (done < steps) {
    const examples = new Examples(windows.length, i =>
      Example.of({ values: windows[i], lengths: [[windows[i].length / width]] }),
    )
    const examined = { ports: [past], part: { count: part.count, ports: { [past.name]: examples } }, sizes }
    const from = done
    const shares = { ...task, onBatch: (share: number) => onBatch?.(Math.min(1, (from + share) / steps)) }
    let ahead = 1
    for (const { ran, indices } of runBatches(executable, weights, examined, shares)) {
      const results = (yield ran)[next.name]
      const each = results.length / indices.length
      ahead = each / width
      for (const [b, example] of indices.entries()) {
        const found = results.subarray(b * each, (b + 1) * each)
        for (const value of found) answers[example].push(value)
        windows[example] = Float64Array.from([...windows[example], ...Array.from(fed(found))].slice(found.length))
      }
    }
    done += ahead
  }
  const examples = answers.map((values, i) => ({
    [next.name]: inUnits(next, values.slice(0, steps * width), width, i, fitted),
  }))
  return { examples, ...whatRan(executable) }
}

/** Gives answers in the units of the data, one after another. RNN512 for one that is not finite. */
function inUnits(
  port: Port,
  values: readonly number[],
  width: number,
  example: number,
  fitted: Fitted | undefined,
): Answer {
  const all = (fitted === undefined ? values : inverse(fitted, port.name, values)).map(Number)
  const wrong = all.find(value => !Number.isFinite(value))
  if (wrong !== undefined)
    fail('RNN512', { what: `the answer for \`${port.name}\` of example ${example + 1}`, value: wrong })
  if (port.item.length === 0) return all
  return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width))
}

/** Finds what a model feeds back. RNN523 for a model that reads something else, or other numbers than it predicts. */
function feedbackOf({ signature, data }: CompiledModel, fitted: Fitted | undefined): Feedback {
  const { name, inputs, targets } = signature
  const refuse = (reason: string): never => {
    const help =
      'answers are fed back to a model whose only input is the past of its target: `past = w.past; next = w.next`'
    return fail('RNN523', { model: name, reason }, { help })
  }
  const [past, ...others] = inputs
  if (past === undefined || others.length > 0)
    return refuse(
      past === undefined ? 'it has no input' : `it also reads \`${others[0].name}\`, which nothing predicts`,
    )
  const next = targets.find(t => signature.predictions.some(p => p.target === t.name))
  if (next === undefined) return refuse('it predicts nothing')
  const isPast = data === undefined ? isSequenceOf(past, next) : isBefore(past, next, data)
  if (!isPast) return refuse(`\`${past.name}\` is not the past of the series that \`${next.name}\` continues`)
  if (past.dtype !== 'real' || next.dtype !== 'real') return refuse(`\`${next.name}\` is not a number`)
  const scaling = (port: Port): string => JSON.stringify(fitted?.ports[port.name])
  const fed: Feedback['fed'] =
    fitted === undefined || scaling(past) === scaling(next)
      ? found => found
      : found => transform(fitted, past.name, inverse(fitted, next.name, found))
  return { past, next, fed }
}

/** Whether an input is a sequence of what a target is, once for each example. */
const isSequenceOf = (past: Port, next: Port): boolean =>
  past.axes.length === 1 &&
  next.axes.length === 0 &&
  past.item.map(dim => format(dim)).join() === next.item.map(dim => format(dim)).join()

/** Whether a data block cuts both from one series, the target behind the input. */
function isBefore(past: Port, next: Port, { body }: Data): boolean {
  const equation = (port: Port): Expr | undefined => body.find(e => e.name.text === port.name)?.value
  const [before, after] = [windowOf(equation(past), 'past'), windowOf(equation(next), 'next')]
  return before !== undefined && before === after
}

/** Writes the windows of `w.past`, without the places in the text; undefined for another expression. */
const windowOf = (expr: Expr | undefined, take: 'past' | 'next'): string | undefined =>
  expr?.kind === 'member' && expr.name.text === take
    ? JSON.stringify(expr.value, (key, value: unknown) => (key === 'span' ? undefined : value))
    : undefined
