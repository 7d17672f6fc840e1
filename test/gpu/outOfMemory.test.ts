// A device that is out of memory. A software device is, where its process may take no more: a process of its own has this file.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { it } from 'vitest'
import { plan } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { build, dim, type } from '../backend/agree.ts'
import { needs } from '../support/needs.ts'
import { openBackend, skipped } from './support.ts'

/** Lets this process take so many bytes more than it has. */
function limit(bytes: number | 'unlimited'): void {
  const [, kilobytes] = /VmSize:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? assert.fail()
  const all = bytes === 'unlimited' ? bytes : String(Number(kilobytes) * 1024 + bytes)
  execFileSync('prlimit', ['--pid', String(process.pid), `--as=${all}:`])
}

it(
  'RNN514 where a device is out of memory, and the arrays that were given are as they were',
  needs(skipped),
  async t => {
    const backend = await openBackend()
    if (!/SwiftShader/.test(backend.device.description)) return t.skip('the device has memory of its own')
    // [N, N] lies on the device only.
    const { context, graph } = build([type('N'), type('1, N')], (b, [x, w]) => {
      const [down, across] = [-1, -2].map(at => b.emit('broadcast', [x], { at: [at], sizes: [dim('N')] }))
      return [b.emit('matmul', [b.emit('add', [down, across]), w])]
    })
    const executable = backend.load(plan(context, graph))
    const run = (N: number) =>
      executable.run({ N }, { x0: new Float32Array(N).fill(1), x1: new Float32Array(N).fill(2) })
    assert.deepEqual([...(await run(3)).y0], [12, 12, 12])
    const state = executable.store({ x0: Float32Array.of(1, 2) })
    limit(400e6)
    try {
      await assert.rejects(run(15_000), (error: unknown) => {
        assert.ok(error instanceof RnnError, String(error))
        assert.equal(error.diagnostics[0].code, 'RNN514')
        assert.match(error.message, /the network: out of memory: /)
        return true
      })
    } finally {
      limit('unlimited')
    }
    assert.deepEqual([...state.x0], [1, 2])
    executable.dispose()
    await backend.close()
  },
)
