// Draws random programs as data, before they are text, and makes them smaller part by part.

import { cellForms, plainCells } from './cellForms.ts'
import { edgeForms, itemForms, memoryForms, readouts, sequenceForms, stepForms, sumForms } from './forms.ts'
import type { Kinks } from './kinks.ts'
import {
  cellsInPlace,
  clips,
  decoders,
  innerCells,
  libraryCells,
  libraryFunctions,
  libraryLayers,
  losses,
  optimizers,
} from './libraryForms.ts'
import { stableForms } from './stableForms.ts'
import { type Draw, drawTree, type Form, grafted, type Kind, smallerTrees, type Tree } from './tree.ts'
import { drawWords, singleWords, smallerWords, type Words } from './words.ts'

export interface StateDraft {
  readonly kind: 'vector' | 'scalar' | 'matrix'
  /** Bounds the state; a `kept` one stays as it was at the start. */
  readonly bound: 'tanh' | 'sigmoid' | 'mix' | 'kept'
  readonly next: Tree
  readonly init: 'zero' | 'number' | 'learned'
}

export interface CellDraft {
  readonly states: readonly StateDraft[]
  readonly result: Tree
  /** Whether the cell's answer depends on every state, even where `result` reads none. */
  readonly shows: boolean
  /** Whether the cell also gives its input, unchanged. */
  readonly passes: boolean
}

export interface LossDraft {
  /** Index of one of the library's losses. */
  readonly loss: number
  readonly weight: 'one' | 'half'
  /** Operation between the answers of the steps and the loss: none, the opposite order, or a cell. */
  readonly by: 'itself' | 'reverse' | 'cell'
}

export interface TrainDraft {
  readonly optimizer: number
  /** Whether its further settings are used. */
  readonly options: boolean
  readonly clip: number
}

export interface SizesDraft {
  readonly B: number
  /** The longest length of the first and of the second ragged axis. */
  readonly first: number
  readonly second: number
  /** Numbers that the lengths of examples are drawn from; all are full where there are none. */
  readonly lengths?: readonly number[]
}

/** The function of weights that a loss penalizes. */
export type Penalty = 'none' | 'l1' | 'l2'

export interface Draft {
  readonly units: number
  readonly cells: readonly CellDraft[]
  /** A sequence of vectors. */
  readonly main: Tree
  readonly readout: number
  /** Expression of the vector that was read out. */
  readonly after: Tree
  readonly losses: readonly LossDraft[]
  /** 0 for none; otherwise which of the metrics. */
  readonly metrics: number
  readonly penalty: Penalty
  readonly train?: TrainDraft
  /** Whether a model of an answer a step reads its own target, one step late. */
  readonly feedback?: boolean
  /** Program of words in place of all parts above. */
  readonly words?: Words
  readonly sizes: SizesDraft
  readonly data: number
}

/** Selects the forms of a program by the number of kinks; with `many`, half of the forms drawn have one. */
function chosen<F extends { readonly kink?: boolean }>(forms: readonly F[], kinks: Kinks): readonly F[] {
  const smooth = forms.filter(f => !f.kink)
  if (kinks === 'none') return smooth
  const kinked = forms.filter(f => f.kink)
  const times = kinks === 'many' && kinked.length > 0 ? Math.ceil(smooth.length / kinked.length) : 1
  return [...smooth, ...Array.from({ length: times }, () => kinked).flat()]
}

export interface Tables {
  readonly step: readonly Form[]
  readonly sequence: readonly Form[]
  readonly item: readonly Form[]
  /** Operations over time that read no later step: a model of these runs as a stream. */
  readonly causal: readonly Form[]
  readonly readouts: readonly number[]
  /** Those readouts that give one answer a step. */
  readonly steps: readonly number[]
  readonly losses: readonly number[]
  readonly penalties: readonly Penalty[]
  /** Each operation by itself, as vectors over time, those that take the fewest lines first. */
  readonly singles: readonly Tree[]
  /** Each operation of a step by itself, as vectors. */
  readonly stepSingles: readonly Tree[]
}

