// The script of a page: runs checks on the page's own GPU, by the device and as many as its address asks for, and says what failed.
import assert from 'node:assert/strict'
import { openGpu } from '../../compiler/backend/gpu/devices.ts'
import { plan } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { build, type } from '../backend/agree.ts'
import { type DeviceCheck, fixtureCheck, graphChecks, type KerasCase, modelChecks } from './checks.ts'
import { trapChecks } from './traps.ts'

const output = document.querySelector('output')
const { device, every, models, traps, fixtures } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
const keras: readonly KerasCase[] = await (await fetch('/keras.json')).json()

/** The contexts of WebGL2 that anyone has made. */
const contexts = new Set<WebGL2RenderingContext>()
const getContext = HTMLCanvasElement.prototype.getContext
Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', {
  value: function (...args: readonly unknown[]) {
    const context: unknown = Reflect.apply(getContext, this, args)
    if (context instanceof WebGL2RenderingContext) contexts.add(context)
    return context
  },
})

/** The last of all: no run afterwards can succeed. */
const lost: DeviceCheck = {
  name: 'a context that is lost is an error',
  run: async on => {
    const { context, graph } = build([type('N')], (b, [x]) => [b.emit('add', [x, x])])
    const executable = on.load(plan(context, graph), 'f32')
    const run = () => executable.run({ N: 2 }, { x0: Float32Array.of(1, 2) })
    assert.deepEqual([...(await run()).y0], [2, 4])
    for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext()
    const error: unknown = await run().then(
      () => 'none',
      (e: unknown) => e,
    )
    assert.ok(error instanceof RnnError && error.message.includes('RNN514'), String(error))
  },
}

const backend = await openGpu([device])
const checks = [
  ...graphChecks.filter((_, i) => i % every === 0),
  ...modelChecks.slice(0, models),
  ...trapChecks.filter((_, i) => i % traps === 0),
  ...keras.slice(...fixtures).map(fixtureCheck),
  ...(device === 'webgl2' ? [lost] : []),
]
const failures: string[] = []
for (const { name, run } of checks) {
  await run(backend).catch(error => failures.push(`${name}: ${error}`))
}
if (output !== null)
  output.textContent = JSON.stringify({ count: checks.length, failures, device: backend.device.name })
