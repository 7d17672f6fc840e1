// Arrays of binary files: IDX, and what NumPy saves. The files in numpy/ were written by NumPy itself.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { type Code, RnnError } from '../../dsl/diagnostics.ts'
import { type LoadedData, loadData } from '../../runtime/data/loadData.ts'
import { cut, dataBlock, failing, load, range, readTexts, signature } from './support.ts'

const folder = new URL('numpy/', import.meta.url)
const numpy = (name: string): Uint8Array => Uint8Array.from(readFileSync(new URL(name, folder)))
const numbers = readdirSync(folder).filter(name => /^[iuf]\d.*\.npy$/.test(name))

const values = ({ train }: LoadedData, port = 'x'): number[][] => train.ports[port].map(e => [...e.values])
const lengths = ({ train }: LoadedData, port = 'x'): unknown[] =>
  train.ports[port].map(e => e.lengths.map(l => Array.from(l)))

/** An IDX file. */
function idxFile(code: number, dims: readonly number[], body: ArrayLike<number>): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * dims.length))
  head.setUint8(2, code)
  head.setUint8(3, dims.length)
  dims.forEach((dim, i) => {
    head.setUint32(4 + 4 * i, dim)
  })
  return Uint8Array.from([...new Uint8Array(head.buffer), ...Array.from(body)])
}

/** An array of NumPy with this header. */
function npyFile(header: string, body: ArrayLike<number>, version: readonly [number, number] = [1, 0]): Uint8Array {
  const text = new TextEncoder().encode(header)
  const size = version[0] === 1 ? 2 : 4
  const length = Array.from({ length: size }, (_, i) => (text.length >> (8 * i)) & 0xff)
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    ...version,
    ...length,
    ...text,
    ...Array.from(body),
  ])
}

const headerOf = (descr: string, dims: readonly number[], isFortran = false): string =>
  `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${dims.map(n => `${n},`).join(' ')}), }\n`

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))

test('every type and order of bytes that NumPy saves', async () => {
  assert.equal(numbers.length, 18)
  for (const name of numbers) {
    const loaded = await load({ inputs: ['x [2]'], data: `x = npy("${name}")`, files: { [name]: numpy(name) } })
    const scale = name.startsWith('f') ? 2 : 1
    const wanted = [
      [1, 2],
      [3, 4],
      [5, 100],
    ].map(row => row.map(x => x / scale))
    assert.deepEqual(values(loaded), wanted, name)
  }
})

test('truths feed a bool, and no number', async () => {
  const one = { inputs: ['x bool over T'], data: 'x = npy("b.npy")', files: { 'b.npy': numpy('bool.npy') } }
  assert.deepEqual(values(await load(one)), [
    [0, 0],
    [0, 1],
    [1, 1],
  ])
  const { message } = await failing('RNN404', () => load({ ...one, inputs: ['x over T'] }))
  assert.match(message, /`false` is not a number: b\.npy, row 1$/)
})

test('the first dim are the rows; axes are as many as the port has, and what is left is the item', async () => {
  const files = { 'a.npy': numpy('fortran.npy') }
  const rows = range(4).map(row => range(6).map(i => 6 * row + i))
  for (const [port, found] of [
    ['x [D] over T', [[3]]],
    ['x [2] over T[3]', [[3]]],
    ['x over T over S', [[3], [2, 2, 2]]],
  ] as const) {
    const loaded = await load({ inputs: [port], data: 'x = npy("a.npy")', files })
    assert.deepEqual([values(loaded), lengths(loaded)[0]], [rows, found], port)
  }
  for (const port of ['x', 'x over T', 'x [3] over T', 'x [2] over T[4]', 'x over T over S over U']) {
    await failing('RNN411', () => load({ inputs: [port], data: 'x = npy("a.npy")', files }))
  }
})

test('an item may have dims of its own', async () => {
  const [image] = signature(['x [3]']).inputs
  const port = { ...image, item: [...image.item, ...signature(['y [2]']).inputs[0].item] }
  const ports = { ...signature([]), inputs: [port] }
  const read = readTexts({ 'a.npy': numpy('fortran.npy') })
  const { train } = await loadData(dataBlock('x = standardize(npy("a.npy")) * 2'), ports, { read })
  assert.equal(train.ports.x.at(3).values.length, 6)
  const [scaled] = train.ports.x.at(0).values
  assert.ok(Math.abs(scaled + (2 * 9) / Math.sqrt(45)) < 1e-12, String(scaled))
  const twice = dataBlock('a = npy("a.npy")\nx = [a, a]')
  await failing('RNN422', () => loadData(twice, ports, { read }))
})

