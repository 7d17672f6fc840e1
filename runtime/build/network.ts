// Writes the network of a built module: as a program, or as the graph of which GPU kernels are made at run time.
import type { Precision } from '../../compiler/backend/backend.ts'
import { refuses } from '../../compiler/backend/gpu/draws.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type Graph, type Plan, plan } from '../../compiler/index.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { checkTaken } from '../../compiler/load.ts'
import { realArray } from './layout.ts'

export interface Network {
  /** Name of the backend that runs it. */
  readonly backend: string
  /** Description for readers of the module, after its name: the rest of a line, and further lines. */
  readonly about: readonly [string, ...string[]]
  /** Whether it runs asynchronously: its functions are async, and `createNetwork` takes a GPU. */
  readonly async: boolean
  /** The lines that define `createNetwork`. */
  readonly lines: readonly string[]
}

type Writer = (model: CompiledModel, graph: Graph, precision: Precision) => Network

/** Lines that define a function which makes the network of a plan, in plain JavaScript. */
export const jsNetwork = (name: string, made: Plan, precision: Precision): string[] => [
  `const ${name} = (() => {`,
  ...js
    .define(made, precision)
    .trimEnd()
    .split('\n')
    .map(line => (line === '' ? '' : `  ${line}`)),
  '',
  '  return create',
  '})()',
]

/** Writers of the network, by target. */
const networks = {
  js: ({ context }, graph, precision) => ({
    backend: 'js',
    about: [
      `plain JavaScript over ${realArray(precision)}s. It imports nothing, and runs in Node and in browsers.`,
      '',
    ],
    async: false,
    lines: ['// The network itself.', ...jsNetwork('createNetwork', plan(context, graph), precision)],
  }),
  gpu: ({ context }, graph, precision) => {
    checkTaken({ name: 'gpu', refuses }, plan(context, graph), precision)
    return {
      backend: 'gpu',
      about: [
        'it runs on the GPU, through the packages rnnc and gpu.js, which `create` loads.',
        'In a browser it uses WebGPU, or WebGL2 if there is none. Node has no built-in GPU: pass { gpu } as the last',
        'argument of `create` there, with the result of `create([])` from the package webgpu.',
        '',
      ],
      async: true,
      lines: [
        '// The network itself, as the compiler wrote it.',
        `const graph = \`${printGraph(graph)
          .trimEnd()
          .replace(/[`\\$]/g, '\\$&')}`,
        '`',
        '',
        open.trimEnd(),
      ],
    }
  },
} satisfies Readonly<Record<string, Writer>>

/** Targets that a module can be written for. */
export type BuildTarget = keyof typeof networks

const isTarget = (name: string): name is BuildTarget => Object.hasOwn(networks, name)

export const buildTargets = Object.keys(networks).filter(isTarget)

/** Writes the network of a graph. RNN505 for a precision or a graph that the target cannot take. */
export const networkOf = (target: BuildTarget, ...given: Parameters<Writer>): Network => networks[target](...given)

const open = `// On a device. What makes kernels of it and runs them is loaded here, and never before.
async function createNetwork(gpu) {
  const { openNetwork } = await import('rnnc/gpu').catch(error => {
    throw new Error(\`this network needs the packages rnnc and gpu.js: \${error.message}\`, { cause: error })
  })
  return openNetwork(graph, gpu)
}
`
