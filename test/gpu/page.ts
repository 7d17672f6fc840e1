// The script of a page: runs checks on the page's own GPU, by the device and as many as its address asks for, and says what failed.
import { openGpu } from '../../compiler/backend/gpu/devices.ts'
import { fixtureCheck, graphChecks, type KerasCase, modelChecks, randomChecks } from './checks.ts'
import { trapChecks } from './traps.ts'

const output = document.querySelector('output')
const { device, every, models, traps, programs, fixtures } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
const keras: readonly KerasCase[] = await (await fetch('/keras.json')).json()
const backend = await openGpu([device])
const checks = [
  ...graphChecks.filter((_, i) => i % every === 0),
  ...modelChecks.slice(0, models),
  ...trapChecks.filter((_, i) => i % traps === 0),
  ...keras.slice(...fixtures).map(fixtureCheck),
  ...randomChecks(programs),
]
const failures: string[] = []
for (const { name, run } of checks) {
  await run(backend).catch(error => failures.push(`${name}: ${error}`))
}
if (output !== null)
  output.textContent = JSON.stringify({ count: checks.length, failures, device: backend.device.name })
