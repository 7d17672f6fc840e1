// Malformed files of every kind: takes the bytes of a valid file and damages them, in ways that any file may be damaged and in ways of its
// own format. Each is drawn by fast-check, so that a failure shrinks to few and small damages.
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** One damage: its kind, a place, and a number that chooses the rest. */
export interface Damage {
  readonly kind: string
  readonly at: number
  readonly other: number
}

/** Makes other bytes of some; `at` is a place in them, `other` any number. */
type Damaging = (bytes: Uint8Array, at: number, other: number) => Uint8Array

export type Format = 'text' | 'json lines' | 'safetensors' | 'npy' | 'npz' | 'idx' | 'gzip'

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array => encoder.encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const pick = <T>(of: readonly T[], n: number): T => of[n % of.length]

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Puts `middle` in the place of `removed` bytes. */
const spliced = (bytes: Uint8Array, at: number, removed: number, middle: Uint8Array): Uint8Array =>
  joined(bytes.subarray(0, at), middle, bytes.subarray(at + removed))

/** Names that every object inherits, or that a program may take for others. */
export const inherited = [
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'hasOwnProperty',
  '__metadata__',
  'length',
]

/** Numbers as texts that few programs expect. */
const numbers = [
  ...[
    'NaN',
    'Infinity',
    '-Infinity',
    'inf',
    '-0',
    '1e308',
    '1e309',
    '-1e400',
    '5e-324',
    '9007199254740993',
    '0x10',
    '1_000',
    '1,5',
    '.5',
    '1.',
  ],
  ...['1e9', '4294967296', '1099511627776', '18446744073709551616', '-1', '0', '2.5', '१', '1'.repeat(400)],
]

const odd = [
  ...inherited,
  ...numbers,
  '',
  ' ',
  '"',
  "'",
  '""',
  '\\',
  '\0',
  'null',
  'true',
  '{}',
  '[]',
  '\u2028',
  '😀',
  '\u202e',
  '# ',
  '../..',
  '//',
  ';',
  '\t',
]

/** How long something is that is too long; the longest is rare. */
const lengthOf = (n: number): number => pick([10, 100, 1000, 10_000, 10_000, 100_000], n)

/** Places of words and numbers in a text. */
const wordsOf = (text: string): RegExpExecArray[] => [...text.matchAll(/-?[\w.]+/g)]

const onText =
  (change: (text: string, at: number, other: number) => string): Damaging =>
  (bytes, at, other) =>
    utf8(change(decode(bytes), at, other))

/** Changes one line of a text, and keeps the end of it. */
const onLine = (change: (line: string, other: number) => string): Damaging =>
  onText((text, at, other) => {
    const lines = text.split('\n')
    const i = at % lines.length
    return lines.with(i, change(lines[i], other)).join('\n')
  })

