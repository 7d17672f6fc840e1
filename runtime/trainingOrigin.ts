// Identifies a training: all that decides the course of its steps, so that it goes on only where it began.
import type { AnyBackend, Precision } from '../compiler/backend/backend.ts'
import { staticValue } from '../compiler/elaborate/values/entity.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { printGraph } from '../compiler/ir/printGraph.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { createDigest, digestOf } from './digest.ts'
import { isObject, type Json } from './json.ts'

/** Parts and values by name, each a number, a text or a checksum. `equations` are those of the program without its training. */
export type TrainingOrigin = Readonly<Record<keyof typeof wordings | 'equations', Json>>

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
  const parameters = JSON.stringify(signature.parameters)
  const measured = [printGraph(model.evaluate()), printGraph(model.report())]
  return {
    model: signature.name,
    program: digestOf([parameters, printGraph(model.train().graph), ...measured].join()),
    equations: digestOf([parameters, ...measured].join()),
    update: updateOf(model),
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

/** What makes a step from gradients: the optimizer and its numbers, and what the program changes before. */
function updateOf({ settings: { optimizer, clip, freeze } }: CompiledModel): Json {
  const numbers = [...(optimizer?.hypers ?? [])].flatMap(([name, entity]) => {
    const value = staticValue(entity)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    [cell]: optimizer?.unit.name.text ?? null,
    ...Object.fromEntries(numbers),
    clip: clip === undefined ? null : `${clip.by}(${clip.limit})`,
    freeze: freeze === undefined ? null : freeze.join(', '),
  }
}

/** The key of the name of an optimizer, which no number of it has. */
const cell = 'the optimizer'

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

const value: Wording = (key, there, here) => `its ${key.replace(/^the /, '')} is ${there}, not ${here}`
const named: Wording = (key, there, here) => `its \`${key}\` is ${there}, not ${here}`

const ofPart =
  (part: string): Wording =>
  (key, there, here) => {
    if (key === part) return there === 'nothing' ? `it has no ${part} part` : `it has a ${part} part`
    return key === 'examples'
      ? `its ${part} part has ${there} examples, not ${here}`
      : `the values of \`${key}\` in its ${part} part are others`
  }

/** What each part is called where it differs, causes first; `key` is a name inside it, if it has several values. */
const wordings = {
  model: (_, there, here) => `it trains the model ${there}, not ${here}`,
  update: value,
  settings: named,
  seed: value,
  dtype: value,
  target: value,
  program: () => 'its program has other equations',
  sizes: named,
  training: ofPart('training'),
  validation: ofPart('validation'),
} as const satisfies Readonly<Record<string, Wording>>

export interface Difference {
  readonly part: string
  /** Its name inside the part, or the part where it has no others. */
  readonly key: string
  readonly text: string
}

/** Lists in words how the origin in a file differs from one here, without what only follows from that; nothing if they are the same. */
export function differencesFrom(there: Json, here: TrainingOrigin): Difference[] {
  const parts: readonly (readonly [string, Wording])[] = Object.entries(wordings)
  const own: Readonly<Record<string, Json>> = here
  const before: Readonly<Record<string, Json>> = isObject(there) ? there : {}
  // An earlier version does not say what makes a step.
  const told = parts.filter(([part]) => part !== 'update' || isObject(before[part]))
  const all = told.flatMap(([part, say]) => differencesIn(part, say, before[part], own[part]))
  return withoutConsequences(all, before.equations === here.equations)
}

function differencesIn(part: string, say: Wording, before: Json | undefined, now: Json): Difference[] {
  const isSame = (a: Json | undefined, b: Json | undefined): boolean =>
    JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
  if (!isObject(before) || !isObject(now))
    return isSame(before, now) ? [] : [{ part, key: part, text: say(part, shown(before), shown(now)) }]
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  const differing = [...names].filter(name => !isSame(before[name], now[name]))
  return differing.map(key => ({ part, key, text: say(key, shown(before[key]), shown(now[key])) }))
}

/** Leaves out what follows from other differences. `sameEquations` tells whether the program differs at most in its training. */
function withoutConsequences(all: readonly Difference[], sameEquations: boolean): Difference[] {
  const has = (part: string, key?: string): boolean =>
    all.some(d => d.part === part && (key === undefined || d.key === key))
  const follows = ({ part, key }: Difference): boolean => {
    if (has('model')) return part !== 'model'
    if (part === 'update') return !has('program') || (![cell, 'clip', 'freeze'].includes(key) && has('update', cell))
    if (part === 'program') return sameEquations && has('update')
    // The seed decides which examples a shuffled split takes, the precision how their numbers are rounded.
    if (part !== 'training' && part !== 'validation') return false
    return has('seed') || has('dtype') || (key !== 'examples' && key !== part && has(part, 'examples'))
  }
  return all.filter(difference => !follows(difference))
}

const shown = (value: Json | undefined): string => {
  if (value === undefined || value === null) return 'nothing'
  return typeof value === 'string' ? `\`${value}\`` : isObject(value) ? 'something' : String(value)
}