test('arrays are scaled, labelled, padded, cut into windows and split as other values are', async () => {
  const series = npyFile(headerOf('<i2', [6, 2]), new Uint8Array(Int16Array.from(range(12)).buffer))
  const files = { 's.npy': series }
  const windows = await load({
    inputs: ['past [2] over T[3]'],
    targets: ['next [2]'],
    data: 's = npy("s.npy") / 2\nw = windows(s, 3)\npast = w.past\nnext = w.next\nsplit = ordered(0.8, 0.2)',
    files,
  }).catch(error => error)
  // The part for testing is a single row, and has no window.
  assert.match(String(windows), /RNN409/)
  const whole = { inputs: ['past [2] over T[3]'], targets: ['next [2]'], files }
  const all = await load({ ...whole, data: 'w = npy("s.npy") / 2 |> windows(3)\npast = w.past\nnext = w.next' })
  assert.deepEqual(values(all, 'past')[2], [2, 2.5, 3, 3.5, 4, 4.5])
  assert.deepEqual(values(all, 'next'), [
    [3, 3.5],
    [4, 4.5],
    [5, 5.5],
  ])
  const cut = await load({ inputs: ['x over T[3]'], data: 'x = padded(truncated(npy("s.npy"), 1), 3)', files })
  assert.deepEqual(values(cut).slice(0, 2), [
    [0, 0, 1],
    [0, 0, 3],
  ])
  const bytes = idxFile(8, [4], [7, 3, 7, 200])
  const data = 'k = classes(idx("k"))\nx = idx("k")'
  const labelled = await load({ inputs: ['x'], targets: ['k class of K'], data, files: { k: bytes } })
  assert.deepEqual(labelled.fitted.ports.k, { kind: 'classes', labels: ['3', '7', '200'] })
  assert.deepEqual(values(labelled), [[7], [3], [7], [200]])
})

test('IDX files of every type, compressed or not, in pieces of any length', async () => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, -1.5)
  const float64 = [...new Uint8Array(view.buffer)]
  view.setFloat32(0, -1.5)
  const float32 = [...new Uint8Array(view.buffer)].slice(0, 4)
  for (const [code, one, found] of [
    [8, [200], 200],
    [9, [200], -56],
    [11, [255, 254], -2],
    [12, [255, 255, 255, 253], -3],
    [13, float32, -1.5],
    [14, float64, -1.5],
  ] as const) {
    const bytes = idxFile(
      code,
      [2, 3, 1],
      range(6).flatMap(() => one),
    )
    for (const file of [bytes, gzipSync(bytes)]) {
      for (const length of [1, 3, 1000]) {
        const read = () => cut(file, length)
        const loaded = await loadData(dataBlock('x = idx("f.gz") / 255'), signature(['x [1] over T[3]']), { read })
        assert.deepEqual(
          values(loaded),
          [range(3), range(3)].map(row => row.map(() => found / 255)),
        )
      }
    }
  }
})

test('the archives of NumPy: arrays by name, and what is not asked for is not read', async () => {
  for (const name of ['stored.npz', 'deflated.npz']) {
    const loaded = await load({
      inputs: ['x [2] over T[3]', 'z [2] over T[3]'],
      targets: ['y class of K'],
      data: `t = npz("${name}")\nx = t.x\ny = t.y\nz = t["name with blanks é"]`,
      files: { [name]: numpy(name) },
    })
    assert.deepEqual(values(loaded)[3], [18, 19, 20, 21, 22, 23])
    assert.deepEqual(values(loaded, 'z'), values(loaded))
    assert.deepEqual(values(loaded, 'y'), [[0], [1], [2], [3]])
    const unknown = { inputs: ['x'], data: `x = npz("${name}").X`, files: { [name]: numpy(name) } }
    assert.match((await failing('RNN403', () => load(unknown))).help ?? '', /did you mean `x`/)
  }
  const damaged = numpy('stored.npz')
  damaged[damaged.indexOf(0x41, 200)] ^= 1
  const y = { inputs: ['y int'], data: 'y = npz("a.npz").y', files: { 'a.npz': damaged } }
  assert.deepEqual(values(await load(y), 'y'), [[0], [1], [2], [3]])
  assert.match(
    (await failing('RNN410', () => load({ ...y, inputs: ['y [2] over T'], data: 'y = npz("a.npz").x' }))).message,
    /`x\.npy` in the archive is damaged/,
  )
})