/** Forms that make sense by themselves; an operation that is the same on vectors and on matrices is there once. */
const singleItems: readonly Form[] = [
  ...itemForms.filter(f => f.gives === 'vector' || !itemForms.some(g => g.gives === 'vector' && g.text === f.text)),
  ...libraryFunctions,
]
const singleForms: readonly Form[] = [
  ...singleItems,
  ...sequenceForms,
  ...libraryLayers,
  ...cellForms,
  ...memoryForms,
  ...decoders,
]
const delays = sequenceForms.filter(({ text }) => typeof text === 'string' && /^delay\((?!.*last)/.test(text))
const causalForms: readonly Form[] = [...delays, ...plainCells, ...cellsInPlace, ...decoders]
const singleSteps: readonly Form[] = [...singleItems, ...memoryForms, ...stepForms, ...libraryCells, ...innerCells]

/** Collects all forms that may be drawn, given the number of kinks. */
export function tablesFor(kinks: Kinks): Tables {
  const item = [...itemForms, ...libraryFunctions, ...memoryForms]
  // Repeats the forms that make a recurrent network, which are few among many.
  const weighted = [...sequenceForms, ...libraryLayers, ...decoders, ...cellForms]
  const indices = (list: readonly { readonly kink?: boolean }[]): number[] =>
    chosen(
      list.map((entry, i) => ({ i, kink: entry.kink })),
      kinks,
    ).map(({ i }) => i)
  return {
    item: chosen(item, kinks),
    step: chosen([...item, ...stepForms, ...libraryCells, ...innerCells], kinks),
    sequence: chosen([...item, ...weighted, ...weighted, ...cellForms, ...cellForms], kinks),
    causal: chosen([...item, ...causalForms, ...causalForms, ...causalForms], kinks),
    readouts: indices(readouts),
    steps: indices(readouts).filter(i => readouts[i].perStep),
    losses: indices(losses),
    penalties: kinks === 'none' ? ['l2'] : ['l1', 'l2'],
    singles: chosen(singleForms, kinks).map(asVector),
    stepSingles: chosen(singleSteps, kinks).map(asVector),
  }
}

/** Applies a form to different variables as a vector: a result of another kind goes into an operation that takes it. */
function asVector(form: Form): Tree {
  const tree: Tree = { form, of: form.takes.map((kind, leaf) => ({ leaf, kind })) }
  if (form.gives === 'vector') return tree
  const around = itemForms.find(f => f.gives === 'vector' && !f.kink && f.takes.includes(form.gives))
  if (around === undefined) throw new Error(`nothing makes a vector of a ${form.gives}`)
  const place = around.takes.indexOf(form.gives)
  return { form: around, of: around.takes.map((kind, leaf) => (leaf === place ? tree : { leaf, kind })) }
}

const takesOrGives = (form: Form, ...kinds: readonly Kind[]): boolean =>
  kinds.includes(form.gives) || form.takes.some(kind => kinds.includes(kind))

/** Themes that some programs mostly draw from: forms of one kind rarely meet in a program by chance. */
const themes: readonly (readonly Form[])[] = [
  [...memoryForms, ...stepForms],
  sumForms,
  edgeForms,
  stableForms,
  cellForms,
  itemForms.filter(form => takesOrGives(form, 'wide', 'matrix')),
  itemForms.filter(form => takesOrGives(form, 'int', 'bool')),
]

/** Draws no theme, one of those, or a few forms of any kind. */
function drawTheme(tables: Tables, draw: Draw): readonly Form[] {
  const n = draw(2 * themes.length)
  if (n < themes.length) return themes[n]
  const all = [...tables.step, ...tables.sequence]
  return n < 2 * themes.length - 1 ? Array.from({ length: 12 }, () => all[draw(all.length)]) : []
}

/** The tree with the first variable for each int: the others are counted from the end. */
const withoutLengths = (tree: Tree): Tree =>
  'form' in tree ? { ...tree, of: tree.of.map(withoutLengths) } : tree.kind === 'int' ? { ...tree, leaf: 0 } : tree

/** The readout that gives the sequence as it is. */
const eachStep = ({ steps }: Tables): number => steps[0]

/** A random program. */
export function drawDraft(tables: Tables, draw: Draw): Draft {
  const pick = <X>(...of: readonly X[]): X => of[draw(of.length)]
  const theme = new Set(drawTheme(tables, draw))
  const tree = (forms: readonly Form[], kind: Kind, depth: number): Tree => drawTree(forms, kind, depth, draw, theme)
  const state = (): StateDraft => {
    const kind = pick('vector', 'vector', 'vector', 'scalar', 'matrix')
    return {
      kind,
      bound: pick('tanh', 'tanh', 'sigmoid', 'mix', 'mix', 'kept'),
      next: tree(tables.step, kind, 3),
      init: pick('zero', 'zero', 'number', 'learned'),
    }
  }
  const times = <X>(n: number, make: () => X): X[] => Array.from({ length: n }, make)
  // Size 0 is drawn on purpose, but rarely: a program without elements tests little.
  const size = (): number => (draw(20) === 0 ? 0 : pick(2, 2, 3, 3, 1))
  // A length of 5 gives two windows of two steps, and a step that is left.
  const length = (): number => (draw(6) === 0 ? 5 : size())
  const isCausal = draw(3) === 0
  return {
    units: pick(2, 2, 2, 3, 3, 1),
    cells: times(pick(1, 2), () => ({
      states: times(pick(1, 1, 2, 3), state),
      result: tree(tables.step, 'vector', 2),
      // States that no answer reads would be tested by nothing.
      shows: draw(4) > 0,
      passes: draw(3) === 0,
    })),
    main: isCausal ? withoutLengths(tree(tables.causal, 'vector', 4)) : tree(tables.sequence, 'vector', 4),
    readout: isCausal ? eachStep(tables) : pick(...(draw(3) === 0 ? tables.steps : tables.readouts)),
    after: tree(tables.item, 'vector', 2),
    losses: times(pick(1, 1, 2), () => ({
      loss: pick(...tables.losses),
      weight: pick('one', 'half'),
      by: pick('itself', 'reverse', 'cell'),
    })),
    metrics: draw(3) === 0 ? 1 + draw(4) : 0,
    penalty: draw(4) === 0 ? pick(...tables.penalties) : 'none',
    ...(draw(2) === 0 && {
      train: { optimizer: draw(optimizers.length), options: draw(2) === 0, clip: draw(clips.length) },
    }),
    ...(draw(8) === 0 && { words: drawWords(draw) }),
    sizes: {
      B: size(),
      first: length(),
      second: length(),
      ...(draw(4) > 0 && { lengths: times(12, () => draw(12)) }),
    },
    data: draw(2 ** 20),
    ...(draw(2) === 0 && { feedback: true }),
  }
}

/**
 * Draws a program that has most of its parts from another, made smaller: a few parts come from a third, and some get a new expression, of
 * its own forms, which then stand elsewhere, of ties and other edges, or of any kind. Its sizes are its own, and few states are 0 at first:
 * an empty or zero result tests nothing.
 */
export function varied(draft: Draft, tables: Tables, draw: Draw): Draft {
  const other = drawDraft(tables, draw)
  const parts = [
    'units',
    'cells',
    'main',
    'readout',
    'after',
    'losses',
    'penalty',
    'train',
    'feedback',
    'words',
  ] as const
  const taken = parts.filter(() => draw(5) === 0).map(part => [part, other[part]] as const)
  const own = { ...Object.fromEntries(taken), sizes: other.sizes, data: other.data }
  const mixed: Draft = { ...reduced(draft, draw(4), draw), ...own }
  const themes = [() => edgeForms, () => formsOf(draft), () => drawTheme(tables, draw)]
  const theme = new Set(themes[draw(themes.length)]())
  const graft = (tree: Tree, forms: readonly Form[]): Tree => (draw(3) === 0 ? grafted(tree, forms, draw, theme) : tree)
  return {
    ...mixed,
    main: graft(mixed.main, tables.sequence),
    after: graft(mixed.after, tables.item),
    cells: mixed.cells.map(cell => ({
      ...cell,
      states: cell.states.map(s => ({
        ...s,
        next: graft(s.next, tables.step),
        init: s.init === 'zero' && draw(2) === 0 ? 'number' : s.init,
      })),
      result: graft(cell.result, tables.step),
      shows: cell.shows || draw(2) === 0,
    })),
  }
}

/** Every form of a program, in the order of its parts. */
function formsOf({ main, after, cells }: Draft): readonly Form[] {
  const inside = (tree: Tree): readonly Form[] => ('form' in tree ? [tree.form, ...tree.of.flatMap(inside)] : [])
  return [main, after, ...cells.flatMap(({ states, result }) => [...states.map(s => s.next), result])].flatMap(inside)
}

/** The program after a number of shrinking steps. */
function reduced(draft: Draft, times: number, draw: Draw): Draft {
  if (times === 0) return draft
  const smaller = [...smallerDrafts(draft)]
  return smaller.length === 0 ? draft : reduced(smaller[draw(smaller.length)], times - 1, draw)
}

/** Simplest cell that carries a state from step to step. */
const plainCell: CellDraft = {
  states: [{ kind: 'vector', bound: 'mix', next: { leaf: 1, kind: 'vector' }, init: 'zero' }],
  result: { leaf: 0, kind: 'vector' },
  shows: false,
  passes: false,
}

/** A program of a single operation, apart from its readout, its loss and its sizes. */
export function drawSingle(tables: Tables, draw: Draw): Draft {
  const {
    readout,
    losses: [loss],
    sizes,
    data,
  } = drawDraft(tables, draw)
  return { ...plain, main: tables.singles[draw(tables.singles.length)], readout, losses: [loss], sizes, data }
}

/** Adds weights of every shape to a vector: a pass that mistakes one value for another of its shape finds another. */
const company: Form = {
  gives: 'vector',
  takes: ['vector'],
  text: ([x], unit) => {
    const matrix = unit.param('W9', `[${unit.units}, ${unit.units}]`)
    const table = unit.param('E9', `[4, ${unit.units}]`)
    return `(${x} + ${unit.param('b9', `[${unit.units}]`)} * ${matrix}[0] + ${table}[1])`
  },
}

/** Reads rows of a table. */
const lookedUp: Form = {
  gives: 'vector',
  takes: [],
  text: (_, unit) => `${unit.param('E8', `[4, ${unit.units}]`)}[${unit.input('ids')}]`,
}

/** A program of one cell, whose state and answer follow an expression. */
function inCell(next: Tree): Omit<Draft, 'data'> {
  const state: StateDraft = { kind: 'vector', bound: 'mix', next, init: 'number' }
  const result: Tree = { form: company, of: [{ leaf: 0, kind: 'vector' }] }
  const cell: CellDraft = { ...plainCell, states: [state], result, shows: true }
  return { ...plain, cells: [cell], main: { form: cellForms[0], of: [{ leaf: 0, kind: 'vector' }] } }
}

/**
 * Each part of a program by itself: each operation over all steps, and within the step of a cell whose states and answer follow it; each
 * readout, loss, optimizer and limit of gradients; and each step of a program of words.
 */
export function allSingles(tables: Tables, draw: Draw): readonly Draft[] {
  const data = (): number => draw(2 ** 20)
  // A window of two steps, and one that is left.
  const long = { B: 2, first: 3, second: 2, lengths: [3, 2] }
  const train: readonly TrainDraft[] = [
    ...optimizers.flatMap((_, optimizer) => [true, false].map(options => ({ optimizer, options, clip: 0 }))),
    ...clips.map((_, clip) => ({ optimizer: 0, options: false, clip })),
  ]
  return [
    ...tables.singles.map(main => ({ ...plain, main, data: data() })),
    // Every other one answers at each step, and so runs as a stream as well.
    ...tables.stepSingles.map((next, i) => ({
      ...inCell(next),
      ...(i % 2 === 1 && { readout: eachStep(tables) }),
      sizes: long,
      data: data(),
    })),
    ...causalForms.map(form => ({
      ...plain,
      main: asVector(form),
      readout: eachStep(tables),
      sizes: long,
      data: data(),
    })),
    // Vectors of one element, of which passes drop dimensions.
    ...[...memoryForms, ...stepForms].map(form => ({
      ...inCell(asVector(form)),
      units: 1,
      readout: eachStep(tables),
      sizes: long,
      data: data(),
    })),
    ...tables.readouts.map(readout => ({ ...plain, readout, sizes: long, data: data() })),
    ...tables.losses.map(loss => ({ ...plain, losses: [{ ...plain.losses[0], loss }], data: data() })),
    // Answers that go back into the model.
    ...tables.losses.map(loss => ({
      ...plain,
      readout: eachStep(tables),
      losses: [{ ...plain.losses[0], loss }],
      feedback: true,
      data: data(),
    })),
    // The step of training is compared where the data is even.
    ...train.flatMap(t =>
      [oneWeight, someWeights].map(main => ({ ...plain, main, train: t, data: 2 * draw(2 ** 19) })),
    ),
    // Rows of a table of which a batch uses some, and long ones with the settings that make an optimizer move all.
    ...[...train.map(t => [2, t] as const), [64, train[0]] as const].map(([units, t]) => ({
      ...plain,
      units,
      main: { form: lookedUp, of: [] },
      train: t,
      data: 2 * draw(2 ** 19),
    })),
    ...singleWords().map(words => ({ ...plain, words, sizes: { ...long, second: 3 }, data: data() })),
  ]
}

/**
 * A program with three batches: its own, one of two windows of each axis and a step that is left, and one in which each axis has such a
 * length and none. Their data differs also in whether it ties.
 */
export const threeBatches = (draft: Draft): readonly Draft[] => [
  draft,
  { ...draft, sizes: { B: 2, first: 5, second: 5 }, data: draft.data + 64 },
  { ...draft, sizes: { B: 3, first: 5, second: 5, lengths: [5, 0, 3, 4] }, data: draft.data + 128 },
]

const oneWeight: Tree = { leaf: 1, kind: 'vector' }
const someWeights: Tree = { form: company, of: [oneWeight] }

const plain: Omit<Draft, 'data'> = {
  units: 2,
  cells: [plainCell],
  main: { leaf: 0, kind: 'vector' },
  readout: 0,
  after: { leaf: 0, kind: 'vector' },
  losses: [{ loss: 0, weight: 'one', by: 'itself' }],
  metrics: 0,
  penalty: 'none',
  sizes: { B: 2, first: 2, second: 2, lengths: [2, 1] },
}

/**
 * Yields programs with a single part of another: one loss, one way of reading, one operation. A fault of one rule mostly shows in one of
 * them.
 */
export function* singleParts(draft: Draft, { singles }: Tables): Generator<Draft> {
  const own: Draft = { ...plain, data: draft.data }
  if (draft.words === undefined) {
    for (const l of draft.losses) yield { ...own, losses: [{ ...l, weight: 'one', by: 'itself' }] }
    yield { ...own, readout: draft.readout }
  }
  for (const main of singles) yield { ...own, main }
}

/** Yields programs with less in them, those with the least first. */
export function* smallerDrafts(draft: Draft): Generator<Draft> {
  const { words, sizes } = draft
  if (words !== undefined) {
    // A fault of a program of words may show without them as well.
    yield { ...draft, words: undefined }
    for (const smaller of smallerWords(words)) yield { ...draft, words: smaller }
  } else {
    yield* smallerPrograms(draft)
  }
  if (sizes.lengths !== undefined) yield { ...draft, sizes: { ...sizes, lengths: undefined } }
  for (const name of ['B', 'first', 'second'] as const) {
    for (const size of [1, 2]) if (size < sizes[name]) yield { ...draft, sizes: { ...sizes, [name]: size } }
  }
}

function* smallerPrograms(draft: Draft): Generator<Draft> {
  const { cells, train, metrics, penalty, units, readout } = draft
  for (const main of smallerTrees(draft.main)) yield { ...draft, main }
  for (const after of smallerTrees(draft.after)) yield { ...draft, after }
  if (train !== undefined) yield { ...draft, train: undefined }
  if (metrics > 0) yield { ...draft, metrics: 0 }
  if (draft.feedback) yield { ...draft, feedback: false }
  if (penalty !== 'none') yield { ...draft, penalty: 'none' }
  for (const [i, l] of draft.losses.entries()) {
    if (draft.losses.length > 1) yield { ...draft, losses: [l] }
    if (l.loss > 0) yield { ...draft, losses: draft.losses.with(i, { ...l, loss: 0 }) }
    if (l.by !== 'itself') yield { ...draft, losses: draft.losses.with(i, { ...l, by: 'itself' }) }
    if (l.weight !== 'one') yield { ...draft, losses: draft.losses.with(i, { ...l, weight: 'one' }) }
  }
  if (readout > 0) yield { ...draft, readout: 0 }
  for (const size of [1, 2]) if (size < units) yield { ...draft, units: size }
  for (const [c, cell] of cells.entries()) {
    const changed = (by: Partial<typeof cell>): Draft => ({ ...draft, cells: cells.with(c, { ...cell, ...by }) })
    if (cells.length > 1) yield { ...draft, cells: cells.toSpliced(c, 1) }
    if (cell.passes) yield changed({ passes: false })
    if (cell.shows) yield changed({ shows: false })
    for (const [i, state] of cell.states.entries()) {
      if (cell.states.length > 1) yield changed({ states: cell.states.toSpliced(i, 1) })
      if (state.init !== 'zero') yield changed({ states: cell.states.with(i, { ...state, init: 'zero' }) })
      if (state.bound !== 'tanh') yield changed({ states: cell.states.with(i, { ...state, bound: 'tanh' }) })
      for (const next of smallerTrees(state.next)) yield changed({ states: cell.states.with(i, { ...state, next }) })
    }
    for (const result of smallerTrees(cell.result)) yield changed({ result })
  }
}
