// Reads the settings of a `train` block by a table with one reader for each setting.
import type { Expr, Span, Train, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { didYouMean, suggest } from '../../../dsl/suggest.ts'
import type { Clip } from '../../ir/clip.ts'
import { evaluate } from '../expand/evaluate.ts'
import { makeRecipe } from '../expand/recipes.ts'
import { attempt, throwAll } from '../values/collectProblems.ts'
import { describeEntity, type Recipe } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { checkOptimizer } from './checkOptimizer.ts'
import type { Plateau } from './plateau.ts'
import { readClip } from './readClip.ts'
import { readNumber } from './readNumber.ts'
import { readPlateau } from './readPlateau.ts'

/** The settings of a `train` block; one that is not written is left out. */
export interface Settings {
  readonly optimizer?: Recipe
  readonly epochs?: number
  readonly steps?: number
  readonly batch?: number
  /** The number of batches whose gradients make one step. */
  readonly accumulate?: number
  readonly clip?: Clip
  readonly seed?: number
  readonly truncate?: number
  /** The distance, in steps, between two states that the gradient keeps; `root` for the square root of the number of steps. */
  readonly checkpoint?: number | 'root'
  readonly patience?: number
  /** How the rate of the optimizer falls where the loss does not. */
  readonly plateau?: Plateau
  /** Paths of parts and params that training leaves unchanged. */
  readonly freeze?: readonly string[]
  readonly shuffle?: boolean
  /** Whether a batch is of examples of similar lengths; where undefined, the lengths decide. */
  readonly bucket?: boolean
}

/** Settings that are whole numbers, which the command line may set, with the least value of each. */
export const wholeSettings = {
  epochs: 1,
  steps: 1,
  batch: 1,
  accumulate: 1,
  seed: 0,
  truncate: 1,
  checkpoint: 1,
  patience: 1,
} as const satisfies { readonly [K in keyof Settings]?: number }

type Reader<T> = (scope: Scope, e: Expr, model: Unit) => T

const whole =
  (name: keyof typeof wholeSettings, or = ''): Reader<number> =>
  (scope, e) =>
    requireWhole(name, readNumber(scope, e, `\`${name}\``), or, e.span)

/** Throws RNN207 unless the setting may have that value. */
function requireWhole(name: keyof typeof wholeSettings, value: number, or = '', span?: Span): number {
  const least = wholeSettings[name]
  if (Number.isSafeInteger(value) && value >= least) return value
  const expected = `a whole number of at least ${least}${or}`
  return fail('RNN207', { what: `\`${name}\``, expected, found: String(value) }, { ...(span && { span }) })
}

const yesOrNo =
  (name: keyof Settings): Reader<boolean> =>
  (scope, e) => {
    const value = evaluate(scope, e)
    if (value.kind === 'bool') return value.value
    const found = describeEntity(value)
    return fail('RNN216', { what: `\`${name}\``, expected: '`true` or `false`', found }, { span: e.span })
  }

/** Picks the settings among the numbers given from outside. Throws RNN207 as for those of the file. */
export function givenSettings(given: ReadonlyMap<string, number>): Partial<Settings> {
  const names = Object.keys(wholeSettings).filter(isWhole)
  return Object.fromEntries(
    names.flatMap(name => {
      const value = given.get(name)
      return value === undefined ? [] : [[name, requireWhole(name, value)]]
    }),
  )
}

const isWhole = (name: string): name is keyof typeof wholeSettings => Object.hasOwn(wholeSettings, name)

/** Advice for a name in quotes. */
function unquoted({ session: { topLevel, library } }: Scope, text: string): { help: string } {
  const near = suggest(text, [...topLevel.keys(), ...library.keys()])
  return { help: `write its name without quotes: \`${near ?? text}\`` }
}

const path = (e: Expr): string | undefined => {
  if (e.kind === 'name') return e.name
  const before = e.kind === 'member' ? path(e.value) : undefined
  return e.kind === 'member' && before !== undefined ? `${before}.${e.name.text}` : undefined
}

const readers: { readonly [K in keyof Settings]-?: Reader<NonNullable<Settings[K]>> } = {
  optimizer: (scope, e) => {
    const value = evaluate(scope, e)
    const recipe =
      value.kind === 'template' ? makeRecipe(scope, value.unit, { positional: [], named: new Map() }, e.span) : value
    if (recipe.kind !== 'recipe') {
      const found = describeEntity(recipe)
      return fail(
        'RNN231',
        { what: 'the optimizer', expected: 'a cell with its hyper-parameters', found },
        { span: e.span, ...(e.kind === 'string' && unquoted(scope, e.value)) },
      )
    }
    checkOptimizer(recipe)
    return recipe
  },
  epochs: whole('epochs'),
  steps: whole('steps'),
  batch: whole('batch'),
  accumulate: whole('accumulate'),
  clip: readClip,
  seed: whole('seed'),
  truncate: whole('truncate'),
  checkpoint: (scope, e, model) =>
    e.kind === 'name' && e.name === 'auto' ? 'root' : whole('checkpoint', ' or `auto`')(scope, e, model),
  patience: whole('patience'),
  plateau: readPlateau,
  freeze: (_, e, model) => {
    const items = e.kind === 'list' ? e.items : [e]
    return items.map(item => {
      const name = path(item)
      if (name === undefined)
        return fail(
          'RNN231',
          { what: '`freeze`', expected: 'a part, a param, or a list of them', found: 'an expression' },
          { span: item.span },
        )
      const [root] = name.split('.')
      const known = model.body.flatMap(s =>
        s.kind === 'param' ? s.names.map(n => n.text) : s.kind === 'part' ? [s.name.text] : [],
      )
      if (!known.includes(root)) fail('RNN106', { name: root }, { span: item.span, help: didYouMean(root, known) })
      return name
    })
  },
  shuffle: yesOrNo('shuffle'),
  bucket: yesOrNo('bucket'),
}

/** The names of all settings of `train`. */
export const settingNames = Object.keys(readers)

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(readers, name)

/** Reads a train block in a scope of its model's hyper-parameters. Throws RnnError with all errors, such as RNN105 for an unknown setting. */
export function readSettings(train: Train, model: Unit, modelScope: Scope): Settings {
  const scope: Scope = { ...modelScope, kind: 'settings' }
  const problems: Diagnostic[] = []
  const settings = new Map<string, unknown>()
  for (const equation of train.settings) {
    const { text: name, span } = equation.name
    attempt(problems, () => {
      if (!isSetting(name)) {
        const near = suggest(name, settingNames)
        fail(
          'RNN105',
          { kind: 'setting', name },
          {
            span,
            help: near === undefined ? `the settings are ${settingNames.join(', ')}` : `did you mean \`${near}\`?`,
          },
        )
      }
      if (settings.has(name)) fail('RNN107', { name }, { span })
      settings.set(name, readers[name](scope, equation.value, model))
    })
  }
  throwAll(problems)
  return Object.fromEntries(settings)
}
