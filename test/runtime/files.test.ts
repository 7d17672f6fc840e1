import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, test } from 'vitest'
import { DamagedGzip } from '../../runtime/data/gunzip.ts'
import type { FileBytes, FileSet } from '../../runtime/data/sources.ts'
import { readData, readFirstLines } from '../../runtime/node/dataFiles.ts'
import { findFiles, readerIn } from '../../runtime/node/fileSet.ts'
import { checkWritable, isSameFile, readBytes, replaceBytes, unusedPath, writeBytes } from '../../runtime/node/files.ts'
import { failing } from './support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rnnc-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('what is written can be read, and replaces what was there', async () => {
  const path = join(folder, 'a.bin')
  await writeBytes(path, Uint8Array.of(1, 2, 3))
  await writeBytes(path, Uint8Array.of(4))
  assert.deepEqual(Uint8Array.from(await readBytes(path)), Uint8Array.of(4))
  for (const read of [readerIn(folder)('a.bin'), readerIn('/elsewhere')(path)])
    assert.deepEqual(await bytesOf(await read), Buffer.of(4))
})

test('a file that is missing, a folder, a file as a folder: RNN406 with the reason', async () => {
  assert.match((await failing('RNN406', () => readBytes(join(folder, 'none')))).message, /no such file/)
  assert.match((await failing('RNN406', () => readBytes(folder))).message, /it is a folder/)
  await writeFile(join(folder, 'file'), '')
  assert.match((await failing('RNN406', () => readBytes(join(folder, 'file', 'x')))).message, /is a file, not a folder/)
})

test('a pipe with a name and a device are RNN406 at once; what a shell pipes in is read', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  assert.match((await failing('RNN406', () => readBytes(pipe))).message, /it is a pipe/)
  assert.match((await failing('RNN406', () => readBytes('/dev/zero'))).message, /it is a device/)
  const program = `import { readBytes } from '${new URL('../../runtime/node/files.ts', import.meta.url)}'
process.stdout.write(await readBytes('/dev/stdin'))`
  const ran = execFileSync('sh', ['-c', 'echo piped | "$0" --input-type=module -e "$1"', process.execPath, program])
  assert.equal(String(ran), 'piped\n')
})

test('an output into a pipe with a name is RNN503 at once; one into an open pipe is written', async () => {
  const pipe = join(folder, 'out')
  execFileSync('mkfifo', [pipe])
  assert.match((await failing('RNN503', () => checkWritable(pipe))).message, /it is a pipe/)
  const program = `import { checkWritable, writeBytes } from '${new URL('../../runtime/node/files.ts', import.meta.url)}'
await checkWritable('/dev/stdout')
await writeBytes('/dev/stdout', Buffer.from('written'))`
  const ran = execFileSync('sh', ['-c', '"$0" --input-type=module -e "$1" | cat', process.execPath, program])
  assert.equal(String(ran), 'written')
})

test('the start of a file is whole lines, two of them or more; quotes may hold ends of lines', async () => {
  const path = join(folder, 'start')
  const start = async (text: string, most: number): Promise<string> => {
    await writeFile(path, text)
    return Buffer.from(await readFirstLines(path, most)).toString()
  }
  assert.equal(await start('x\n1\n2\n', 100), 'x\n1\n2\n')
  assert.equal(await start('x\n1\n2\n3\n', 5), 'x\n1\n2\n')
  assert.equal(await start('x\r1\r22\r3', 5), 'x\r1\r')
  assert.equal(await start('x\r\n1\r\n22\r\n3', 7), 'x\r\n1\r\n')
  assert.equal(await start('x\n1\n"a\nb"\n2\n', 7), 'x\n1\n')
  const long = `${'x'.repeat(50)}\n${'1'.repeat(50)}\n`
  assert.equal(await start(`${long}2\n${'3'.repeat(200)}\n`, 3), `${long}2\n`)
  assert.equal(await start('no end of a line', 3), 'no end of a line')
  assert.match((await failing('RNN406', () => readFirstLines('/dev/zero', 3))).message, /it is a device/)
})

