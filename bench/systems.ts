// Lists the systems to compare. Each runs in a separate process, on one thread.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { immediateBackends } from '../compiler/backend/backends.ts'

/** The limit of the machine that a system is measured against; native code has none. */
export type Kind = 'js' | 'wasm' | 'native'

export interface System {
  readonly name: string
  readonly about: string
  readonly kind: Kind
  /** Whether it is a target of this compiler, which the others are compared with. */
  readonly own: boolean
  /** The command of its worker, to which the ids of workloads are added, or the reason why it is missing. */
  readonly start: () => Start | string
}

export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Name of the variable for a python3 with PyTorch and JAX, if the one on the PATH lacks them. */
export const pythonVariable = 'BENCH_PYTHON'

const kinds: Readonly<Record<string, Kind>> = { js: 'js', wasm: 'wasm', 'wasm-relaxed': 'wasm' }

const targets: readonly System[] = immediateBackends.map(({ name }) => ({
  name,
  about: `rnnc, the target ${name}`,
  kind: kinds[name] ?? 'native',
  own: true,
  start: () => ({ command: process.execPath, args: [path('workers/rnnc-main.ts')], env: { TARGET: name } }),
}))

/** How many threads the systems on several threads have. */
const threads = 2

/** Systems on two threads, which are compared with each other; the limits are those of one. */
const together: readonly System[] = [
  {
    name: 'wasm-relaxed-x2',
    about: `rnnc, the target wasm-relaxed on ${threads} threads`,
    kind: 'native',
    own: false,
    start: () => ({
      command: process.execPath,
      args: [path('workers/rnnc-threads.ts')],
      env: { TARGET: 'wasm-relaxed', THREADS: String(threads) },
    }),
  },
  inPython('pytorch-x2', `PyTorch on ${threads} threads`, 'torch', 'pytorch_worker.py', threads),
]

/** The GPU targets of this compiler. They are compared like the other systems, as the device may be anything. */
const onGpu: readonly System[] = [
  inDawn('gpu', 'rnnc, the target gpu: WebGPU by Dawn', 'rnnc-gpu.ts'),
  inDawn('gpu-pipeline', "the same plans by gpu.js' createPipeline", 'rnnc-gpu-pipeline.ts'),
]

const peers: readonly System[] = [
  inNode('tfjs-cpu', 'TensorFlow.js 4.22, cpu', 'js', '@tensorflow/tfjs', 'tfjs.mjs'),
  inNode('tfjs-wasm', 'TensorFlow.js 4.22, wasm', 'wasm', '@tensorflow/tfjs-backend-wasm', 'tfjs.mjs'),
  inNode('brain.js', 'brain.js 2.0.0-beta.24', 'js', 'brain.js', 'brain.mjs'),
  inNode('jax-js', 'jax-js 0.1.25, wasm', 'wasm', '@jax-js/jax', 'jax-js.mjs'),
  inNode('ort-web', 'onnxruntime-web 1.30, wasm', 'wasm', 'onnxruntime-web', 'ort.mjs'),
  inNode('ort-node', 'onnxruntime-node 1.30', 'native', 'onnxruntime-node', 'ort.mjs'),
  inPython('pytorch', 'PyTorch', 'torch', 'pytorch_worker.py'),
  inPython('jax', 'JAX', 'jax', 'jax_worker.py'),
]

export const systems: readonly System[] = [...targets, ...onGpu, ...peers, ...together]

/** Tells whether npm's packages of the bench are installed. */
export const installed = (): boolean => existsSync(path('node_modules'))

function inNode(name: string, about: string, kind: Kind, npm: string, worker: string): System {
  return {
    name,
    about,
    kind,
    own: false,
    start: () =>
      existsSync(path(`node_modules/${npm}`))
        ? { command: process.execPath, args: [path(`workers/${worker}`)], env: { SYSTEM: name } }
        : `${npm} is not installed: npm ci in bench/`,
  }
}

function inDawn(name: string, about: string, worker: string): System {
  return {
    name,
    about,
    kind: 'native',
    own: false,
    start: () => {
      const start = { command: process.execPath, args: [path(`workers/${worker}`)], env: swiftShader() }
      const { status, stderr } = spawnSync(start.command, start.args, {
        env: { ...process.env, ...start.env },
        encoding: 'utf8',
      })
      return status === 0 ? start : (/RNN513: .*|Error: .*/.exec(stderr)?.[0] ?? stderr.trim())
    },
  }
}

/** The software device in Debian's chromium, for use when no driver is set. */
function swiftShader(): Readonly<Record<string, string>> {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'
  const named = process.env.VK_ICD_FILENAMES !== undefined || !existsSync(driver)
  return named ? {} : { VK_ICD_FILENAMES: driver }
}

function inPython(name: string, about: string, module: string, worker: string, count = 1): System {
  return {
    name,
    about,
    kind: 'native',
    own: false,
    start: () => {
      const command = process.env[pythonVariable] ?? 'python3'
      const { status } = spawnSync(command, ['-c', `import ${module}`], { stdio: 'ignore' })
      if (status !== 0) return `${command} cannot import ${module}: set ${pythonVariable} to a python3 that can`
      return { command, args: [path(`workers/${worker}`)], env: threadsOf(count) }
    },
  }
}

const threadsOf = (count: number): Readonly<Record<string, string>> => ({
  BENCH_THREADS: String(count),
  OMP_NUM_THREADS: String(count),
  MKL_NUM_THREADS: String(count),
  OPENBLAS_NUM_THREADS: String(count),
  JAX_PLATFORMS: 'cpu',
  XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
})

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
