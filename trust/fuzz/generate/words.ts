// Draws random models of words: a ragged axis C inside a ragged axis W, and a chain of operations along each.
import { cellNames, losses } from './libraryForms.ts'
import type { Draw } from './tree.ts'

export interface Words {
  /** Index of the library cell that runs along characters. */
  readonly cell: number
  readonly inside: readonly string[]
  readonly word: string
  readonly across: readonly string[]
  readonly text: string
}

/** Steps on vectors over W and C; `#` stands for the value. */
const inside = [
  'chars(#, over C)',
  'reverse(chars(reverse(#, over C), over C), over C)',
  'reverse(#, over C)',
  '# * softmax(#, over C)',
  'delay(#, start = 1, over C)',
  '# * (1 + position(over C)) / (1 + length(over C))',
  'tanh(# + repeat(mean(#, over C), over C))',
  'tanh(D @ #)',
  // Steps along W that keep the axis C.
  'read(#).seen',
  'reverse(read(reverse(#, over W)).seen, over W)',
  'reverse(read(reverse(#, over W)).turned, over W)',
  'reverse(chars(reverse(#, over W), over C), over W)',
  'reverse(2 * reverse(# * look(last(#, over C), #), over W), over W)',
]
/** Reductions over C to one vector a word. */
const word = [
  'last(#, over C)',
  'first(#, over C)',
  'mean(#, over C)',
  'sum(#, over C)',
  'within(mean(#, over C), #)',
  'sum(drop_first(#, over C) * drop_last(#, over C), over C)',
  'sum(read(#).pairs * drop_last(#, over C), over C)',
  'read(#) + last(#, over C)',
  'reverse(read(reverse(#, over W)))',
  'last(reverse(#, over W), over C)',
  'last(reverse(delay(reverse(#, over W), over C), over W), over C)',
  'mean(#, over C) + sum(last(#, over W), over C)',
  'first(#, over C) * last(first(#, over W), over C)',
  'first(#, over C) + sum(last(drop_first(#, over W), over C), over W)',
  'first(#, over C) + last(last(drop_last(reverse(#, over W), over W), over W), over C)',
  'look(mean(#, over C), #)',
]
/** Steps on vectors over W. */
const across = ['words(#)', 'reverse(words(reverse(#)))', 'reverse(#)', 'delay(#)', '# * softmax(#, over W)', 'both(#)']
const text = ['last(#)', 'first(#)', 'mean(#, over W)', 'sum(#, over W)', '#']

/** Draws a random chain of steps through both axes. */
export function drawWords(draw: Draw): Words {
  const some = (of: readonly string[], least: number): string[] =>
    Array.from({ length: least + draw(3 - least + 1) }, () => of[draw(of.length)])
  return {
    cell: draw(cellNames.length),
    inside: some(inside, 1),
    word: word[draw(word.length)],
    across: some(across, 0),
    text: text[draw(text.length)],
  }
}

/** Each step by itself, with one library cell after the other. */
export function singleWords(): readonly Words[] {
  const plain: Omit<Words, 'cell'> = { inside: [inside[0]], word: word[0], across: [], text: text[0] }
  return [
    ...inside.map(step => ({ ...plain, inside: [step] })),
    ...word.map(step => ({ ...plain, word: step })),
    ...across.map(step => ({ ...plain, across: [step] })),
    ...text.map(step => ({ ...plain, text: step })),
  ].map((words, i) => ({ ...words, cell: i % cellNames.length }))
}

/** Shrinks the chain: a step less, or the simplest cell or ends. */
export function* smallerWords(words: Words): Generator<Words> {
  if (words.cell > 0) yield { ...words, cell: 0 }
  for (const i of words.across.keys()) yield { ...words, across: words.across.toSpliced(i, 1) }
  for (const i of words.inside.keys()) yield { ...words, inside: words.inside.toSpliced(i, 1) }
  if (words.word !== word[0]) yield { ...words, word: word[0] }
  if (words.text !== text[0]) yield { ...words, text: text[0] }
}

/** The units that steps call, by the name of the part that holds each. */
const partsOf = (
  cell: string,
): Readonly<Record<string, { readonly recipe: string; readonly definition?: string }>> => ({
  chars: { recipe: `${cell}(2)` },
  words: { recipe: `${cellNames[cellNames.length - 1]}(2)` },
  within: {
    recipe: 'attend()',
    definition: `layer attend() {
  input q: [Q], m: [A] over C
  param K: [Q, A]
  return sum(softmax(q @ (K @ m), over C) * m, over C)
}`,
  },
  look: {
    recipe: 'read_all()',
    definition: `layer read_all() {
  input q: [Q], m: [Q] over W over C
  return sum(softmax(sum(m, over C) @ q, over W) * last(m, over C), over W)
}`,
  },
  read: {
    recipe: 'reads()',
    definition: `cell reads() {
  input m: [D] over C
  state h: [D]
  part rnn = ${cell}(2)
  a = softmax(m @ h, over C)
  h' = tanh(h + sum(a * m, over C) + last(rnn(m, h = h)) * rnn(m, h = h).final.h)
  output seen = m * h', turned = reverse(m) + h, pairs = drop_first(m) - h'
  return h'
}`,
  },
  both: {
    recipe: `pair(${cell}(2))`,
    definition: `layer pair(cell) {
  input x: [D] over T
  part f = cell, b = cell
  return f(x) * reverse(b(reverse(x)))
}`,
  },
})

export function wordsText(words: Words): string {
  const steps = [...words.inside, words.word, ...words.across, words.text]
  const used = Object.entries(partsOf(cellNames[words.cell])).filter(([name]) =>
    steps.some(step => step.includes(`${name}(`)),
  )
  const [loss] = losses.filter(l => l.answer === 'number')
  return [
    ...used.flatMap(([, { definition }]) => definition ?? []),
    'model M {',
    '  input x: [2] over W over C',
    `  target y: [2]${words.text === '#' ? ' over W' : ''}`,
    ...(steps.some(step => step.includes('D @')) ? ['  param D: [2, 2]'] : []),
    ...used.map(([name, { recipe }]) => `  part ${name} = ${recipe}`),
    '  h0 = x',
    ...steps.map((step, i) => `  h${i + 1} = ${step.replaceAll('#', `h${i}`)}`),
    `  p = h${steps.length}`,
    `  loss ${loss.name}(p, y)`,
    '  output p',
    '}',
    '',
  ].join('\n')
}