/** Damages of any bytes. */
const ofBytes: Readonly<Record<string, Damaging>> = {
  truncate: (bytes, at) => bytes.subarray(0, at % (bytes.length + 1)),
  behead: (bytes, at) => bytes.subarray(at % (bytes.length + 1)),
  flip: (bytes, at, other) => (bytes.length === 0 ? bytes : bytes.with(at % bytes.length, other & 255)),
  'flip bit': (bytes, at, other) =>
    bytes.length === 0 ? bytes : bytes.with(at % bytes.length, bytes[at % bytes.length] ^ (1 << (other % 8))),
  // Headers are at the beginning, and the directory of an archive is at the end.
  'flip in front': (bytes, at, other) =>
    bytes.length === 0 ? bytes : bytes.with(at % Math.min(bytes.length, 16), other & 255),
  extreme: (bytes, at, other) => {
    const size = pick([1, 2, 4, 8], other)
    const value = pick([0x00, 0xff, 0x7f, 0x80, 0x01], other >> 2)
    const fill = Uint8Array.from({ length: size }, (_, i) => (value === 1 && i > 0 ? 0 : value))
    const place = other & 64 ? Math.max(0, bytes.length - 1 - (at % 80)) : at % (bytes.length + 1)
    return spliced(bytes, place, size, fill)
  },
  remove: (bytes, at, other) => spliced(bytes, at % (bytes.length + 1), 1 + (other % 40), utf8('')),
  repeat: (bytes, at, other) => {
    const place = at % (bytes.length + 1)
    return spliced(bytes, place, 0, bytes.subarray(place, place + 1 + (other % 200)))
  },
  twice: bytes => joined(bytes, bytes),
  zeros: (bytes, at, other) => spliced(bytes, at % (bytes.length + 1), 0, new Uint8Array(lengthOf(other))),
  nothing: () => utf8(''),
  gzip: bytes => gzipSync(bytes),
  'gzip twice': bytes => gzipSync(gzipSync(bytes)),
  'gzip cut': (bytes, at) => {
    const whole = gzipSync(bytes)
    return whole.subarray(0, at % whole.length)
  },
  bomb: (_, at, other) =>
    gzipSync(Buffer.alloc(100_000, pick(['\0', '1', '[', '(', '\n', '1,', '"', 'a '], at)), { level: 1 + (other % 2) }),
  NUL: (bytes, at) => spliced(bytes, at % (bytes.length + 1), 0, Uint8Array.of(0)),
  BOM: bytes => joined(Uint8Array.of(0xef, 0xbb, 0xbf), bytes),
  'BOM inside': (bytes, at) => spliced(bytes, at % (bytes.length + 1), 0, Uint8Array.of(0xef, 0xbb, 0xbf)),
  surrogate: (bytes, at) => spliced(bytes, at % (bytes.length + 1), 0, Uint8Array.of(0xed, 0xa0, 0x80)),
  'no UTF-8': (bytes, at, other) =>
    spliced(
      bytes,
      at % (bytes.length + 1),
      0,
      pick(
        [[0xc0, 0x80], [0xff], [0xf8, 0x88, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]].map(b => Uint8Array.from(b)),
        other,
      ),
    ),
  'UTF-16': (bytes, _, other) => {
    const little = Buffer.from(`${other & 1 ? '\ufeff' : ''}${decode(bytes)}`, 'utf16le')
    return new Uint8Array(other & 2 ? little.swap16() : little)
  },
  'Latin-1': bytes => new Uint8Array(Buffer.from(`é${decode(bytes)}`, 'latin1')),
}

const ofText: Readonly<Record<string, Damaging>> = {
  CRLF: onText(text => text.replaceAll('\n', '\r\n')),
  CR: onText(text => text.replaceAll('\n', '\r')),
  'line separators': onText(text => text.replaceAll('\n', '\u2028')),
  blanks: onText((text, at, other) => text.replaceAll('\n', pick([' \n', '\n\n', '\t\n', '\u00a0\n'], at + other))),
  word: onText((text, at, other) => {
    const words = wordsOf(text)
    if (words.length === 0) return text
    const { index, 0: word } = pick(words, at)
    return text.slice(0, index) + pick(odd, other) + text.slice(index + word.length)
  }),
  'other word': onText((text, at, other) => {
    const words = wordsOf(text)
    if (words.length === 0) return text
    const { index, 0: word } = pick(words, at)
    return text.slice(0, index) + pick(words, other)[0] + text.slice(index + word.length)
  }),
  number: onText((text, at, other) => {
    const found = [...text.matchAll(/-?\d[\d.e+-]*/g)]
    if (found.length === 0) return text
    const { index, 0: word } = pick(found, at)
    return text.slice(0, index) + pick(numbers, other) + text.slice(index + word.length)
  }),
  insert: onText((text, at, other) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + pick(odd, other) + text.slice(place)
  }),
  'double a line': onText((text, at) => {
    const lines = text.split('\n')
    return lines.toSpliced(at % lines.length, 0, pick(lines, at)).join('\n')
  }),
  'drop a line': onText((text, at) =>
    text
      .split('\n')
      .toSpliced(at % text.split('\n').length, 1)
      .join('\n'),
  ),
  // No more of it than some command trains on in a few seconds: to learn a large and valid text takes its time.
  'lines many times': onText((text, at, other) => {
    const line = `${pick(text.split('\n'), at)}\n`
    return line.repeat(Math.min(pick([50, 500], other), Math.ceil(1_000_000 / line.length))) + text
  }),
  ragged: onLine((line, other) =>
    pick([`${line},`, `${line},1`, line.replace(/[^,;\t]*[,;\t]/, ''), `,${line}`, `${line}\t1`, `"${line}`], other),
  ),
  'name twice': onLine(line => line.replace(/^([^,;\t]*)([,;\t])([^,;\t]*)/, '$1$2$1')),
  'inherited name': onText((text, at, other) => {
    const names = [...text.matchAll(/[A-Za-z_]\w*/g)]
    if (names.length === 0) return text
    const [name] = pick(names, at)
    return text.replaceAll(name, pick(inherited, other))
  }),
  'long line': onText((text, at, other) => {
    const place = at % (text.length + 1)
    return (
      text.slice(0, place) +
      pick(['a', '1', '-', ' ', '"', ',', '1,', '.', 'é', '\\'], at).repeat(lengthOf(other)) +
      text.slice(place)
    )
  }),
  nested: onText((text, at, other) => {
    const place = at % (text.length + 1)
    const [open, close] = pick(
      [
        ['(', ')'],
        ['[', ']'],
        ['{', '}'],
        ['{"a":', '}'],
        ['-', ''],
        ['f(', ')'],
        ['|> (', ')'],
        ['[', ''],
      ],
      at,
    )
    const deep = lengthOf(other)
    return text.slice(0, place) + open.repeat(deep) + (at & 1 ? '1' : '') + close.repeat(deep) + text.slice(place)
  }),
}

