// Random models of words: a ragged axis C inside a ragged axis W, and what each level goes through.
import fc, { type Arbitrary } from 'fast-check'
import type { Setting } from './program.ts'

export interface WordsShape {
  readonly inside: readonly string[]
  readonly word: string
  readonly across: readonly string[]
  readonly text: string
}

/** On vectors over W and C; `#` stands for the value. */
const inside = [
  'chars(#, over C)',
  'reverse(chars(reverse(#, over C), over C), over C)',
  'reverse(#, over C)',
  '# * softmax(#, over C)',
  'delay(#, start = 1, over C)',
  '# * (1 + position(over C)) / (1 + length(over C))',
  'tanh(# + repeat(mean(#, over C), over C))',
  'tanh(D @ #)',
  // Through W, C staying.
  'read(#).seen',
  'reverse(read(reverse(#, over W)).seen, over W)',
  'reverse(read(reverse(#, over W)).turned, over W)',
  'reverse(chars(reverse(#, over W), over C), over W)',
  'reverse(2 * reverse(# * look(last(#, over C), #), over W), over W)',
]
/** From C to one vector a word. */
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
/** On vectors over W. */
const across = ['words(#)', 'reverse(words(reverse(#)))', 'reverse(#)', 'delay(#)', '# * softmax(#, over W)', 'both(#)']
const text = ['last(#)', 'first(#)', 'mean(#, over W)', 'sum(#, over W)', '#']

const some = (of: readonly string[], least: number): Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...of), { minLength: least, maxLength: 3 })

export const wordsShape: Arbitrary<WordsShape> = fc.record({
  inside: some(inside, 1),
  word: fc.constantFrom(...word),
  across: some(across, 0),
  text: fc.constantFrom(...text),
})

export const wordsSetting: Arbitrary<Setting> = fc
  .tuple(fc.constantFrom(2, 3, 1, 0), fc.constantFrom(2, 3, 1, 0), fc.constantFrom(2, 3, 1, 0))
  .chain(([B, W, C]) =>
    fc.record({
      sizes: fc.constant({ B, W, C }),
      lengths: fc.record({
        W: fc.array(fc.nat(W), { minLength: B, maxLength: B }),
        C: fc.array(fc.nat(C), { minLength: B * W, maxLength: B * W }),
      }),
    }),
  )

export function wordsText(shape: WordsShape): string {
  const steps = [...shape.inside, shape.word, ...shape.across, shape.text]
  return [
    'layer attend() {',
    '  input q: [Q], m: [A] over C',
    '  param K: [Q, A]',
    '  return sum(softmax(q @ (K @ m), over C) * m, over C)',
    '}',
    'layer read_all() {',
    '  input q: [Q], m: [Q] over W over C',
    '  return sum(softmax(sum(m, over C) @ q, over W) * last(m, over C), over W)',
    '}',
    'cell reads() {',
    '  input m: [D] over C',
    '  state h: [D]',
    '  part rnn = SimpleRNN(2)',
    '  a = softmax(m @ h, over C)',
    "  h' = tanh(h + sum(a * m, over C) + last(rnn(m, h = h)))",
    "  output seen = m * h', turned = reverse(m) + h, pairs = drop_first(m) - h'",
    "  return h'",
    '}',
    'layer pair(cell) {',
    '  input x: [D] over T',
    '  part f = cell, b = cell',
    '  return f(x) * reverse(b(reverse(x)))',
    '}',
    'model M {',
    '  input x: [2] over W over C',
    `  target y: [2]${shape.text === '#' ? ' over W' : ''}`,
    '  param D: [2, 2]',
    '  part chars = SimpleRNN(2), words = GRU(2), within = attend(), both = pair(SimpleRNN(2))',
    '  part read = reads(), look = read_all()',
    '  h0 = x',
    ...steps.map((step, i) => `  h${i + 1} = ${step.replaceAll('#', `h${i}`)}`),
    `  p = h${steps.length}`,
    '  loss mse(p, y)',
    '  output p',
    '}',
    '',
  ].join('\n')
}
