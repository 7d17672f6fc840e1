// Reports for `explain --target auto`: the times of a step's kernels by their kinds, and the fastest target.

import type { Precision } from '../compiler/backend/backend.ts'
import { predictedMs, timesByKind } from '../compiler/backend/costModel.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { symbolsOf } from '../compiler/ir/dim.ts'
import { counted } from '../dsl/counted.ts'
import { type Choice, inMs } from '../runtime/auto.ts'
import { loadData } from '../runtime/data/loadData.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { dataOf } from '../runtime/library/loadData.ts'
import { fittingSizes, randomPart } from '../runtime/randomBatch.ts'
import { type SampleStep, sampleStep } from '../runtime/sampleStep.ts'
import { dataReader } from './openSource.ts'
import { type JsonValue, type Output, table } from './output.ts'
import { sizesOf } from './sets.ts'

/** Length of an axis that nothing gives a length to. */
const drawnLength = 32

export interface SampleSource {
  /** Path of the program. */
  readonly file: string
  /** Path given by `--data`. */
  readonly data?: string
  readonly sets: Readonly<Record<string, number>>
  readonly precision: Precision
  /** Shows the progress of reading the data. */
  readonly output: Output
}

export interface Sample {
  readonly step: SampleStep
  readonly from: 'data' | 'drawn'
  /** Sizes that the program leaves open. */
  readonly sizes: Readonly<Record<string, number>>
}

/**
 * Makes a step on a batch of the data, as in training; or on a random one, where there is no data block or the length of an axis is set.
 * Errors of `loadData` and `sampleStep`.
 */
export async function openSample(
  model: CompiledModel,
  graph: Parameters<typeof sampleStep>[1],
  { file, data, sets, precision, output }: SampleSource,
): Promise<Sample> {
  const { signature, settings, freeDims } = model
  const seed = settings.seed ?? 0
  const options = { batch: sets.B ?? settings.batch ?? 32, precision, seed }
  const axes = [...signature.inputs, ...signature.targets].flatMap(p => p.axes.filter(a => a.ragged))
  const lengths = [...new Set(axes.flatMap(a => symbolsOf(a.size)))]
  const sample = (from: Sample['from'], part: Parameters<typeof sampleStep>[2], known: Sample['sizes']): Sample => {
    const step = sampleStep(model, graph, part, known, options)
    return { step, from, sizes: sizesOf(step.sizes, ['B', ...lengths, ...freeDims]) }
  }
  if (data !== undefined || (model.data !== undefined && !lengths.some(name => Object.hasOwn(sets, name)))) {
    const given = { read: dataReader(file, data, output), path: data, sizes: sizesOf(sets, freeDims), seed }
    const { train, sizes, fitted } = await loadData(dataOf(model), signature, given)
    model.checkSizes(sizes, labelNotes(signature, fitted))
    return sample('data', train, sizes)
  }
  const drawn = Object.fromEntries(lengths.map(name => [name, drawnLength]))
  const { part, known } = randomPart(signature, fittingSizes(model, { ...drawn, ...sets, B: options.batch }), seed)
  return sample('drawn', part, known)
}

/** Reports the measurements and the choice for machines. */
export function autoJson({ backend, why, cpu, gpu }: Choice): { readonly [key: string]: JsonValue } {
  return {
    backend: backend.name,
    why,
    cpu: cpu.map(c => ({ ...c })),
    ...(gpu && {
      gpu: {
        device: gpu.description,
        ms: predictedMs(gpu.times),
        overheadMs: gpu.times.overhead,
        kinds: timesByKind(gpu.times).map(k => ({ ...k })),
        kernels: gpu.times.kernels.map(k => ({ ...k })),
      },
    }),
  }
}

/** Reports the same for people. */
export function autoText(name: string, graph: string, { from, sizes }: Sample, choice: Choice): string {
  const { B, ...others } = sizes
  const open = Object.entries(others).map(([symbol, size]) => `, ${symbol} = ${size}`)
  const whence = from === 'data' ? 'from the data' : 'random; `--set B=32 T=100` sets other sizes'
  const head = `${name}, ${graph}: ${counted(B, 'example')}${open.join('')} (${whence})`
  return [
    head,
    '',
    ...choice.cpu.map(({ target, ms }) => `CPU, ${target}: ${inMs(ms)}, measured`),
    ...(choice.gpu === undefined ? [] : ['', ...gpuLines(choice.gpu)]),
    '',
    `auto: ${choice.backend.name}, because ${choice.why}`,
  ].join('\n')
}

function gpuLines({ description, times }: NonNullable<Choice['gpu']>): string[] {
  const rows = timesByKind(times).map(k => [`  ${k.kind}`, String(k.kernels), String(k.runs), inMs(k.ms)])
  return [
    `GPU, ${description}: ${inMs(predictedMs(times))}, predicted from the times of single kernels`,
    table([['  kernels', 'different', 'runs', 'all runs'], ...rows], [1, 2, 3]),
    `  around them (upload, submit, read back): ${inMs(times.overhead)}`,
  ]
}
