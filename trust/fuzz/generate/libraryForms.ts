// Turns the standard library into forms by its declarations alone, so that additions to it are drawn as well.
import type { Expr, Fn, Statement, Unit } from '../../../dsl/ast.ts'
import { allExprs } from '../../../dsl/children.ts'
import { parse } from '../../../dsl/parse.ts'
import { libraryFile, libraryFiles } from '../../../dsl/standardLibrary.ts'
import type { Form, UnitText } from './tree.ts'

const itemsOf = (name: string) => {
  const file = libraryFile(name)
  return parse(libraryFiles.get(file) ?? '', file).program.items
}

const fnsOf = (file: string): Fn[] => itemsOf(file).filter(i => i.kind === 'fn')

const unitsOf = (file: string): Unit[] => itemsOf(file).filter(i => i.kind === 'unit')

const exprsOf = (body: readonly Statement[]): Expr[] =>
  body.flatMap(s => ('value' in s && s.value !== undefined ? [...allExprs(s.value)] : []))

const calls = (body: readonly Statement[], name: string): boolean =>
  exprsOf(body).some(e => e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === name)

const allFns = new Map(['functions.rnn', 'losses.rnn'].flatMap(fnsOf).map(f => [f.name.text, f]))

const kinked = new Set(['relu', 'abs', 'max', 'min', 'floor', 'argmax', 'where'])

/** Tells whether a fn, or one that it calls, has branches. */
const hasKink = ({ body }: Fn): boolean =>
  exprsOf(body).some(e => {
    if (e.kind !== 'call' || e.callee.kind !== 'name') return false
    const other = allFns.get(e.callee.name)
    return kinked.has(e.callee.name) || (other !== undefined && hasKink(other))
  })

const required = ({ params }: Fn | Unit): string[] => params.filter(p => p.default === undefined).map(p => p.name.text)

/** Forms of fns of an item: the first parameter is a vector, the others that it needs are numbers. */
export const libraryFunctions: readonly Form[] = fnsOf('functions.rnn').map(fn => {
  const numbers = required(fn)
    .slice(1)
    .map((_, i) => String(0.3 * (i + 1)))
  const kink = hasKink(fn)
  return {
    gives: 'vector',
    takes: ['vector'],
    text: `${fn.name.text}(${['#0', ...numbers].join(', ')})`,
    ...(kink && { kink }),
  }
})

const inputsOf = ({ body }: Unit) =>
  body.flatMap(s => (s.kind === 'input' ? s.names.map(name => ({ name: name.text, type: s.type })) : []))

const statesOf = ({ body }: Unit): string[] => body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))

/** Writes the recipe of a library unit: a hyper-parameter without a default is a size, or a recipe where it is called `cell`. */
const recipeOf = (unit: Unit, units: string): string =>
  required(unit).length === 0
    ? unit.name.text
    : `${unit.name.text}(${required(unit).map(name => (name === 'cell' ? `${cellNames[0]}(${units})` : units))})`

const cells = unitsOf('cells.rnn')

/** The names of the library's cells, each of one hyper-parameter without a default: the units. */
export const cellNames: readonly string[] = cells.map(c => c.name.text)

/** A library cell, stepped inside a step. */
export const libraryCells: readonly Form[] = cells.map(cell => {
  const states = statesOf(cell)
  return {
    gives: 'vector',
    takes: ['vector', ...states.map(() => 'vector' as const)],
    text: ([x, ...given], unit) => {
      const part = unit.part(cell.name.text.toLowerCase(), recipeOf(cell, unit.units))
      return `${part}(${[x, ...states.map((s, i) => `${s} = ${given[i]}`)].join(', ')})`
    },
  }
})

/** A library cell that runs over the memory inside a step. */
export const innerCells: readonly Form[] = cells.map(cell => {
  const [first] = statesOf(cell)
  return {
    gives: 'vector',
    takes: ['vector'],
    text: ([x], unit) => {
      const part = unit.part(`over_${cell.name.text.toLowerCase()}`, recipeOf(cell, unit.units))
      return `last(${part}(${unit.input('m')}, ${first} = ${x}))`
    },
  }
})

/** A library cell over a sequence, in place. */
export const cellsInPlace: readonly Form[] = cells.map(cell => ({
  gives: 'vector',
  takes: ['vector'],
  text: ([x], unit) => `${recipeOf(cell, unit.units)}(${x})`,
}))

/**
 * A library cell that knows the steps of another, which has read the memory, and starts with its final states: the encoder is the same at
 * all steps of a stream, and one name holds all that it gives.
 */
