// The bench: what it counts, what it prints, and how it stops what takes too long. It passes without the bench's own packages, and
// no test depends on how long anything takes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, it } from 'vitest'
import { excess } from '../bench/checksText.ts'
import { assembler } from '../bench/limits/assembler.ts'
import * as js from '../bench/limits/js.ts'
import * as wasm from '../bench/limits/wasm.ts'
import { type Limits, type Row, ratio, rowOf, tables } from '../bench/report.ts'
import { type Outcome, runSystem } from '../bench/runSystem.ts'
import { systems } from '../bench/systems.ts'
import { compileWorkload, trainingCase } from '../bench/workers/rnnc.ts'
import { workloads } from '../bench/workloads.ts'
import { immediateBackends } from '../compiler/backend/backends.ts'

const main = fileURLToPath(new URL('../bench/main.ts', import.meta.url))
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })

describe('the workloads', () => {
  it('count the FLOPs that shared/workloads.md counts, to the digits that it gives', () => {
    const counted: Readonly<Record<string, readonly [number: string, unit: number]>> = {
      W1: ['31.8', 1e6],
      W2: ['1.06', 1e9],
      'W3-lstm': ['1.31', 1e9],
      'W3-gru': ['1.01', 1e9],
      W4: ['29.0', 1e9],
      'W5-t2': ['5.8', 1e3],
      'W5-t16': ['46', 1e3],
      'W6-stream': ['197', 1e3],
      'W6-bilstm': ['32', 1e6],
    }
    const shown = workloads.map(({ id, flops }) => {
      const [number, unit] = counted[id]
      return [id, [(flops / unit).toFixed(number.split('.')[1]?.length ?? 0), unit]]
    })
    assert.deepEqual(Object.fromEntries(shown), counted)
  })

  for (const workload of workloads) {
    it(`${workload.id} compiles, and its sizes are all known`, () => {
      const model = compileWorkload(workload)
      const { graph } = workload.mode === 'train' ? model.train() : { graph: model.predict() }
      assert.ok(graph.outputs.length > 0)
      assert.deepEqual(
        model.freeDims.filter(d => !(d in workload.sets)),
        [],
      )
    })
  }
})

describe('the cases of this compiler', () => {
  const [backend] = immediateBackends

  it('learn: a step leaves new weights for the next', () => {
    const workload = workloads.find(w => w.id === 'W5-t2')!
    const { step } = trainingCase(backend, compileWorkload(workload), {
      ...workload.sets,
      B: workload.B,
      T: workload.T,
    })
    const first = step()
    for (let i = 0; i < 200; i++) step()
    assert.ok(step() < first)
  })
})

describe('npm run bench', () => {
  it('prints one object with --json', () => {
    const { status, stdout, stderr } = bench('--only', 'W5-t2', '--systems', 'js', '--json', '--quick', '--no-install')
    assert.equal(status, 0, stderr)
    const { limits, rows } = JSON.parse(stdout)
    assert.deepEqual(Object.keys(limits), ['js', 'wasm', 'vector'])
    assert.ok(limits.js > 0)
    assert.equal(rows.length, 1)
    const [{ system, workload, ms, gflops, share }] = rows
    assert.deepEqual({ system, workload }, { system: 'js', workload: 'W5-t2' })
    assert.ok(ms > 0)
    assert.equal(gflops, 5808 / ms / 1e6)
    assert.equal(share, gflops / limits.js)
    assert.match(stderr, /W5-t2 +\S+ ms/)
  })

  it('refuses what it does not know, with what is near', () => {
    const system = bench('--systems', 'brian.js')
    assert.deepEqual({ status: system.status, stdout: system.stdout }, { status: 1, stdout: '' })
    assert.match(system.stderr, /no system is called `brian\.js`: did you mean `brain\.js`\?/)
    const workload = bench('--only', 'W5')
    assert.equal(workload.status, 1)
    assert.match(workload.stderr, /no workload is called `W5`/)
    assert.equal(bench('--jsn').status, 1)
    assert.match(bench('--write', '--quick').stderr, /full runs/)
  })

  it('explains itself', () => {
    const { status, stdout } = bench('--help')
    assert.equal(status, 0)
    for (const { name } of systems) assert.ok(stdout.includes(name), name)
    assert.match(stdout, /npm run bench -- --only W3-lstm --systems js,brain\.js/)
  })
})

