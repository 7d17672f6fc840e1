// Runs the real command line on real files in a folder of its own: in this process, or in one of its own where that is what is tested.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { main } from '../../cli/main.ts'

/** Where the tests are run, which commands of this process leave. */
const home = process.cwd()

const cli = fileURLToPath(new URL('../../cli/rnnc.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Workplace {
  readonly folder: string
  readonly path: (name: string) => string
  readonly write: (name: string, text: string | Uint8Array) => string
  readonly rnnc: (...args: readonly string[]) => Promise<Ran>
  /** As `rnnc`, with this as its standard input. */
  readonly fed: (input: string | Uint8Array, ...args: readonly string[]) => Promise<Ran>
  /** As `rnnc`, and it must succeed. */
  readonly ok: (...args: readonly string[]) => Promise<Ran>
  /** Runs it in a process of its own. */
  readonly start: (...args: readonly string[]) => { readonly process: ChildProcess; readonly done: Promise<Ran> }
}

interface WorkplaceOptions {
  /** Whether every command has a process of its own, as one that opens a device of the GPU needs: drivers hold on to theirs. */
  readonly apart?: boolean
}

/** A folder for the tests of a file, with these files in it; it is removed after them. */
export function workplace(
  files: Readonly<Record<string, string>> = {},
  { apart = false }: WorkplaceOptions = {},
): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-'))
  afterAll(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true, force: true })
  })
  const path = (name: string): string => join(folder, name)
  const write = (name: string, text: string | Uint8Array): string => {
    writeFileSync(path(name), text)
    return path(name)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const start: Workplace['start'] = (...args) => run(process.execPath, [cli, ...args], folder)
  const rnnc: Workplace['rnnc'] = (...args) => (apart ? start(...args).done : runHere(args, folder))
  const ok: Workplace['ok'] = async (...args) => {
    const ran = await rnnc(...args)
    assert.equal(ran.code, 0, `rnnc ${args.join(' ')}\n${ran.stderr}`)
    return ran
  }
  const fed: Workplace['fed'] = (input, ...args) => runHere(args, folder, input)
  return { folder, path, write, rnnc, fed, ok, start }
}

/** Runs a command in this process; no person reads what it writes. */
export async function runHere(args: readonly string[], folder: string, input: string | Uint8Array = ''): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  process.chdir(folder)
  const code = await main(args, {
    input: Readable.from([input]),
    write: text => {
      stdout += text
    },
    say: text => {
      stderr += text
    },
    color: false,
  })
  return { code, stdout, stderr }
}

/** Runs a program to its end, in a process of its own. */
export function run(command: string, args: readonly string[], cwd: string) {
  // What the test runner gives its own processes is not for those of the tests.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|FORCE_)|^NODE_ENV$/.test(name)),
  )
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const done = new Promise<Ran>((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
  return { process: child, done }
}

/** It fails as a user should see it: exit code 1, the code, nothing on stdout, no stack trace. */
export function assertRefused(ran: Ran, code: string, message: RegExp): void {
  assert.equal(ran.code, 1, ran.stderr)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, new RegExp(`^error ${code}: `, 'm'))
  assert.match(ran.stderr, message)
  assert.doesNotMatch(ran.stderr, /^\s+at |node:internal|internal error|undefined|\{\w+\}/m)
}

/** The one object that `--json` gives. */
export function json(ran: Ran): Record<string, unknown> {
  assert.equal(ran.stdout.trim().split('\n').length, 1)
  const value: unknown = JSON.parse(ran.stdout)
  assert.ok(isRecord(value))
  return value
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** A wave about 1000, with a header. */
export const wave = (count = 90): string =>
  `value\n${Array.from({ length: count }, (_, i) => (1000 + 50 * Math.sin(i / 3)).toFixed(3)).join('\n')}\n`

/** One step ahead of a series. */
export const series = (settings = 'optimizer = Adam(0.01); epochs = 3; batch = 8'): string => `model Wave(units = 4) {
  input past: real over T[6]
  target next: real
  y = [past] |> SimpleRNN(units) |> last |> dense(1)
  loss mse(y, next)
  metric rmse = sqrt(average((y - next)^2))
  predict next from y
}
data Values for Wave {
  s = standardize(csv("wave.csv").value)
  w = windows(s, 6, ahead = 1)
  past = w.past;  next = w.next
  split = ordered(0.6, 0.2, 0.2)
}
train Wave on Values { ${settings} }
`

/** Two measures, one of three kinds. */
export const flowers = (): string =>
  `width,height,kind\n${Array.from({ length: 60 }, (_, i) => {
    const kind = i % 3
    return `${(kind * 2 + Math.sin(i)).toFixed(2)},${(5 - kind + Math.cos(i)).toFixed(2)},${['rose', 'iris', 'lily'][kind]}`
  }).join('\n')}\n`

export const classifier = `model Flowers {
  input x: [2]
  target kind: class of K
  p = x |> dense(8, tanh) |> dense(K, softmax)
  loss cross_entropy(p, kind)
  metric accuracy(p, kind)
  predict kind from p
}
data Measures for Flowers {
  t = csv("flowers.csv")
  x = standardize([t.width, t.height])
  kind = classes(t.kind)
  split = shuffled(0.8, 0.2)
}
train Flowers on Measures { optimizer = Adam(0.05); epochs = 30; batch = 8; seed = 3 }
`

/** Weights, no two alike, in the shapes that the types of a built module give them. */
export function weightsFor(types: string, sizes: Readonly<Record<string, number>>): Record<string, number[]> {
  const members = [...types.matchAll(/\[([\w, ]+)\] \*\/\n {2}readonly "([^"]+)": ArrayLike/g)]
  return Object.fromEntries(
    members.map(([, shape, name]) => {
      const size = shape.split(', ').reduce((n, dim) => n * (sizes[dim] ?? Number(dim)), 1)
      return [name, Array.from({ length: size }, (_, i) => Math.sin(i + name.length))]
    }),
  )
}
