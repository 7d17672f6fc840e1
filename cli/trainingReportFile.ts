// Writes the report of a training as a page (`--report run.html`).
import { RnnError } from '../dsl/diagnostics.ts'
import type { Part } from '../runtime/data/example.ts'
import type { LoadedData } from '../runtime/data/loadData.ts'
import { replaceBytes } from '../runtime/node/index.ts'
import { predictAsync } from '../runtime/predict.ts'
import type { Output } from './output.ts'
import { withWord } from './outputFile.ts'
import { answersAtOnce, compareWith } from './report/comparison.ts'
import type { Markup } from './report/html.ts'
import { trainingPage } from './report/trainingPage.ts'
import type { TrainedModel } from './trainingReport.ts'

/** How many examples are predicted at most. */
const mostExamples = 5000

/** Writes the page; an earlier file is kept as NAME.previous.html. RNN503 if it cannot be written. */
export async function writeReport(path: string, trained: TrainedModel, output: Output): Promise<void> {
  const [name, part] = comparedPart(trained.plan.data)
  const page = trainingPage(trained, name, trained.complete ? await compare(trained, part, output) : [])
  await replaceBytes(path, new TextEncoder().encode(page), withWord(path, 'previous'))
}

/** Chooses the part whose predictions are shown: of those with examples the one that training saw least of. */
function comparedPart({ train, validation, test }: LoadedData): readonly [name: string, part: Part] {
  if (test !== undefined && test.count > 0) return ['test', test]
  if (validation !== undefined && validation.count > 0) return ['validation', validation]
  return ['training', train]
}

async function compare({ plan, result }: TrainedModel, part: Part, output: Output): Promise<Markup[]> {
  const { model, data, backend, precision, batch, seed, memory } = plan
  if (!answersAtOnce(model)) return []
  const some = { ...part, count: Math.min(part.count, mostExamples) }
  const fitted = { ...data.fitted, sizes: data.sizes }
  try {
    const answers = await predictAsync(model, result.weights, some, data.sizes, fitted, {
      backend,
      precision,
      batch,
      seed,
      memory,
    })
    return compareWith(model, answers, some, fitted)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    // The weights are saved: predictions that cannot be made are no failure of training.
    output.note(`the report is without predictions: ${error.diagnostics[0].message}`)
    return []
  }
}