export const decoders: readonly Form[] = cells.map(cell => ({
  gives: 'vector',
  takes: ['vector'],
  text: ([x], unit) => {
    const name = `Decoder_${cell.name.text}`
    const lines = [
      `layer ${name}(units) {`,
      '  input x: [A] over T, m: [A] over S',
      `  part encode = ${recipeOf(cell, 'units')}, decode = ${recipeOf(cell, 'units')}`,
      '  read = encode(m)',
      '  return decode(x + repeat(tanh(sum(read, over S)), over T), from = read.final)',
      '}',
    ]
    unit.program.define(name, lines.join('\n'))
    return `${unit.part(name.toLowerCase(), `${name}(${unit.units})`)}(${x}, ${unit.input('m')})`
  },
}))

/** A library cell or layer over a sequence: in place, or as a part that several places share. */
export const libraryLayers: readonly Form[] = [
  ...cells.flatMap((cell, i): Form[] => [
    cellsInPlace[i],
    {
      gives: 'vector',
      takes: ['vector'],
      text: ([x], unit) => {
        const part = unit.part(`shared_${cell.name.text.toLowerCase()}`, recipeOf(cell, unit.units))
        return `reverse(${part}(reverse(${x})))`
      },
    },
    {
      gives: 'vector',
      takes: ['vector', 'vector'],
      text: ([x, y], unit) => {
        const part = unit.part(`shared_${cell.name.text.toLowerCase()}`, recipeOf(cell, unit.units))
        return `${part}(${x}, from = ${part}(${y}).final)`
      },
    },
  ]),
  ...unitsOf('layers.rnn').flatMap((layer): Form[] => {
    const inputs = inputsOf(layer)
    const takesRecipe = required(layer).includes('cell')
    const takes: Form['takes'] = inputs.some(i => i.type.item.kind === 'coded') ? [] : ['vector']
    const text = ([x]: readonly string[], unit: UnitText): string => {
      const args = inputs.map(({ type }) => {
        if (type.item.kind === 'coded') return unit.input('ids')
        return type.axes.length > 0 && !takesRecipe ? unit.input('m') : x
      })
      return `${recipeOf(layer, unit.units)}(${args.join(', ')})`
    }
    if (!takesRecipe) return [{ gives: 'vector', takes, text }]
    const half = (args: readonly string[], unit: UnitText): string =>
      `(${unit.param('V', `[${unit.units}, 2 * ${unit.units}]`)} @ ${text(args, unit)})`
    return [
      { gives: 'wide', takes, text },
      { gives: 'vector', takes, text: half },
    ]
  }),
]

/** Prediction that a loss takes: numbers, or probabilities of a class or of a yes. */
export type Answer = 'number' | 'class' | 'yes'

export interface LibraryLoss {
  readonly name: string
  readonly answer: Answer
  readonly kink: boolean
}

export const losses: readonly LibraryLoss[] = fnsOf('losses.rnn').map(fn => ({
  name: fn.name.text,
  answer: !calls(fn.body, 'probability') ? 'number' : exprsOf(fn.body).some(e => e.kind === 'index') ? 'class' : 'yes',
  kink: hasKink(fn),
}))

/** Metrics, with the answers that each takes: of a class or a yes if it decides, of a yes alone if it asks for label 1 of two. */
export const metrics: readonly { readonly name: string; readonly answers: readonly Answer[] }[] = fnsOf(
  'metrics.rnn',
).map(({ name, body }) => ({ name: name.text, answers: answersOf(body) }))

function answersOf(body: Fn['body']): readonly Answer[] {
  if (calls(body, 'positive')) return ['yes']
  const called = [...allFns.values()].filter(fn => calls(body, fn.name.text))
  if ([body, ...called.map(fn => fn.body)].some(b => exprsOf(b).some(e => e.kind === 'index'))) return ['class']
  return calls(body, 'decide') ? ['class', 'yes'] : ['number']
}

/** Metrics of whole sequences, which take distributions and classes over an axis. */
export const sequenceMetrics: readonly string[] = unitsOf('metrics.rnn').map(unit => unit.name.text)

export const optimizers: readonly Unit[] = unitsOf('optimizers.rnn')

/** Schedules of the rate, all in small numbers of steps. */
const schedules: readonly string[] = itemsOf('schedules.rnn').flatMap(item => {
  if (item.kind === 'fn') return [item.name.text]
  return item.kind === 'unit' ? [recipeOf(item, '2')] : []
})

/** Limits of gradients, as settings of `train`; the first is none. */
export const clips: readonly string[] = ['', '; clip = global_norm(0.1)', '; clip = norm(0.1)', '; clip = value(0.05)']

/** Writes the recipe of an optimizer; `options` turns its optional settings on: a flag, a number that is 0 by default, a schedule. */
export function optimizerCall(unit: Unit, options: boolean): string {
  const schedule = schedules[optimizers.indexOf(unit) % schedules.length]
  const on = unit.params.flatMap(({ name: { text }, default: value }) => {
    if (text === 'schedule') return [`${text} = ${schedule}`]
    if (value?.kind === 'bool') return [`${text} = true`]
    return value?.kind === 'number' && value.value === 0 ? [`${text} = 0.5`] : []
  })
  return `${unit.name.text}(${options ? on.join(', ') : ''})`
}