test('a failed write is RNN503, keeps the old file and leaves no other', async () => {
  assert.match(
    (await failing('RNN503', () => writeBytes(join(folder, 'no', 'x'), Uint8Array.of(1)))).message,
    /no such/,
  )
  const inner = join(folder, 'inner')
  await mkdir(join(inner, 'taken', 'full'), { recursive: true })
  // The temporary file is written, but cannot replace a folder.
  await failing('RNN503', () => writeBytes(join(inner, 'taken'), Uint8Array.of(1)))
  assert.deepEqual(await readdir(inner), ['taken'])
})

test('writers at the same time leave one whole file', async () => {
  const path = join(folder, 'race')
  const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(100_000).fill(i))
  await Promise.all(contents.map(bytes => writeBytes(path, bytes)))
  const bytes = await readFile(path)
  assert.equal(bytes.length, 100_000)
  assert.ok(bytes.every(b => b === bytes[0]))
})

test('what was there is kept on demand, and nothing if there was nothing', async () => {
  const [path, previous] = [join(folder, 'new'), join(folder, 'old')]
  assert.equal(await replaceBytes(path, Uint8Array.of(1), previous), false)
  assert.equal(await replaceBytes(path, Uint8Array.of(2), previous), true)
  assert.equal(await replaceBytes(path, Uint8Array.of(3), previous), true)
  assert.deepEqual([[...(await readFile(path))], [...(await readFile(previous))]], [[3], [2]])
  // Where it cannot be kept, nothing changes.
  await rm(previous)
  await mkdir(join(previous, 'full'), { recursive: true })
  await failing('RNN503', () => replaceBytes(path, Uint8Array.of(4), previous))
  assert.deepEqual([...(await readFile(path))], [3])
  assert.ok((await readdir(folder)).every(name => !name.endsWith('.tmp')))
})

test('a link stays one, also where it leads to nothing yet; what only some may read stays so', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  await symlink('to', from)
  await writeBytes(from, Uint8Array.of(1))
  await chmod(to, 0o600)
  await writeBytes(from, Uint8Array.of(2))
  assert.deepEqual([...(await readFile(to))], [2])
  assert.equal((await stat(to)).mode & 0o777, 0o600)
})

test('names as long as they may be are written', async () => {
  const path = join(folder, 'x'.repeat(255))
  await checkWritable(path)
  await writeBytes(path, Uint8Array.of(1))
  assert.match((await failing('RNN503', () => checkWritable(`${path}x`))).message, /the name is too long/)
})

test('a place that cannot be written to is told before', async () => {
  const told = async (path: string, reason: RegExp): Promise<void> =>
    assert.match((await failing('RNN503', () => checkWritable(path))).message, reason)
  await told(join(folder, 'no', 'x'), /no such/)
  await told(join(folder, 'inner'), /it is a folder/)
  await told(`${join(folder, 'absent')}/`, /it is a folder/)
  await told(`${join(folder, 'file')}/`, /is a file, not a folder/)
  await told(join(folder, 'file', 'x'), /is a file, not a folder/)
  await told('', /./)
  await symlink('circle', join(folder, 'circle'))
  await told(join(folder, 'circle'), /in a circle/)
  await symlink(join('gone', 'x'), join(folder, 'dangling'))
  await told(join(folder, 'dangling'), /no such/)
})

test('one file under any name is the same', async () => {
  const path = join(folder, 'file')
  await link(path, join(folder, 'hard'))
  await symlink(path, join(folder, 'soft'))
  for (const name of ['file', 'hard', 'soft', 'inner/../file']) assert.ok(await isSameFile(path, `${folder}/${name}`))
  await writeFile(join(folder, 'twin'), '')
  assert.ok(!(await isSameFile(path, join(folder, 'twin'))))
  assert.ok(!(await isSameFile(path, join(folder, 'nowhere'))))
  assert.ok(!(await isSameFile('/dev/null', '/dev/null')))
})

test('a path that is taken is counted on', async () => {
  const path = join(folder, 'case.rnn')
  assert.equal(await unusedPath(path), path)
  await writeFile(path, '')
  await writeFile(join(folder, 'case-2.rnn'), '')
  assert.equal(await unusedPath(path), join(folder, 'case-3.rnn'))
})

