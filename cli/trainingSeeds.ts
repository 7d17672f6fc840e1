// Trainings of one model with several seeds: chooses the seeds, and reports what all came to.
import { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'
import type { Report } from '../runtime/session.ts'
import { compileSource, openSource } from './openSource.ts'
import { diagnosticsJson, type Output } from './output.ts'
import { seedsOf, spreadOf, spreadText } from './seeds.ts'
import type { TrainOptions } from './trainingPlan.ts'
import { type TrainedModel, trainingJson } from './trainingReport.ts'

/** Gives the seeds that the options ask for; they count from that of the program. Errors of `seedsOf`, `openSource` and `compileSource`. */
export async function chooseSeeds(path: string, options: TrainOptions, output: Output): Promise<readonly number[]> {
  if (options.seeds === undefined || options.seed !== undefined) return seedsOf(options, 0) ?? []
  const { model } = compileSource(await openSource(path, output), options, output)
  return seedsOf(options, model.settings.seed ?? 0) ?? []
}

/** Reports the trainings, with mean and standard deviation over those that came to their end, and all problems as errors. */
export function reportSeeds(
  seeds: readonly number[],
  trained: readonly TrainedModel[],
  problems: readonly Diagnostic[],
  output: Output,
): void {
  const whole = trained.filter(t => t.complete && t.failed.length === 0)
  const reportsOf = {
    training: whole.map(({ summary }) => summary.training),
    validation: whole.map(({ summary }) => summary.validation),
    test: whole.map(({ summary }) => summary.test),
    testInUnits: whole.map(({ inUnits }) => inUnits),
  }
  const parts = Object.entries(reportsOf).flatMap(([part, all]) => {
    const reports: Report[] = all.flatMap(report => (report === undefined ? [] : [report]))
    return reports.length < whole.length || reports.length === 0 ? [] : [[part, spreadOf(reports)] as const]
  })
  const pick = (which: 'mean' | 'deviation') =>
    Object.fromEntries(
      parts.map(([part, all]) => [part, Object.fromEntries(Object.entries(all).map(([name, s]) => [name, s[which]]))]),
    )
  const text = [
    `mean ± standard deviation of ${whole.length === seeds.length ? '' : `${whole.length} of `}${seeds.length} seeds (${seeds.join(', ')})`,
    ...parts.map(([part, all]) => `  ${(part === 'testInUnits' ? 'in units' : part).padEnd(10)}  ${spreadText(all)}`),
    `saved ${trained.map(t => t.plan.out).join(', ')}`,
  ].join('\n')
  if (problems.length > 0 && !output.json) {
    if (trained.length > 0) output.note(text)
    throw new RnnError(problems)
  }
  if (problems.length > 0) {
    output.report(problems)
    output.exitCode = 1
  }
  const ok = whole.length === seeds.length && problems.length === 0
  const found = { ok, seeds: trained.map(trainingJson), mean: pick('mean'), deviation: pick('deviation') }
  output.result(
    problems.length === 0 ? found : { ...found, diagnostics: diagnosticsJson(problems, output.sources) },
    text,
  )
}