describe.concurrent('a worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-bench-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let scripts = 0

  /** The outcomes of the first workloads in a worker that does as told for each of them. */
  async function outcomesOf(...behaviour: readonly string[]): Promise<readonly Outcome[]> {
    const script = join(folder, `worker${scripts++}.mjs`)
    const told = Object.fromEntries(behaviour.map((code, i) => [workloads[i].id, code]))
    writeFileSync(
      script,
      `import { writeSync } from 'node:fs'
const told = ${JSON.stringify(told)}
for (const workload of process.argv.slice(2)) {
  const say = (event, more) => writeSync(1, JSON.stringify({ event, workload, ...more }) + '\\n')
  say('begin')
  new Function('say', told[workload])(say)
}`,
    )
    const outcomes: Outcome[] = []
    const start = { command: process.execPath, args: [script] }
    await runSystem(start, workloads.slice(0, behaviour.length), (_, outcome) => outcomes.push(outcome), 2500)
    return outcomes
  }
  const done = 'say("ready", { note: "near", flops: 7 }); say("done", { ms: 2 })'
  const blocked = 'while (true);'

  it('that blocks is stopped, and the rest goes on', async () => {
    const [first, second] = await outcomesOf(`say("ready"); ${blocked}`, done)
    assert.ok(first.kind === 'stopped' && first.atLeast > 0)
    assert.deepEqual(second, { kind: 'measured', ms: 2, flops: 7, note: 'near' })
  })

  it('that is stopped while it sets a case up has no time of a step', async () => {
    assert.deepEqual(await outcomesOf(blocked), [
      { kind: 'none', reason: 'stopped after 2.5 s, before its first step, while it was set up' },
    ])
  })

  it('on a GPU says what a step takes of it, even if it is stopped', async () => {
    const counts = { kernels: 7, submits: 1, bytesRead: 12 }
    const counted = `say("ready"); say("counts", ${JSON.stringify(counts)});`
    const outcomes = await outcomesOf(`${counted} say("done", { ms: 2 })`, done, `${counted} ${blocked}`)
    assert.deepEqual(
      outcomes.map(o => (o.kind === 'none' ? o : o.counts)),
      [counts, undefined, counts],
    )
  })

  it('that is stopped has taken as long as its fastest step', async () => {
    const step = (ms: number): string => `say("step", { ms: ${ms} });`
    const few = await outcomesOf(`say("ready"); ${step(900)} ${step(700)} ${blocked}`)
    assert.deepEqual(few, [{ kind: 'stopped', atLeast: 700 }])
    const enough = await outcomesOf(`say("ready"); ${[900, 700, 500, 600].map(step).join(' ')} ${blocked}`)
    assert.ok(enough[0].kind === 'measured')
    assert.equal(enough[0].ms, 600)
    assert.match(enough[0].note ?? '', /median of 3 steps/)
  })

  it('that crashes says why, and the rest goes on', async () => {
    const outcomes = await outcomesOf(
      'throw new Error("out of luck")',
      'say("none", { reason: "no such layer" })',
      done,
    )
    assert.deepEqual(outcomes[0], { kind: 'none', reason: 'Error: out of luck' })
    assert.deepEqual(outcomes[1], { kind: 'none', reason: 'no such layer' })
    assert.equal(outcomes[2].kind, 'measured')
  })
})

