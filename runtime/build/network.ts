// The network of a built module: as a program, or as the graph that the GPU's kernels are made of when it runs.
import type { Precision } from '../../compiler/backend/backend.ts'
import { refuses } from '../../compiler/backend/gpu/draws.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type Graph, plan } from '../../compiler/index.ts'
import { printGraph } from '../../compiler/ir/print.ts'
import { checkTaken } from '../../compiler/load.ts'

export interface Network {
  /** What runs it. */
  readonly backend: BuildTarget
  /** Whether it works while the program goes on: its functions are async, and `createNetwork` takes a GPU. */
  readonly async: boolean
  /** The lines that define `createNetwork`. */
  readonly lines: readonly string[]
}

/** What a module can be written for. */
export const buildTargets = ['js', 'gpu'] as const

export type BuildTarget = (typeof buildTargets)[number]

type Writer = (model: CompiledModel, graph: Graph, precision: Precision) => Network

/** How each is written. RNN505 for a precision or a graph that it cannot take. */
export const networks: Readonly<Record<BuildTarget, Writer>> = {
  js: ({ context }, graph, precision) => ({
    backend: 'js',
    async: false,
    lines: [
      '// The network itself.',
      'const createNetwork = (() => {',
      ...js
        .emit(plan(context, graph), precision)
        .replace('export function create', 'function create')
        .trimEnd()
        .split('\n')
        .map(line => (line === '' ? '' : `  ${line}`)),
      '',
      '  return create',
      '})()',
    ],
  }),
  gpu: ({ context }, graph, precision) => {
    checkTaken({ name: 'gpu', refuses }, plan(context, graph), precision)
    return {
      backend: 'gpu',
      async: true,
      lines: [
        '// The network itself, as the compiler left it.',
        `const graph = \`${printGraph(graph)
          .trimEnd()
          .replace(/[`\\$]/g, '\\$&')}`,
        '`',
        '',
        open.trimEnd(),
      ],
    }
  },
}

const open = `// On a device. What makes kernels of it and runs them is loaded here, and never before.
async function createNetwork(gpu) {
  const { openNetwork } = await import('rnnc/gpu').catch(error => {
    throw new Error(\`this network needs the packages rnnc and gpu.js: \${error.message}\`, { cause: error })
  })
  return openNetwork(graph, gpu)
}
`
