// Loads npm's wabt, if it is installed.
import type { Assemble } from './wasm.ts'

interface Wabt {
  parseWat(
    name: string,
    text: string,
    features: object,
  ): { toBinary(options: object): { buffer: Uint8Array<ArrayBuffer> } }
}

/** Undefined if the bench's packages are not installed. */
export async function assembler(): Promise<Assemble | undefined> {
  const name = 'wabt'
  const module: { default(): Promise<Wabt> } | undefined = await import(name).catch(() => undefined)
  const wabt = await module?.default()
  return wabt && (text => wabt.parseWat('limits.wat', text, { simd: true, relaxed_simd: true }).toBinary({}).buffer)
}
