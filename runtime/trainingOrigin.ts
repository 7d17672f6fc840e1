// Identifies a training: all that decides the course of its steps, so that it goes on only where it began.
import type { AnyBackend, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { printGraph } from '../compiler/ir/printGraph.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { createDigest, digestOf } from './digest.ts'
import { isObject, type Json } from './json.ts'

/** Parts and values by name, each a number, a text or a checksum. */
export type TrainingOrigin = Readonly<Record<keyof typeof wordings, Json>>

export interface TrainingRun {
  readonly seed: number
  readonly precision: Precision
  readonly backend: Pick<AnyBackend, 'name'>
}

/** Identifies the training of a model on data. Limits (`epochs`, `steps`, `patience`) are not in it: they end a training, and do not change it. */
export function originOf(
  model: CompiledModel,
  data: LoadedData,
  { seed, precision, backend }: TrainingRun,
): TrainingOrigin {
  const { signature, settings } = model
  const { batch = 32, accumulate = 1, shuffle = true, bucket = null, truncate = null, plateau = null } = settings
  return {
    model: signature.name,
    program: digestOf(
      [
        JSON.stringify(signature.parameters),
        printGraph(model.train().graph),
        printGraph(model.evaluate()),
        printGraph(model.report()),
      ].join(),
    ),
    settings: {
      batch,
      accumulate,
      shuffle,
      bucket,
      truncate,
      plateau: plateau && `reduce(${plateau.factor}, ${plateau.epochs})`,
    },
    sizes: { ...data.sizes },
    training: partOf(data.train),
    validation: data.validation === undefined ? null : partOf(data.validation),
    seed,
    dtype: precision,
    target: backend.name,
  }
}

const partOf = ({ count, ports }: Part): Json => ({
  examples: count,
  ...Object.fromEntries(
    Object.entries(ports).map(([name, examples]) => {
      const digest = createDigest()
      examples.forEach(({ lengths, values }) => {
        for (const list of lengths) digest.numbers(list)
        digest.numbers(values)
      })
      return [name, digest.result()]
    }),
  ),
})

type Wording = (key: string, there: string, here: string) => string

const value: Wording = (key, there, here) => `its ${key} is ${there}, not ${here}`
const named: Wording = (key, there, here) => `its \`${key}\` is ${there}, not ${here}`

const ofPart =
  (part: string): Wording =>
  (key, there, here) => {
    if (key === part) return there === 'null' ? `it has no ${part} part` : `it has a ${part} part`
    return key === 'examples'
      ? `its ${part} part has ${there} examples, not ${here}`
      : `the values of \`${key}\` in its ${part} part are others`
  }

/** What each part is called where it differs; `key` is a name inside it, if it has several values. */
const wordings = {
  model: (_, there, here) => `it trains the model ${there}, not ${here}`,
  program: () => 'its program has other equations',
  settings: named,
  sizes: named,
  training: ofPart('training'),
  validation: ofPart('validation'),
  seed: value,
  dtype: value,
  target: value,
} as const satisfies Readonly<Record<string, Wording>>

export interface Difference {
  readonly part: string
  readonly text: string
}

/** Lists in words how the origin in a file differs from one here; nothing if they are the same. */
export function differencesFrom(there: Json, here: TrainingOrigin): Difference[] {
  const parts: readonly (readonly [string, Wording])[] = Object.entries(wordings)
  const own: Readonly<Record<string, Json>> = here
  return parts.flatMap(([part, say]) => {
    const [before, now] = [isObject(there) ? there[part] : undefined, own[part]]
    if (!isObject(before) || !isObject(now)) {
      return JSON.stringify(before) === JSON.stringify(now)
        ? []
        : [{ part, text: say(part, shown(before), shown(now)) }]
    }
    const names = new Set([...Object.keys(before), ...Object.keys(now)])
    const differing = [...names].filter(name => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    return differing.map(name => ({ part, text: say(name, shown(before[name]), shown(now[name])) }))
  })
}

const shown = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? `\`${value}\`` : isObject(value) ? 'something' : String(value)
}