/** Values that stand where a JSON file has others. */
const oddValues: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    0,
    0.5,
    1e300,
    2 ** 53,
    2 ** 40,
    2 ** 31,
    3e9,
    '',
    'a',
    '1',
    '__proto__',
    'constructor',
    'NaN',
    '\0',
    '\ud800',
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [-1],
    [2 ** 40, 2 ** 40],
    [0],
    [1, [2]],
    { x: 1 },
    'x'.repeat(5000),
    Array.from({ length: 300 }, () => 1),
  ],
]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The text of a value in which one part is another, or is called otherwise, or is missing. Texts that hold JSON are part of it. */
function damagedJson(value: unknown, at: number, other: number): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    const inner = tryParse(value)
    if (inner !== undefined)
      return other % 11 === 0 ? pick(oddValues, at) : JSON.stringify(damagedJson(inner, at, other))
  }
  if (!isObject(value)) return pick(oddValues, other)
  const keys = Object.keys(value)
  if (keys.length === 0) return pick(oddValues, other)
  const key = pick(keys, at)
  const rest = Math.floor(at / keys.length)
  // Goes deeper in most cases, as what is far inside is more than what is at the top.
  const how = rest % 8
  if (Array.isArray(value)) {
    const i = Number(key)
    if (how === 0) return value.toSpliced(i, 1)
    if (how === 1) return value.toSpliced(i, 0, value[i])
    return value.with(i, damagedJson(value[i], Math.floor(rest / 8), other))
  }
  const entries = Object.entries(value)
  if (how === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  if (how === 1)
    return own(entries.map(([name, part]) => [name === key ? pick([...inherited, ''], other) : name, part]))
  if (how === 2) return own([...entries, [pick([...inherited, 'x'], other), value[key]]])
  return own(
    entries.map(([name, part]) => [name, name === key ? damagedJson(part, Math.floor(rest / 8), other) : part]),
  )
}

/** An object of entries, of which one may be called `__proto__`. */
function own(entries: readonly (readonly [string, unknown])[]): object {
  const made = {}
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true })
  return made
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const ofJsonLines: Readonly<Record<string, Damaging>> = {
  JSON: onLine((line, other) => JSON.stringify(damagedJson(tryParse(line), Math.floor(other / 7), other))),
  'JSON of all lines': onText((text, at, other) =>
    text
      .split('\n')
      .flatMap(line => (line === '' ? [] : [JSON.stringify(damagedJson(tryParse(line), at, other))]))
      .join('\n'),
  ),
  'key twice': onLine((line, other) =>
    line.replace(/^\{/, `{${pick(['"x":1,', '"y":"a",', '"__proto__":1,', '"constructor":[],'], other)}`),
  ),
}

/** Changes the header of a safetensors file, and its length with it. */
const onHeader =
  (change: (json: unknown, at: number, other: number) => unknown): Damaging =>
  (bytes, at, other) => {
    if (bytes.length < 8) return bytes
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
    if (8 + length > bytes.length) return bytes
    const found = tryParse(decode(bytes.subarray(8, 8 + length)))
    if (found === undefined) return bytes
    const header = utf8(JSON.stringify(change(found, at, other)))
    const start = new Uint8Array(8)
    new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true)
    return joined(start, header, bytes.subarray(8 + length))
  }

