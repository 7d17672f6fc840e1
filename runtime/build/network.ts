// Writes the networks of a built module: as a program, as WebAssembly, or as the graph of which GPU kernels are made at run time.
import type { Precision } from '../../compiler/backend/backend.ts'
import { refuses } from '../../compiler/backend/gpu/limits.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type Graph, type Plan, plan, planFor } from '../../compiler/index.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { checkTaken } from '../../compiler/load.ts'
import { realArray } from './layout.ts'
import { wasmNetworks } from './wasmNetworks.ts'

export interface Network {
  /** Name of the backend that runs it. */
  readonly backend: string
  /** Description for readers of the module, after its name: the rest of a line, and further lines. */
  about(precision: Precision): readonly [string, ...string[]]
  /** Whether it runs asynchronously: its functions are async, and `createNetwork` takes a GPU. */
  readonly async: boolean
  /** Helpers that the lines call. */
  readonly helpers: readonly string[]
  /** The lines that define the functions which make the networks of graphs, by their names. RNN505 for a graph that it cannot take. */
  lines(model: CompiledModel, graphs: Graphs, precision: Precision): readonly string[]
}

/** `createNetwork` makes the network of predictions; others belong to a stream. */
export type Graphs = { readonly createNetwork: Graph } & Readonly<Record<string, Graph>>

/** Lines that define a function which makes the network of a plan, in plain JavaScript. */
const jsNetwork = (name: string, made: Plan, precision: Precision): string[] => [
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

const wasmNetwork = (backend: string, relaxed: boolean): Network => ({
  backend,
  about: precision => [
    `WebAssembly over ${realArray(precision)}s. It imports nothing, and runs in Node and in browsers;`,
    "a page with a content security policy must allow it 'wasm-unsafe-eval'.",
    '',
  ],
  async: false,
  helpers: ['wasmNetwork', 'unpack', 'decode'],
  lines: ({ context }, graphs, precision) =>
    wasmNetworks(
      Object.fromEntries(Object.entries(graphs).map(([name, graph]) => [name, plan(context, graph)])),
      precision,
      { backend, relaxed },
    ),
})

/** Writers of the network, by target. */
const networks = {
  js: {
    backend: 'js',
    about: precision => [
      `plain JavaScript over ${realArray(precision)}s. It imports nothing, and runs in Node and in browsers.`,
      '',
    ],
    async: false,
    helpers: [],
    lines: ({ context }, graphs, precision) => [
      '// The network itself.',
      ...Object.entries(graphs).flatMap(([name, graph], i) => [
        ...(i === 0 ? [] : ['']),
        ...jsNetwork(name, planFor(js, context, graph), precision),
      ]),
    ],
  },
  wasm: wasmNetwork('wasm', false),
  'wasm-relaxed': wasmNetwork('wasm-relaxed', true),
  gpu: {
    backend: 'gpu',
    about: () => [
      'it runs on the GPU, through the packages rnnc and gpu.js, which `create` loads.',
      'In a browser it uses WebGPU, or WebGL2 if there is none. Node has no built-in GPU: pass { gpu } as the last',
      'argument of `create` there, with the result of `create([])` from the package webgpu.',
      '',
    ],
    async: true,
    helpers: [],
    lines: ({ context }, { createNetwork: graph }, precision) => {
      checkTaken({ name: 'gpu', refuses }, plan(context, graph), precision)
      return [
        '// The network itself, as the compiler wrote it.',
        `const graph = \`${printGraph(graph)
          .trimEnd()
          .replace(/[`\\$]/g, '\\$&')}`,
        '`',
        '',
        open.trimEnd(),
      ]
    },
  },
} satisfies Readonly<Record<string, Network>>

/** Targets that a module can be written for. */
export type BuildTarget = keyof typeof networks

const isTarget = (name: string): name is BuildTarget => Object.hasOwn(networks, name)

export const buildTargets = Object.keys(networks).filter(isTarget)

/** The writer of a target. */
export const networkOf = (target: BuildTarget): Network => networks[target]

const open = `// On a device. What makes kernels of it and runs them is loaded here, and never before.
async function createNetwork(gpu) {
  const { openNetwork } = await import('rnnc/gpu').catch(error => {
    throw new Error(\`this network needs the packages rnnc and gpu.js: \${error.message}\`, { cause: error })
  })
  return openNetwork(graph, gpu)
}
`