describe('the report', () => {
  it('judges how cost grows by any size and any larger one', () => {
    const points = (...costs: readonly number[]) => costs.map((cost, i) => ({ size: 4 ** i, ms: cost * 4 ** i }))
    assert.equal(excess(points(4, 2, 2)), 1)
    assert.equal(excess(points(4, 2, 3, 1)), 1.5)
  })

  const limits: Limits = { js: 5, wasm: 50, vector: { js: 1, wasm: 1 } }
  const [workload] = workloads
  const [own, peer] = [systems[0], systems.find(s => s.name === 'pytorch')!]
  const mine = rowOf(own, workload, { kind: 'measured', ms: 10, flops: 10e6 }, limits)

  it('gives shares of the limit of its kind, and none for native code', () => {
    assert.deepEqual(mine, { system: 'js', workload: 'W1', ms: 10, gflops: 1, share: 0.2 })
    assert.equal(rowOf(peer, workload, { kind: 'measured', ms: 10, flops: 10e6 }, limits).share, null)
  })

  it('gives what a step takes of a GPU, beside what has none', () => {
    const counts = { kernels: 7, submits: 1, bytesRead: 12 }
    const gpu = systems.find(s => s.name === 'gpu')!
    const row = rowOf(gpu, workload, { kind: 'measured', ms: 30, flops: 10e6, counts, note: 'on a device' }, limits)
    assert.deepEqual(
      { counts: row.counts, share: row.share, note: row.note },
      { counts, share: null, note: 'on a device' },
    )
    const text = tables([mine, row], workloads, systems)
    assert.match(text, /÷ js \| kernels \| submits \| bytes read \|/)
    assert.match(text, /\| js +\|.* 1\.00 \| +– \| +– \| +– \|/)
    assert.match(text, /\| gpu \[1\] \|.* 3\.00 \| +7 \| +1 \| +12 \|/)
    assert.doesNotMatch(tables([mine], workloads, systems), /kernels/)
  })

  it('gives ratios, and bounds of them where a peer was stopped', () => {
    const stopped = rowOf(peer, workload, { kind: 'stopped', atLeast: 30 }, limits)
    assert.deepEqual(ratio(stopped, mine), { times: 3, atLeast: true })
    const none: Row = rowOf(peer, workload, { kind: 'none', reason: 'absent' }, limits)
    assert.equal(ratio(none, mine), undefined)
    const text = tables([mine, stopped], workloads, systems)
    assert.match(text, /\| js +\| +10\.0 \| +1\.00 \| +20 % \| +1\.00 \|/)
    assert.match(text, /\| pytorch \| > 30\.0 \| +– \| +– \| > 3\.00 \|/)
    assert.match(tables([mine, none], workloads, systems), /pytorch \[1\][\s\S]*- \[1\] absent/)
  })
})

describe('the limits are of products that are right:', () => {
  const [M, N, K] = [32, 24, 10]
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((i * 37) % 11) - 5)
  const [a, b] = [numbers(M * K), numbers(N * K)]
  /** a bᵀ, of small whole numbers, so that every order of sums is exact. */
  const expected = Float32Array.from({ length: M * N }, (_, at) => {
    let sum = 0
    for (let k = 0; k < K; k++) sum += a[Math.floor(at / N) * K + k] * b[(at % N) * K + k]
    return sum
  })

  it('plain JavaScript', () => {
    const c = new Float32Array(M * N)
    js.multiply(js.panels(a, M, K, 4), js.panels(b, N, K, 4), c, { M, N, K })
    assert.deepEqual(c, expected)
    for (const [width, apply] of [
      [4, js.apply4],
      [8, js.apply8],
    ] as const) {
      const y = new Float32Array(M)
      apply(js.panels(a, M, K, width), b.subarray(0, K), y)
      assert.deepEqual(
        y,
        expected.filter((_, at) => at % N === 0),
      )
    }
  })

  it('WebAssembly', async t => {
    const assemble = await assembler()
    if (assemble === undefined) return t.skip("the bench's packages are not installed: `npm ci` in bench/ brings wabt")
    const { memory, multiply, apply } = wasm.kernels(assemble)
    const { sixes, fives } = wasm.blocksOf(M)
    memory.set(a)
    memory.set(js.panels(b, N, K, 8), M * K)
    multiply(0, 4 * M * K, 4 * (M + N) * K, sixes, fives, N, K)
    assert.deepEqual(memory.slice((M + N) * K, (M + N) * K + M * N), expected)
    memory.set(js.panels(a, M, K, 32))
    memory.set(b.subarray(0, K), M * K)
    apply(0, 4 * M * K, 4 * (M + 1) * K, M, K)
    assert.deepEqual(
      memory.slice((M + 1) * K, (M + 1) * K + M),
      expected.filter((_, at) => at % N === 0),
    )
  })
})