const inMetadata = (change: (json: Record<string, unknown>, at: number, other: number) => unknown): Damaging =>
  onHeader((json, at, other) => {
    if (!isObject(json) || !isObject(json.__metadata__)) return json
    return own(
      Object.entries(json).map(([name, part]) => [
        name,
        name === '__metadata__' ? change(Object(part), at, other) : part,
      ]),
    )
  })

const ofSafetensors: Readonly<Record<string, Damaging>> = {
  header: onHeader(damagedJson),
  metadata: inMetadata((all, at, other) => damagedJson(all, at, other)),
  fitted: inMetadata((all, at, other) =>
    own(Object.entries(all).map(([k, v]) => [k, k === 'fitted' ? damagedJson(v, at, other) : v])),
  ),
  settings: inMetadata((all, at, other) =>
    own(Object.entries(all).map(([k, v]) => [k, k === 'settings' || k === 'sources' ? damagedJson(v, at, other) : v])),
  ),
  source: inMetadata((all, at, other) => {
    const sources: unknown = tryParse(String(all.sources))
    if (!Array.isArray(sources)) return all
    const damaged = pick(Object.values(ofText), at)
    const texts = sources.map(s =>
      isObject(s) ? { ...s, text: decode(damaged(utf8(String(s.text)), Math.floor(at / 31), other)) } : s,
    )
    return { ...all, sources: JSON.stringify(texts) }
  }),
  'header length': (bytes, at, other) => {
    const start = new Uint8Array(8)
    const length = pick(
      [0n, 1n, 2n, 100_000_000n, 100_000_001n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, BigInt(at % 5000)],
      other,
    )
    new DataView(start.buffer).setBigUint64(0, length, true)
    return spliced(bytes, 0, 8, start)
  },
  'no number': (bytes, at, other) => {
    const number = new Uint8Array(4)
    new DataView(number.buffer).setFloat32(0, pick([Number.NaN, Number.POSITIVE_INFINITY, 3e38, 1e-45], other), true)
    return spliced(bytes, Math.max(0, bytes.length - 4 - 4 * (at % 8)), 4, number)
  },
}

/** Changes the text of the header of an array of NumPy, and its length with it. */
const onNpy =
  (change: (header: string, at: number, other: number) => string): Damaging =>
  (bytes, at, other) => {
    if (bytes.length < 10) return bytes
    const length = bytes[8] + 256 * bytes[9]
    const header = Buffer.from(
      change(Buffer.from(bytes.subarray(10, 10 + length)).toString('latin1'), at, other),
      'latin1',
    )
    const most = header.subarray(0, 65_535)
    return joined(
      bytes.subarray(0, 8),
      Uint8Array.of(most.length & 255, most.length >> 8),
      most,
      bytes.subarray(10 + length),
    )
  }

const shapes = [
  ...[
    '()',
    '(0,)',
    '(1099511627776,)',
    '(4294967296, 4294967296)',
    '(9007199254740993,)',
    '(2, 0)',
    '(-1,)',
    '(1e3,)',
    '(3L, 2L)',
  ],
  ...[
    '(6, 1)',
    '(1, 6)',
    '(0, 1099511627776)',
    `(${'1, '.repeat(20_000)})`,
    `(6, ${'1, '.repeat(3000)})`,
    '(True,)',
    '(6)',
    '(6, 4, 2)',
    '(1099511627776, 0)',
  ],
]