test('integers of 64 bits keep their digits as labels, and are no reals that would be rounded', async () => {
  const files = { 'w.npy': numpy('wide.npy') }
  const { fitted } = await load({ inputs: ['k class of K'], data: 'k = classes(npy("w.npy"))', files })
  const labels = ['-9223372036854775808', '7', '9007199254740993']
  assert.deepEqual(fitted.ports.k, { kind: 'classes', labels })
  const { message } = await failing('RNN404', () => load({ inputs: ['x'], data: 'x = npy("w.npy")', files }))
  assert.match(message, /`9007199254740993` is not a .*: w\.npy, row 1$/)
})

test('a number that is not finite is RNN404 with its row', async () => {
  const body = new Uint8Array(Float64Array.of(1, 2, 3, Number.NaN, 5, Number.POSITIVE_INFINITY).buffer)
  for (const [isFortran, row] of [
    [false, 2],
    [true, 1],
  ] as const) {
    const files = { 'n.npy': npyFile(headerOf('<f8', [3, 2], isFortran), body) }
    const { message } = await failing('RNN404', () => load({ inputs: ['x [2]'], data: 'x = npy("n.npy")', files }))
    assert.ok(message.endsWith(`\`NaN\` is not a number: n.npy, row ${row}`), message)
  }
})

