// Prints a draft as a case: the text of the program, sizes and lengths.
import type { FuzzCase } from '../fuzzCase.ts'
import type { Draft, LossDraft } from './draft.ts'
import { readouts } from './forms.ts'
import {
  type Answer,
  cellNames,
  clips,
  losses,
  metrics,
  optimizerCall,
  optimizers,
  sequenceMetrics,
} from './libraryForms.ts'
import { leavesOfReadout, leavesOverTime } from './modelLeaves.ts'
import { createProgram, createUnit } from './randomProgram.ts'
import { printTree, type UnitText } from './tree.ts'
import { wordsText } from './words.ts'

export function printDraft(draft: Draft): FuzzCase {
  const { words, sizes, data } = draft
  const { B, first, second } = sizes
  const [outer, inner] = words === undefined ? ['T', 'S'] : ['W', 'C']
  const draws = sizes.lengths
  const lengths = (count: number, longest: number, from: number): number[] =>
    Array.from({ length: count }, (_, i) =>
      draws === undefined ? longest : draws[(from + i) % draws.length] % (longest + 1),
    )
  return {
    source: words === undefined ? programText(draft) : wordsText(words),
    sizes: { B, [outer]: first, [inner]: second },
    lengths: {
      [outer]: lengths(B, first, 0),
      [inner]: lengths(words === undefined ? B : B * first, second, 5),
    },
    data,
  }
}

/**
 * Target of the model, with its type, for each kind of answer, the expression that the loss is given, and a vector made of the targets
 * so far.
 */
const answers = {
  number: {
    target: 'y',
    type: (units: number) => `[${units}]`,
    given: () => 'p',
    fedBack: (units: number) => `${cellNames[0]}(${units})(delay(${cellNames[1]}(${units})(y)))`,
  },
  // At least two classes.
  class: {
    target: 'k',
    type: (units: number) => `class of ${Math.max(2, units)}`,
    given: (units: number) => (units === 1 ? 'softmax([p, 0])' : 'softmax(p)'),
    fedBack: (units: number, unit: UnitText) =>
      `${cellNames[1]}(${units})(${unit.param('K', `[${Math.max(2, units)}, ${units}]`)}[delay(k)])`,
  },
  // Keeps p below 1: the loss takes log(1 - p), which the oracle computes as it is written, and loses where p is almost 1.
  yes: {
    target: 'c',
    type: () => 'class of 2',
    given: () => 'sigmoid(5 * tanh(mean(p)))',
    fedBack: (units: number, unit: UnitText) => `${unit.param('C', `[2, ${units}]`)}[delay(c)]`,
  },
} as const satisfies Record<Answer, unknown>

/** Probabilities that come out of a recurrence. */
const chooser = [
  'cell Chooser(units) {',
  '  input x: [units]',
  '  state h: [units]',
  '  param A: [units, units]',
  "  h' = tanh(A @ x + 0.5 * h)",
  "  return softmax(h')",
  '}',
].join('\n')

function programText(draft: Draft): string {
  const { units, cells, main, readout, after } = draft
  const types = {
    x: `[${units}] over T`,
    keep: 'bool over T',
    ids: 'token of 4 over T',
    m: `[${units}] over S`,
    v: `[${units}]`,
    flag: 'bool',
    n: 'int',
  }
  const program = createProgram(cells)
  const unit = createUnit(program, String(units), types)
  const { text: read, perStep = false } = readouts[readout]
  const used = answersIn(draft)
  const answer = read.replaceAll('#0', printTree(main, leavesOverTime(units), unit))
  const isPlain = !('form' in after)
  const end = isPlain ? answer : printTree(after, leavesOfReadout(units), unit)
  const readsR = /\br\b/.test(end)
  const over = perStep ? ' over T' : ''
  const fedBack = draft.feedback && perStep ? used.map(a => ` + ${answers[a].fedBack(units, unit)}`).join('') : ''
  const equations = isPlain
    ? [`  p = ${answer}${fedBack}`]
    : [`  r = ${answer}`, `  p = ${readsR ? end : `r + ${end}`}${fedBack}`]
  const targets = used.map(a => `  target ${answers[a].target}: ${answers[a].type(units)}${over}`)
  const lossLines = draft.losses.map(loss => lossLine(loss, units, perStep, unit))
  const matrix = [...unit.params].find(([, type]) => type.includes(',') && !type.includes('over'))?.[0]
  const penalty = draft.penalty !== 'none' && matrix !== undefined ? [`  loss 0.01 * ${draft.penalty}(${matrix})`] : []
  const model = [
    'model M {',
    ...unit.declarations(),
    ...targets,
    ...equations,
    ...lossLines,
    ...penalty,
    ...(draft.metrics > 0 ? metricLines(draft, perStep) : []),
    '  output p',
    '}',
  ]
  const fed = [...unit.inputs, ...used.map(a => answers[a].target)]
  return [...program.text(), ...model, ...trainLines(draft, fed), ''].join('\n')
}

/** Kinds of answers that the losses of a draft judge. */
const answersIn = (draft: Draft): readonly Answer[] => [...new Set(draft.losses.map(l => losses[l.loss].answer))]

function lossLine({ loss, weight, by }: LossDraft, units: number, perStep: boolean, unit: UnitText): string {
  const { name, answer } = losses[loss]
  const { target } = answers[answer]
  const given = answers[answer].given(units)
  const between = (): string => {
    if (!perStep || by === 'itself') return given
    if (by === 'reverse' || answer !== 'class' || units === 1) return `reverse(${given})`
    unit.program.define('Chooser', chooser)
    return `${unit.part('chooser', `Chooser(${units})`)}(p)`
  }
  return `  loss ${weight === 'half' ? '0.5 * ' : ''}${name}(${between()}, ${target})`
}

/** Of the metrics that take an answer of the model, every fourth: all would take most of the time. */
function metricLines(draft: Draft, perStep: boolean): string[] {
  const used = answersIn(draft)
  const call = (name: string, a: Answer): string => `${name}(${answers[a].given(draft.units)}, ${answers[a].target})`
  return [
    ...metrics
      .filter((_, i) => i % 4 === draft.metrics - 1)
      .flatMap(m => used.filter(a => m.answers.includes(a)).map(a => `  metric ${call(m.name, a)}`)),
    ...(perStep && used.includes('class') ? sequenceMetrics.map(name => `  metric ${call(name, 'class')}`) : []),
    `  metric surprise = exp(average(${call(losses[draft.losses[0].loss].name, used[0])}))`,
  ]
}

/** The blocks `data`, which gives the ports in `fed`, and `train`. */
function trainLines({ train }: Draft, fed: readonly string[]): string[] {
  if (train === undefined) return []
  const call = optimizerCall(optimizers[train.optimizer], train.options)
  return [
    `data D for M { t = csv("d.csv"); ${fed.map(name => `${name} = t.${name}`).join('; ')} }`,
    `train M on D { optimizer = ${call}${clips[train.clip]} }`,
  ]
}
