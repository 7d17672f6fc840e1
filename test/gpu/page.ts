// The script of a page: runs checks on the page's own GPU, and says what failed.
import { webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { graphChecks, modelChecks, randomChecks } from './checks.ts'

const output = document.querySelector('output')
const backend = await webGpuBackend()
const checks = [...graphChecks.filter((_, i) => i % 4 === 0), ...modelChecks, ...randomChecks(4)]
const failures: string[] = []
for (const { name, run } of checks) {
  await run(backend).catch(error => failures.push(`${name}: ${error}`))
}
if (output !== null) output.textContent = JSON.stringify({ count: checks.length, failures, backend: backend.name })
