// Measures the machine's limits in a separate process, and prints them as JSON.
import { js as jsTarget } from '../../compiler/backend/js.ts'
import { wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { reals } from '../workers/serve.ts'
import { assembler } from './assembler.ts'
import { emittedRate } from './emitted.ts'
import * as js from './js.ts'
import * as wasm from './wasm.ts'

const assemble = await assembler()
const limits = {
  js: Math.max(js.matrixRate(reals), emittedRate(jsTarget, reals)),
  wasm: assemble ? Math.max(wasm.matrixRate(assemble), emittedRate(wasmRelaxed, reals)) : null,
  vector: { js: js.vectorTime(reals), wasm: assemble ? wasm.vectorTime(assemble) : null },
}
console.log(JSON.stringify(limits))
