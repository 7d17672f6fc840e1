// The script of a page: runs checks on the page's own GPU, of the device that its address asks for, and says what failed.
import { type DeviceName, devices, openGpu } from '../../compiler/backend/gpu/devices.ts'
import { graphChecks, modelChecks, randomChecks } from './checks.ts'

const output = document.querySelector('output')
const isDevice = (name: string): name is DeviceName => name in devices
const asked = location.hash.slice(1)
const backend = await openGpu(isDevice(asked) ? [asked] : undefined)
const checks = [...graphChecks, ...modelChecks, ...randomChecks(4)]
const failures: string[] = []
const slow: [string, number][] = []
const t0 = performance.now()
for (const { name, run } of checks) {
  const t = performance.now()
  await run(backend).catch(error => failures.push(`${name}: ${error}`))
  slow.push([name, Math.round(performance.now() - t)])
}
if (output !== null)
  output.textContent = JSON.stringify({
    count: checks.length,
    failures,
    device: backend.device.name,
    ms: performance.now() - t0,
    slow: slow.sort((a, b) => b[1] - a[1]).slice(0, 20),
  })
