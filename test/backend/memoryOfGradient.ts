// Run by itself, with --expose-gc: how many bytes of arrays a gradient takes, for `memory.test.ts`. Arguments: file, checkpoint, B, T.
import { readFileSync } from 'node:fs'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { evaluate, product } from '../../compiler/ir/dim.ts'

const [file, checkpoint, B, T] = process.argv.slice(2)
const sets: Record<string, number> = checkpoint === '0' ? {} : { checkpoint: Number(checkpoint) }
const { context, gradient } = compile(readFileSync(file, 'utf8'), { sets })
const graph = gradient()
const sizes = { B: Number(B), T: Number(T) }
const inputs = graph.params.map(({ dtype, shape }, i) => {
  const length = evaluate(product(shape), sizes)
  return [graph.inputs[i], dtype === 'real' ? new Float32Array(length) : new Int32Array(length).fill(sizes.T)] as const
})
const executable = load(context, graph, js, 'f32')
const { gc } = globalThis
if (gc === undefined) throw new Error('run this with --expose-gc')
gc()
const before = process.memoryUsage().arrayBuffers
executable.run(sizes, Object.fromEntries(inputs))
gc()
console.log(process.memoryUsage().arrayBuffers - before)
