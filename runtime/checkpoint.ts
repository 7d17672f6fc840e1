// The checkpoint that `train` saves: the parameters, and everything needed to use them, in one safetensors file.
import type { Parameter } from '../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { type Fitted, parseFitted } from './data/fitted.ts'
import { shapeOf } from './initializers.ts'
import { isObject, type Json, repeatedKey } from './json.ts'
import { decodeMetadata, decodeSafetensors, encodeSafetensors, type Tensor } from './safetensors.ts'

/** What a weights file holds. */
export interface Checkpoint {
  /** The version of rnnc that wrote it. */
  readonly version: string
  /** The text of each `.rnn` file by its path, the one with the model first. */
  readonly sources: readonly { readonly path: string; readonly text: string }[]
  readonly model: string
  /** Values of `--set` and `--data`. */
  readonly settings: Readonly<Record<string, Json>>
  readonly fitted?: Fitted
  readonly seed: number
  /** Epochs, losses and metrics, as training reports them. */
  readonly summary: Readonly<Record<string, Json>>
  /** By path, in the declared shapes. */
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Arrays of the state of a training that can go on, by names of their own; empty for weights alone. */
  readonly training: ReadonlyMap<string, Tensor>
  /** All else that is needed to go on. */
  readonly resume?: Resume
}

export interface Resume {
  /** Identity of the training. */
  readonly origin: Json
  /** The numbers of its state. */
  readonly numbers: Readonly<Record<string, Json>>
}

/** Prefix of the names of tensors that are not parameters; no name of a program begins so. */
const mark = '@training/'

/** Encodes a weights file, the inverse of `decodeCheckpoint`: parameters as tensors, all else as metadata of the header. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { version, sources, model, settings, fitted, seed, summary, parameters, training, resume } = checkpoint
  return encodeSafetensors({
    tensors: new Map([...parameters, ...[...training].map(([name, tensor]) => [mark + name, tensor] as const)]),
    metadata: {
      rnnc: version,
      model,
      seed: String(seed),
      sources: JSON.stringify(sources),
      settings: JSON.stringify(settings),
      summary: JSON.stringify(summary),
      ...(fitted && { fitted: JSON.stringify(fitted) }),
      ...(resume && { resume: JSON.stringify(resume) }),
    },
  })
}

/** Reads a weights file. RNN502 if it is damaged, or not written by rnnc. `file` is its name for messages. */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, file)
  const damaged = (name: string): never => fail('RNN502', { file, reason: `its \`${name}\` cannot be read` })
  const { version, model, sources } = originOf(metadata, file)
  const { seed } = metadata
  const settings = parse(metadata.settings)
  const summary = parse(metadata.summary)
  const fitted = parseFitted(parse(metadata.fitted))
  const resume = resumeIn(parse(metadata.resume))
  if (!isObject(settings)) return damaged('settings')
  if (!isObject(summary)) return damaged('summary')
  if (metadata.fitted !== undefined && fitted === undefined) return damaged('fitted')
  if (metadata.resume !== undefined && resume === undefined) return damaged('resume')
  if (!Number.isFinite(Number(seed ?? Number.NaN))) return damaged('seed')
  const all = [...tensors]
  return {
    version,
    sources,
    model,
    settings,
    ...(fitted && { fitted }),
    seed: Number(seed),
    summary,
    parameters: new Map(all.filter(([name]) => !name.startsWith(mark))),
    training: new Map(all.flatMap(([name, t]) => (name.startsWith(mark) ? [[name.slice(mark.length), t]] : []))),
    ...(resume && { resume }),
  }
}

function resumeIn(value: unknown): Resume | undefined {
  if (!isObject(value)) return undefined
  const { origin, numbers } = value
  return origin !== undefined && isObject(numbers) ? { origin, numbers } : undefined
}

/** Origin of weights: the model, its sources and the version of rnnc. */
export type Origin = Pick<Checkpoint, 'version' | 'model' | 'sources'>

/** Reads the origin of weights from the first bytes of their file, as many as `headerEnd` says. RNN502 as `decodeCheckpoint`. */
export const decodeOrigin = (bytes: Uint8Array, file: string): Origin => originOf(decodeMetadata(bytes, file), file)

function originOf(metadata: Readonly<Record<string, string>>, file: string): Origin {
  const { rnnc: version, model } = metadata
  if (version === undefined || model === undefined) {
    return fail('RNN502', { file, reason: 'it contains weights without a model, so rnnc did not write it' })
  }
  const sources = parse(metadata.sources)
  if (!Array.isArray(sources) || !sources.every(isSource))
    return fail('RNN502', { file, reason: 'its `sources` cannot be read' })
  return { version, model, sources }
}

/**
 * Finds the stored tensor of each parameter, in the order of the model. RNN501 unless paths and shapes are the same on both sides;
 * proposes a rename where a missing tensor and a superfluous one are the only ones of their shape.
 */
export function matchParameters(
  stored: ReadonlyMap<string, Tensor>,
  expected: { readonly model: string; readonly parameters: readonly Parameter[]; readonly sizes: Sizes },
  file: string,
): Map<string, Tensor> {
  const wanted = new Map(expected.parameters.map(p => [p.name, text(shapeOf(p, expected.sizes))]))
  const found = new Map([...stored].map(([name, { shape }]) => [name, text(shape)]))
  const missing = [...wanted].filter(([name]) => !found.has(name))
  const extra = [...found].filter(([name]) => !wanted.has(name))
  const reshaped = [...wanted].flatMap(([name, shape]) => {
    const other = found.get(name)
    return other === undefined || other === shape
      ? []
      : [`\`${name}\` is ${shape} in the model, ${other} in the weights`]
  })
  if (missing.length + extra.length + reshaped.length > 0) {
    const differences = [
      ...reshaped,
      ...(missing.length > 0 ? [`the weights lack ${list(missing)}`] : []),
      ...(extra.length > 0 ? [`the model lacks ${list(extra)}`] : []),
    ].join('; ')
    const renames = renamesOf(missing, extra)
    const help = renames.length > 0 ? `these may have been renamed: ${renames.join(', ')}` : undefined
    fail('RNN501', { file, model: expected.model, differences }, { help })
  }
  return new Map(
    expected.parameters.flatMap(({ name }) => {
      const tensor = stored.get(name)
      return tensor === undefined ? [] : [[name, tensor]]
    }),
  )
}

type Shaped = readonly [name: string, shape: string]

function renamesOf(missing: readonly Shaped[], extra: readonly Shaped[]): string[] {
  const alone = (shape: string, all: readonly Shaped[]) => all.filter(([, s]) => s === shape).length === 1
  return missing.flatMap(([name, shape]) => {
    const other = extra.find(([, s]) => s === shape)
    return other && alone(shape, missing) && alone(shape, extra)
      ? [`\`${other[0]}\` in the weights is \`${name}\``]
      : []
  })
}

/** Lists at most eight tensors. */
function list(all: readonly Shaped[]): string {
  const shown = all.slice(0, 8).map(([name, shape]) => `\`${name}\` ${shape}`)
  return [...shown, ...(all.length > 8 ? [`${all.length - 8} more`] : [])].join(', ')
}

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** Parses JSON; undefined where it is invalid or has a key twice. */
function parse(json: string | undefined): unknown {
  try {
    const value: unknown = json === undefined ? undefined : JSON.parse(json)
    return json === undefined || repeatedKey(json, value) === undefined ? value : undefined
  } catch {
    return undefined
  }
}

const isSource = (value: unknown): value is Checkpoint['sources'][number] =>
  isObject(value) && typeof value.path === 'string' && typeof value.text === 'string'