const ofNpy: Readonly<Record<string, Damaging>> = {
  shape: onNpy((header, _, other) => header.replace(/\([^)]*\)/, pick(shapes, other))),
  'shape in Fortran': onNpy((header, _, other) =>
    header.replace('False', 'True').replace(/\([^)]*\)/, pick(shapes, other)),
  ),
  type: onNpy((header, _, other) =>
    header.replace(
      /'[<>|]\w+'/,
      pick(
        [
          "'<f8'",
          "'>f4'",
          "'<i8'",
          "'|b1'",
          "'|O'",
          "'<U100'",
          "'<f2'",
          "'<u8'",
          "'<f99'",
          "'constructor'",
          "[('a','<f4')]",
        ],
        other,
      ),
    ),
  ),
  'header word': onNpy((header, at, other) => decode(ofText.word(utf8(header), at, other))),
  'header length': (bytes, at) =>
    bytes.length < 10 ? bytes : spliced(bytes, 8, 2, Uint8Array.of(at & 255, (at >> 8) & 255)),
  version: (bytes, at, other) => spliced(bytes, 6, 2, Uint8Array.of(at % 5, other % 2)),
}

/** Places of the records of a zip archive. */
function recordsOf(bytes: Uint8Array): number[] {
  const found: number[] = []
  for (let i = 0; i + 4 <= bytes.length; i++) {
    if (bytes[i] === 0x50 && bytes[i + 1] === 0x4b && bytes[i + 2] < 8 && bytes[i + 3] < 9) found.push(i)
  }
  return found
}

const ofZip: Readonly<Record<string, Damaging>> = {
  record: (bytes, at, other) => {
    const records = recordsOf(bytes)
    if (records.length === 0) return bytes
    return ofBytes.extreme(bytes, pick(records, at) + 4 + (Math.floor(at / 7) % 44), other & ~64)
  },
  'more than it says': (bytes, at, other) => {
    const records = recordsOf(bytes)
    if (records.length === 0) return bytes
    return spliced(bytes, pick(records, at) + 30, 0, deflateRawSync(Buffer.alloc(lengthOf(other) * 10)))
  },
}

const ofIdx: Readonly<Record<string, Damaging>> = {
  dims: (bytes, at, other) => {
    const field = new Uint8Array(4)
    new DataView(field.buffer).setUint32(0, pick([0, 1, 2, 5, 7, 2 ** 20, 2 ** 31, 2 ** 32 - 1], other))
    return spliced(bytes, 4 + 4 * (at % 3), 4, field)
  },
  rank: (bytes, at) => spliced(bytes, 3, 1, Uint8Array.of(pick([0, 1, 2, 3, 4, 60, 255], at))),
}

/** Changes the content of a compressed file. */
const inside =
  (own: Readonly<Record<string, Damaging>>): Damaging =>
  (bytes, at, other) => {
    try {
      return gzipSync(pick(Object.values(own), at)(gunzipSync(bytes), Math.floor(at / 50), other))
    } catch {
      return bytes
    }
  }

/** Damages by their names, of any file and of each format. */
const damages: Readonly<Record<Format, Readonly<Record<string, Damaging>>>> = {
  text: ofText,
  'json lines': { ...ofText, ...ofJsonLines },
  safetensors: ofSafetensors,
  npy: ofNpy,
  npz: ofZip,
  idx: ofIdx,
  gzip: { inside: inside(ofText), 'inside its bytes': inside(ofBytes) },
}

/** The names of all damages of a format. */
export const kindsOf = (format: Format): readonly string[] => [
  ...Object.keys(ofBytes),
  ...Object.keys(damages[format]).map(name => `${format}: ${name}`),
]

/** Damages a file. */
export function damage(valid: Uint8Array, format: Format, all: readonly Damage[]): Uint8Array {
  return all.reduce((bytes, { kind, at, other }) => {
    const [, own] = kind.split(': ')
    return (own === undefined ? ofBytes[kind] : damages[format][own])(bytes, at, other)
  }, valid)
}

/** Draws damages of a format; those of its own as often as those of any bytes. */
export function drawDamages(format: Format): fc.Arbitrary<readonly Damage[]> {
  const own = Object.keys(damages[format]).map(name => `${format}: ${name}`)
  const kind = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(ofBytes)) },
  )
  const one = fc.record({ kind, at: fc.nat(), other: fc.nat() })
  // One damage leads deeper than several, of which the first error hides the others.
  return fc.oneof(
    { weight: 3, arbitrary: fc.tuple(one) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }) },
  )
}
