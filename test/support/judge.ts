// Judges what a command does with a malformed file: it takes it, or says with a code what is wrong; all other files stay as they are.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runHere } from '../cli/support.ts'
import type { Door } from './doors.ts'
import { type Damage, damage } from './malformed.ts'

/** Megabytes by which the memory of the process may grow in one case: the files are small. */
const mostMemory = 700

/** Seconds after which a command hangs. */
const hangs = 60

export interface Opened extends Door {
  readonly valid: Uint8Array
  readonly folder: string
  /** What the files beside it must be, by their names. */
  readonly precious: ReadonlyMap<string, Buffer>
}

const run = (command: string, input?: Uint8Array) => runHere(command.split(' '), process.cwd(), input)

/** Makes the folder of a door, and the files in it. */
export async function opened(door: Door, folder: string, number: number): Promise<Opened> {
  const own = join(folder, String(number))
  mkdirSync(own)
  process.chdir(own)
  for (const [name, text] of Object.entries(door.files)) writeFileSync(name, text)
  if (door.valid !== undefined) writeFileSync(door.file, door.valid)
  for (const command of door.before) {
    const { code, stderr } = await run(command, door.valid)
    assert.equal(code, 0, `${door.name}, ${command}: ${stderr}`)
  }
  const valid = new Uint8Array(readFileSync(door.file))
  for (const command of door.commands) {
    const { code, stderr } = await run(command, valid)
    assert.equal(code, 0, `${door.name}, ${command}: ${stderr}`)
    writeFileSync(door.file, valid)
  }
  const names = [
    ...Object.keys(door.files),
    ...door.before.flatMap(command => command.split(' --out ').slice(1)),
    door.file,
  ]
  return { ...door, valid, folder: own, precious: new Map(names.map(name => [name, readFileSync(name)])) }
}

/** Runs a command on a damaged file, and judges it. */
export async function judge(door: Opened, damages: readonly Damage[], command: string): Promise<void> {
  const bad = damage(door.valid, door.format, damages)
  process.chdir(door.folder)
  writeFileSync(door.file, bad)
  const before = process.resourceUsage().maxRSS
  const begun = performance.now()
  const { code, stdout, stderr } = await run(command, bad)
  const told = `${code}\n${stderr.slice(0, 2000)}`
  assert.ok(code === 0 || code === 1, told)
  if (code === 1 && !command.includes('--check')) assert.match(stderr, /^(error|warning) RNN\d{3}: /m, told)
  assert.doesNotMatch(stderr, /^internal error|^\s+at .*:\d+:\d+|node:internal|\[object /m, told)
  assert.ok(performance.now() - begun < 1000 * hangs, `it takes longer than ${hangs} s`)
  const grown = (process.resourceUsage().maxRSS - before) / 1024
  assert.ok(grown < mostMemory, `it takes ${Math.round(grown)} MB`)
  if (code === 1 && command.includes('--json')) assert.equal(JSON.parse(stdout).ok, false)
  for (const [name, bytes] of door.precious) {
    const expected = name === door.file ? bad : bytes
    const isWritten = code === 0 && command.endsWith(` --out ${name}`)
    assert.ok(isWritten || readFileSync(name).equals(expected), `${name} has changed`)
    if (isWritten) writeFileSync(name, expected)
  }
}
