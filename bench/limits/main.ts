// Measures the machine's limits in a separate process, and prints them as JSON.
import { reals } from '../workers/serve.ts'
import { assembler } from './assembler.ts'
import * as js from './js.ts'
import * as wasm from './wasm.ts'

const assemble = await assembler()
const limits = {
  js: js.matrixRate(reals),
  wasm: assemble ? wasm.matrixRate(assemble) : null,
  vector: { js: js.vectorTime(reals), wasm: assemble ? wasm.vectorTime(assemble) : null },
}
console.log(JSON.stringify(limits))