/** Puts the pieces of a file together. */
async function bytesOf(read: FileBytes | FileSet): Promise<Buffer> {
  assert.ok(!('files' in read))
  if (read instanceof Uint8Array) return Buffer.from(read)
  const pieces: Uint8Array[] = []
  for await (const piece of read) pieces.push(piece.slice())
  return Buffer.concat(pieces)
}

/** Reads the text of a file of data. */
const textIn = async (path: string): Promise<string> => (await bytesOf(readData(path))).toString()

test('data that gzip has compressed, by one run or several, is read decompressed; also its first lines', async () => {
  const text = `x\n${'12345\n'.repeat(100_000)}`
  const members = [text.slice(0, 1000), text.slice(1000)].map(part => gzipSync(part))
  for (const [name, bytes] of Object.entries({ one: gzipSync(text), several: Buffer.concat(members), plain: text })) {
    const path = join(folder, name)
    await writeFile(path, bytes)
    assert.equal(await textIn(path), text)
    assert.equal((await bytesOf(await readerIn(folder)(name))).toString(), text)
    assert.equal(String(Buffer.from(await readFirstLines(path, 15))), 'x\n12345\n12345\n')
  }
})

test('compressed data that is damaged, ends early or is followed by other bytes is told, and no file stays open', async () => {
  const whole = gzipSync(`x\n${Array.from({ length: 100_000 }, (_, i) => i * i).join('\n')}`)
  const changed = whole.slice()
  changed[Math.floor(whole.length / 2)] ^= 0xff
  const damaged = { ended: whole.subarray(0, -9), changed, followed: Buffer.concat([whole, Buffer.from('x\n1\n')]) }
  const path = join(folder, 'damaged.gz')
  for (const bytes of Object.values(damaged)) {
    await writeFile(path, bytes)
    await assert.rejects(textIn(path), DamagedGzip)
  }
  await writeFile(path, whole)
  for await (const _ of readData(path)) break
  const open = await readdir('/proc/self/fd').catch(() => [])
  const paths = await Promise.all(open.map(fd => readlink(join('/proc/self/fd', fd)).catch(() => '')))
  assert.ok(!paths.includes(path))
})

test('a folder and a pattern name their files, in the order of their names', async () => {
  const texts = join(folder, 'texts')
  await mkdir(join(texts, 'inner', 'deep'), { recursive: true })
  await mkdir(join(texts, 'c.txt'))
  for (const name of [
    'b.txt',
    'a.txt',
    'B.txt',
    'a(1).md',
    'b[x].csv',
    '.hidden.txt',
    'inner/z.txt',
    'inner/deep/y.txt',
  ])
    await writeFile(join(texts, name), name)
  const found = async (path: string): Promise<readonly string[] | undefined> =>
    (await findFiles(folder, path))?.files.map(file => file.path)
  const all = ['B.txt', 'a(1).md', 'a.txt', 'b.txt', 'b[x].csv', 'inner/deep/y.txt', 'inner/z.txt'].map(
    name => `texts/${name}`,
  )
  assert.deepEqual(await found('texts'), all)
  assert.deepEqual(await found('texts/**/*'), all)
  assert.deepEqual(await found('texts/*.txt'), ['texts/B.txt', 'texts/a.txt', 'texts/b.txt'])
  assert.deepEqual(await found('texts/?(1).*'), ['texts/a(1).md'])
  assert.deepEqual(await found('*/inner/*.txt'), ['texts/inner/z.txt'])
  assert.deepEqual(await found('texts/**/y.txt'), ['texts/inner/deep/y.txt'])
  assert.deepEqual(await found('texts/b[x].*'), ['texts/b[x].csv'])
  assert.deepEqual(await found('texts/*.tsv'), [])
  assert.deepEqual(await found('none/*.csv'), [])
  assert.deepEqual(await found(`${texts}/b*t`), [join(texts, 'b.txt')])
  assert.equal(await found('texts/b.txt'), undefined)
  assert.equal(await found('texts/none.txt'), undefined)
  const set = await readerIn(folder)('texts/*.md')
  assert.ok('files' in set && set.what === 'a pattern')
  assert.equal((await bytesOf(await set.files[0].read())).toString(), 'a(1).md')
})
