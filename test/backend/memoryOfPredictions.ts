// Run by itself: the most megabytes that a process takes while it predicts again and again on WebAssembly, for `wasmMemory.test.ts`.
// Arguments: threads, calls, `now` or `later`.
import { compile, fit, predict, predictAsync } from '../../runtime/index.ts'
import { openWasm } from '../../runtime/node/index.ts'

const [threads, calls, when] = process.argv.slice(2)
const model = compile(`model M {
  input x: [8]
  target y: real
  p = x |> dense(1000) |> dense(1000) |> dense(1)
  loss mse(p[0], y)
  predict y from p[0]
}`)
const x = [[1, 2, 3, 4, 5, 6, 7, 8]]
const trained = await fit(model, { x, y: [1] }, { epochs: 1 })
const target = await openWasm({ threads: Number(threads), leastWork: 0 })
for (let i = 0; i < Number(calls); i++) {
  if (when === 'now') predict(trained, { x }, { target })
  else await predictAsync(trained, { x }, { target })
}
target.close()
console.log(Math.round(process.resourceUsage().maxRSS / 1024))
