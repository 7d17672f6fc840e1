// The WebAssembly backends against the interpreter.
import { wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { suite } from './suite.ts'

suite(wasm)
// Whose last bits are the processor's.
suite(wasmRelaxed, { amplified: false, graphs: 100 })