const plain = headerOf('|u1', [3])
const bad: Record<string, [code: Code, by: 'idx' | 'npy' | 'npz', file: Uint8Array, says: RegExp]> = {
  'nothing as IDX': ['RNN405', 'idx', new Uint8Array(), /`f` is empty/],
  'nothing as NumPy': ['RNN405', 'npy', new Uint8Array(), /`f` is empty/],
  'nothing as an archive': ['RNN405', 'npz', new Uint8Array(), /`f` is empty/],
  'a text as IDX': ['RNN410', 'idx', bytesOf('x\n1\n'), /it is not an IDX file/],
  'a text as NumPy': ['RNN410', 'npy', bytesOf('x\n1\n'), /it is not an array saved by NumPy/],
  'an array as an archive': ['RNN410', 'npz', numpy('u1.npy'), /it is not a zip archive/],
  'an archive as an array': ['RNN410', 'npy', numpy('stored.npz'), /it is not an array saved by NumPy/],
  'an IDX type that is none': [
    'RNN410',
    'idx',
    idxFile(10, [1], [1]),
    /its third byte is 10, which is not a number type/,
  ],
  'IDX without dims': ['RNN410', 'idx', idxFile(8, [], []), /it has no dimensions/],
  'an IDX header that ends early': ['RNN410', 'idx', idxFile(8, [3, 3], []).subarray(0, 9), /ends inside its header/],
  'IDX that ends early': [
    'RNN410',
    'idx',
    idxFile(8, [3, 2], [1, 2, 3]),
    /ends after 3 of the 6 numbers of its shape, 3 × 2/,
  ],
  'IDX that ends in a number': ['RNN410', 'idx', idxFile(12, [1], [1, 2, 3]), /ends after 0 of the 1 numbers/],
  'IDX that goes on': ['RNN410', 'idx', idxFile(8, [2], [1, 2, 3]), /more data than the 2 numbers of its shape, 2/],
  'IDX without rows': ['RNN405', 'idx', idxFile(8, [0, 28], []), /the 0 × 28 array in `f` is empty/],
  'IDX that promises more than any memory': [
    'RNN410',
    'idx',
    idxFile(14, [4e9, 4e9, 4e9], [1]),
    /ends after 0 of the 6\.4e\+28/,
  ],
  'NumPy without columns': ['RNN405', 'npy', numpy('empty.npy'), /the 3 × 0 array in `f` is empty/],
  'a scalar': ['RNN410', 'npy', numpy('scalar.npy'), /its shape is \(\)/],
  'a header that ends early': ['RNN410', 'npy', numpy('u1.npy').subarray(0, 50), /ends inside its header/],
  'a version of the future': ['RNN410', 'npy', npyFile(plain, [1, 2, 3], [4, 0]), /format version 4\.0/],
  'a header that is no dictionary': ['RNN410', 'npy', npyFile('[1, 2]', []), /its header is not valid: \[1, 2\]/],
  'a header without a shape': [
    'RNN410',
    'npy',
    npyFile("{'descr': '|u1', 'fortran_order': False}", []),
    /its header is not valid: /,
  ],
  'a shape with a minus': ['RNN410', 'npy', npyFile(plain.replace('3', '-3'), [1, 2, 3]), /its header is not valid: /],
  'a header too long': [
    'RNN410',
    'npy',
    npyFile(plain.padEnd(70_000), [1, 2, 3], [2, 0]),
    /header is 70000 bytes long/,
  ],
  'an array that ends early': ['RNN410', 'npy', npyFile(plain, [1, 2]), /ends after 2 of the 3 numbers/],
  'two arrays in one file': [
    'RNN410',
    'npy',
    npyFile(plain, [1, 2, 3, ...npyFile(plain, [1, 2, 3])]),
    /more data than the 3/,
  ],
  'a truth of 2': ['RNN410', 'npy', npyFile(headerOf('|b1', [2]), [1, 2]), /a bool in it is the byte 2/],
  'objects of Python': ['RNN435', 'npy', numpy('other_object.npy'), /array of type '\|O'/],
  'complex numbers': ['RNN435', 'npy', numpy('other_complex.npy'), /array of type '<c16'/],
  'half floats': ['RNN435', 'npy', numpy('other_half.npy'), /array of type '<f2'/],
  records: ['RNN435', 'npy', numpy('other_record.npy'), /array of type \[\('a', '<f4'\)/],
  texts: ['RNN435', 'npy', numpy('other_text.npy'), /array of type '<U1'/],
  dates: ['RNN435', 'npy', numpy('other_date.npy'), /array of type '<M8\[D\]'/],
  'an archive that is cut off': [
    'RNN410',
    'npz',
    numpy('stored.npz').subarray(0, -1),
    /not a zip archive, or it is incomplete/,
  ],
  'an archive that lost its beginning': ['RNN410', 'npz', numpy('stored.npz').subarray(7), /damaged/],
}
for (const [what, [code, by, file, says]] of Object.entries(bad)) {
  test(`${what} is ${code}`, async () => {
    const data = by === 'npz' ? 'x = npz("f").x' : `x = ${by}("f")`
    const { message, span } = await failing(code, () => load({ inputs: ['x [2] over T'], data, files: { f: file } }))
    assert.match(message, says)
    assert.ok(span)
  })
}

test('header versions 2 and 3, and what Python 2 wrote', async () => {
  const files = [
    npyFile(plain, [1, 2, 3], [2, 0]),
    npyFile(plain, [1, 2, 3], [3, 0]),
    npyFile("{'descr': '|u1', 'shape': (3L,), 'fortran_order': False}\n", [1, 2, 3]),
  ]
  for (const file of files) {
    assert.deepEqual(values(await load({ inputs: ['x'], data: 'x = npy("f")', files: { f: file } })), [[1], [2], [3]])
  }
})

const dims = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

test('any array, in both orders of dims and of bytes, cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(dims, fc.boolean(), fc.boolean(), pieces, async (shape, isFortran, isLittle, lengths) => {
      const count = shape.reduce((n, dim) => n * dim, 1)
      const view = new DataView(new ArrayBuffer(4 * count))
      // The number of each place is its place in the order of rows.
      const places = range(count).map(i => {
        let [place, rest] = [0, i]
        for (const [axis, dim] of [...shape.entries()]) {
          place += (rest % dim) * shape.slice(axis + 1).reduce((n, d) => n * d, 1)
          rest = Math.floor(rest / dim)
        }
        return isFortran ? place : i
      })
      places.forEach((place, i) => {
        view.setFloat32(4 * i, place, isLittle)
      })
      const header = headerOf(isLittle ? '<f4' : '>f4', shape, isFortran)
      const file = npyFile(header, new Uint8Array(view.buffer))
      const port = `x${shape
        .slice(1)
        .map((_, axis) => ` over A${axis}`)
        .join('')}`
      const loaded = await loadData(dataBlock('x = npy("f")'), signature([port]), { read: () => cut(file, ...lengths) })
      assert.deepEqual(values(loaded).flat(), range(count))
      assert.equal(loaded.train.count, shape[0])
    }),
  )
})

test('any file is numbers, or an error with its code', async () => {
  const originals = ['stored.npz', 'deflated.npz', 'fortran.npy', 'i8_big.npy'].map(
    name => [name, numpy(name)] as const,
  )
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...originals), changes, fc.nat(), async ([name, bytes], all, end) => {
      const file = bytes.slice(0, end % 3 === 0 ? end % bytes.length : undefined)
      if (file.length > 0) for (const [at, byte] of all) file[at % file.length] = byte
      const data = name.endsWith('.npz') ? 'x = npz("f").x' : 'x = npy("f")'
      try {
        await loadData(dataBlock(data), signature(['x [D] over T']), { read: () => file })
      } catch (error) {
        if (!(error instanceof RnnError)) throw error
      }
    }),
    { numRuns: 500 },
  )
})
