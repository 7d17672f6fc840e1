// Every place where a file from outside comes in: a valid file of each kind, small, and the commands that read it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Format } from './malformed.ts'

/** A way in: the files that must be there, one of which is malformed, and the commands that read that. */
export interface Door {
  readonly name: string
  readonly format: Format
  /** The valid file; undefined for one that training writes. */
  readonly valid?: Uint8Array
  /** What other files it needs, by their names. */
  readonly files: Readonly<Record<string, string>>
  /** Commands that make the valid file, or that the others need, once. */
  readonly before: readonly string[]
  /** Name of the file, which the commands contain. */
  readonly file: string
  /** Whether the file is also standard input. */
  readonly isInput?: boolean
  readonly commands: readonly string[]
  /** Part of the runs of other doors that this one gets, if its commands take longer; 1 if left out. */
  readonly share?: number
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const numpy = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../runtime/numpy/${name}`, import.meta.url)))

const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')

/** A model of one input and one target, which a data block reads from the file `d`. */
const program = (x: string, y: string, loss: string, data: string): string => `model M {
  input x: ${x}
  target y: ${y}
  ${loss}
  predict y from p
}
data d for M {
  ${data}
}
train M on d { optimizer = Adam(0.01); epochs = 1; batch = 8; seed = 1 }
`
const regression = 'p = (x |> dense(1))[0]; loss mse(p, y)'
const labels = 'p = x |> dense(K, softmax); loss cross_entropy(p, y); metric accuracy(p, y)'

/** Commands that read a file of data: at once, some of its rows, for training, and with what training has found. */
const readData = [
  'check m.rnn --data bad',
  'train m.rnn --data bad --out kept.safetensors',
  'eval m.safetensors --part train --data bad',
  'predict m.safetensors --data bad',
  'predict m.safetensors --data bad --format csv --out answers.csv',
]

/** The door of a file of data. */
const dataDoor = (name: string, format: Format, valid: Uint8Array, text: string): Door => ({
  name,
  format,
  valid,
  files: { 'm.rnn': text },
  before: ['train m.rnn --data bad --out m.safetensors', 'train m.rnn --data bad --out kept.safetensors'],
  file: 'bad',
  commands: readData,
})

const table = utf8(`a,b,c\n${rows(9, i => `${i},${(i * 7) % 5}.5,${['u', 'v', 'w'][i % 3]}`)}\n`)
const tabs = utf8(`a\tc\n${rows(9, i => `${i}\t"${['u', 'v', 'w'][i % 3]}"`)}\n`)
const lines = utf8(`${rows(6, i => `{"x": [${i}, ${i + 0.5}], "y": "${'pqr'[i % 3]}"}`)}\n`)
const texts = utf8(`${rows(6, i => `{"x": "${'a b c a d'.slice(i)}", "y": ${i / 2}}`)}\n`)
const story = utf8('the cat sat on the mat, and the dog lay by the cat.\nThe end.\n')
const idx = (dims: readonly number[]): Uint8Array => {
  const header = new Uint8Array(4 + 4 * dims.length)
  header[2] = 8
  header[3] = dims.length
  const view = new DataView(header.buffer)
  dims.forEach((dim, i) => void view.setUint32(4 + 4 * i, dim))
  return new Uint8Array([...header, ...Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => i % 3)])
}

const tableProgram = program('[2]', 'class of K', labels, 't = csv("d"); x = standardize([t.a, t.b]); y = classes(t.c)')

const generator = `model Story {
  target text: token of V over T
  p = delay(text) |> embedding(3) |> GRU(4) |> dense(V, softmax)
  loss cross_entropy(p, text)
  predict text from p
}
data Words for Story { text = streams(chars(text("d")), 2) }
train Story on Words { optimizer = Adam(0.01); epochs = 1; batch = 2; truncate = 8; seed = 1 }
`

const series = program(
  'real over T',
  'class of K over T',
  'p = [x] |> SimpleRNN(3) |> dense(K, softmax); loss cross_entropy(p, y)',
  't = jsonl("d.jsonl"); x = standardize(t.x); y = classes(t.y)',
)
const seriesData = `${rows(4, i => `{"x": [${i}, 1, 2], "y": ["a", "b", "${'ab'[i % 2]}"]}`)}\n`

const library = `# A cell of one's own.
cell Memory(units) {
  input x: [D]
  state h: [units]
  param W: [units, D], U: [units, units] = orthogonal, b: [units]
  h' = tanh(W @ x + U @ h + b)
  return h'
}
fn half(x) = x / 2
`
const importing = `import Memory, half from "bad.rnn"
${series.replace('SimpleRNN(3)', 'Memory(units = 3)').replace('mse(p, y)', 'mse(half(p), y)')}`

/** The commands that read trained weights. */
const readWeights = [
  'predict bad.safetensors',
  'eval bad.safetensors --part train',
  'build bad.safetensors --out m.mjs',
  'predict m.rnn --weights bad.safetensors',
  'diagnose bad.safetensors',
  // Weights in whose place others are to be saved.
  'train m.rnn --out bad.safetensors',
]

const fuzzCase = `# fuzz: {"sizes":{"B":2,"T":2,"S":1},"lengths":{"T":[2,2],"S":[1,1]},"data":456334}
model M {
  input x: [3] over T
  input m: [3] over S
  target y: [3] over T
  p = tanh(x) * last(m)
  loss mse(p, y)
  output p
}
`

export const doors: readonly Door[] = [
  {
    name: 'program',
    format: 'text',
    valid: utf8(series),
    files: { 'd.jsonl': seriesData },
    before: ['fmt bad.rnn'],
    file: 'bad.rnn',
    commands: [
      'check bad.rnn',
      'fmt --check bad.rnn',
      'types bad.rnn',
      'explain bad.rnn',
      'explain bad.rnn --graph g.svg',
      'check bad.rnn --json',
      'build bad.rnn --out m.mjs',
    ],
  },
  {
    name: 'imported program',
    format: 'text',
    valid: utf8(library),
    files: { 'm.rnn': importing, 'd.jsonl': seriesData },
    before: [],
    file: 'bad.rnn',
    commands: ['check m.rnn', 'types m.rnn', 'check bad.rnn'],
  },
  {
    name: 'program of standard input',
    format: 'text',
    valid: utf8(series),
    files: {},
    before: [],
    file: 'bad',
    isInput: true,
    commands: ['fmt -', 'fmt --stdin --json'],
  },
  dataDoor('csv', 'text', table, tableProgram),
  dataDoor(
    'tsv',
    'text',
    tabs,
    program('real', 'class of K', labels.replace('x |>', '[x] |>'), 't = tsv("d"); x = t.a; y = classes(t.c)'),
  ),
  dataDoor(
    'jsonl',
    'json lines',
    lines,
    program(
      'real over T',
      'class of K',
      labels.replace('x |>', '[x] |> SimpleRNN(2) |> last |>'),
      't = jsonl("d"); x = t.x; y = classes(t.y)',
    ),
  ),
  dataDoor(
    'jsonl of texts',
    'json lines',
    texts,
    program(
      'token of V over T',
      'real',
      regression.replace('x |>', 'x |> embedding(2) |> mean(over T) |>'),
      't = jsonl("d"); x = words(t.x); y = minmax(t.y)',
    ),
  ),
  dataDoor('gz', 'gzip', new Uint8Array(gzipSync(table)), tableProgram),
  {
    ...dataDoor('txt', 'text', story, generator),
    share: 0.4,
    commands: [
      'check m.rnn --data bad',
      'train m.rnn --data bad --out kept.safetensors',
      'eval m.safetensors --part train --data bad',
    ],
  },
  dataDoor(
    'npy',
    'npy',
    numpy('f8_little.npy'),
    program('[D]', '[D]', 'p = x |> dense(D); loss mse(p, y)', 'x = npy("d"); y = npy("d")'),
  ),
  dataDoor(
    'npz',
    'npz',
    numpy('deflated.npz'),
    program('[2] over T', '[2] over T', 'p = x |> SimpleRNN(2); loss mse(p, y)', 't = npz("d"); x = t.x; y = t.x'),
  ),
  dataDoor(
    'idx',
    'idx',
    idx([5, 2, 3]),
    program(
      '[3] over T',
      '[3] over T',
      'p = x |> SimpleRNN(3); loss mse(p, y)',
      'x = idx("d") / 255; y = idx("d") / 2',
    ),
  ),
  {
    name: 'weights',
    format: 'safetensors',
    files: { 'm.rnn': tableProgram.replace('csv("d")', 'csv("d.csv")'), 'd.csv': new TextDecoder().decode(table) },
    before: ['train m.rnn --out bad.safetensors', 'train m.rnn --out m.safetensors'],
    file: 'bad.safetensors',
    commands: readWeights,
  },
  {
    name: 'weights that generate',
    format: 'safetensors',
    files: { 'm.rnn': generator, d: new TextDecoder().decode(story) },
    before: ['train m.rnn --out bad.safetensors'],
    file: 'bad.safetensors',
    commands: [
      'generate bad.safetensors --steps 4',
      'generate bad.safetensors --steps 3 --after the',
      'generate bad.safetensors --steps 3 --beam 2',
    ],
  },
  {
    name: 'standard input of a stream',
    format: 'json lines',
    valid: utf8(`${rows(5, i => `{"x": ${i / 2}}`)}\n`),
    files: { 'm.rnn': series, 'd.jsonl': seriesData },
    before: ['train m.rnn --out m.safetensors'],
    file: 'bad',
    isInput: true,
    commands: ['predict m.safetensors --stream'],
  },
  {
    name: 'csv of standard input of a stream',
    format: 'text',
    valid: utf8(`x\n${rows(5, i => `${i / 2}`)}\n`),
    files: { 'm.rnn': series, 'd.jsonl': seriesData },
    before: ['train m.rnn --out m.safetensors'],
    file: 'bad',
    isInput: true,
    commands: ['predict m.safetensors --stream'],
  },
  {
    name: 'saved case',
    format: 'text',
    valid: utf8(fuzzCase),
    files: {},
    before: [],
    file: 'bad.rnn',
    commands: ['fuzz bad.rnn --target js'],
    share: 0.25,
  },
]
