// Builds WGSL for a kernel: gpu.js translates the code of a thread; bindings, writes and the entry point are written here.
import type { Dim } from '../../ir/dim.ts'
import type { Buffer } from '../../plan/plan.ts'
import { pointsOf } from './axisLoops.ts'
import type { GpuLibrary, KernelFunction } from './gpuLibrary.ts'
import { functionsOf, helpersIn } from './kernelHelpers.ts'
import type { KernelSource } from './kernelSource.ts'

/** A shader, and its bindings: the arguments as a uniform at 0, the buffers from 1 on. */
export interface Shader {
  readonly code: string
  /** Workgroups along x and y. */
  readonly groups: readonly [number, number]
  /** Size of the arguments, in bytes. */
  readonly argumentBytes: number
}

/** Threads in a workgroup. */
const groupSize = 64

/** The buffers that a kernel binds. */
export interface Bindings {
  /** The bound buffer of each of its `arrays`, and of each of its `written`, counted from 0: the binding is one higher. */
  readonly arrays: readonly number[]
  readonly written: readonly number[]
  /** Which of the buffers are written; those are also read through their one binding. */
  readonly isWritten: readonly boolean[]
}

/** A kernel that is written in WGSL by hand. */
export interface OwnKernel {
  readonly arrays: readonly Buffer[]
  readonly written: readonly Buffer[]
  /** The values of `params.o0`, `params.o1`, …. */
  readonly offsets: readonly Dim[]
  readonly specials: readonly []
  readonly threads: readonly [number, number, number]
  /** The statements of thread number `thread`, a u32, given the names of its arrays and of the buffers that it writes. */
  readonly body: (arrays: readonly string[], written: readonly string[]) => string
}

/** Builds the shader of a kernel. At most `most` workgroups fit in a row. */
export function shaderOf(
  library: GpuLibrary,
  kernel: KernelSource | OwnKernel,
  bindings: Bindings,
  most: number,
): Shader {
  const name = (place: number): string => `b${place}`
  if ('body' in kernel) {
    const body = kernel.body(bindings.arrays.map(name), bindings.written.map(name))
    return shader(kernel, bindings.isWritten, most, { offset: 'o', functions: '', body })
  }
  const { body, functions } = translated(library, kernel)
  const [x, y] = kernel.threads
  const known = [
    'var<private> threadGid : vec3<u32>;',
    'fn _pow(x : f32, y : f32) -> f32 { return pow(x, y); }',
    ...kernel.arrays.map(
      (_, i) => `fn get_user_a${i}(z : i32, y : i32, x : i32) -> f32 { return ${name(bindings.arrays[i])}[x]; }`,
    ),
    withNatives(functions, kernel, bindings.written),
  ]
  const place = `  threadGid = vec3<u32>(thread % ${x}u, (thread / ${x}u) % ${y}u, thread / ${x * y}u);`
  const text = { offset: 'user_o', functions: known.join('\n'), body: `${place}\n${body}` }
  return shader(kernel, bindings.isWritten, most, text)
}

interface ShaderText {
  /** What the names of the offsets begin with. */
  readonly offset: string
  readonly functions: string
  /** The statements of a thread. */
  readonly body: string
}

/** Assembles a shader. */
function shader(
  { threads, offsets, specials }: KernelSource | OwnKernel,
  isWritten: readonly boolean[],
  most: number,
  { offset, functions, body }: ShaderText,
): Shader {
  const count = pointsOf(threads)
  const all = Math.ceil(count / groupSize)
  const rows = Math.ceil(all / most)
  const groups = [Math.ceil(all / rows), rows] as const
  const args = [...offsets.map((_, i) => `${offset}${i} : i32`), ...specials.map(s => `user_${s} : f32`)]
  const code = [
    `struct Params { ${(args.length === 0 ? ['unused : i32'] : args).join(', ')} }`,
    '@group(0) @binding(0) var<uniform> params : Params;',
    ...isWritten.map(
      (w, i) => `@group(0) @binding(${i + 1}) var<storage, ${w ? 'read_write' : 'read'}> b${i} : array<f32>;`,
    ),
    functions,
    `@compute @workgroup_size(${groupSize})`,
    'fn main(@builtin(global_invocation_id) gid : vec3<u32>) {',
    `  let thread = gid.x + gid.y * ${groups[0] * groupSize}u;`,
    `  if (thread >= ${count}u) { return; }`,
    body,
    '}',
    '',
  ].join('\n')
  return { code, groups, argumentBytes: Math.max(16, Math.ceil(args.length / 4) * 16) }
}

/** Translates a kernel with gpu.js. */
function translated(library: GpuLibrary, source: KernelSource): { body: string; functions: string } {
  const argumentTypes = [
    ...source.arrays.map(() => 'Array'),
    ...source.offsets.map(() => 'Integer'),
    ...source.specials.map(() => 'Float'),
  ]
  const kernel = new library.WebGPUKernel(source.text, {
    output: [1, 1, 1],
    precision: 'single',
    argumentTypes,
    functions: kernelFunctions(source),
    returnType: 'Number',
  })
  const values = argumentTypes.map(t => (t === 'Array' ? new Float32Array(1) : 0))
  kernel.setupConstants()
  kernel.setupArguments(values)
  kernel.validateSettings(values)
  kernel.translateSource()
  const end = /result\[data_index\] = 0\.0;\s*return;\s*$/
  const { translatedBody: body, translatedFunctions: functions } = kernel
  if (typeof body !== 'string' || typeof functions !== 'string' || !end.test(body))
    throw new Error(`gpu.js gave no WGSL that rnnc knows for\n${source.text}\n${body}`)
  return { body: body.replace(end, ''), functions }
}

/** The functions that a kernel calls, as gpu.js takes them. */
function kernelFunctions(source: KernelSource): KernelFunction[] {
  const puts = source.written.map((_, i) => ({
    name: `put${i}`,
    source: `function put${i}(place, value) { return value; }`,
    settings: { argumentTypes: ['Integer', 'Number'], returnType: 'Number' },
  }))
  return [...functionsOf(source.text), ...puts]
}

/** The bodies of functions that WGSL computes exactly. */
const natives: Readonly<Record<string, string>> = {
  quotient: 'return user_a / user_b;',
  powerOfTwo: 'return ldexp(1.0, i32(user_n));',
}

/** Replaces functions that WGSL can do and gpu.js cannot: writes, division of integers, exact powers of two. */
function withNatives(functions: string, source: KernelSource, places: readonly number[]): string {
  const puts = source.written.map(
    (_, i) => [`put${i}`, `b${places[i]}[user_place] = user_value;\nreturn user_value;`] as const,
  )
  const used = helpersIn(source.text)
  const known = Object.entries(natives).filter(([name]) => used.has(name))
  return [...puts, ...known].reduce((text, [name, body]) => {
    const whole = new RegExp(`(fn fn_${name}\\([^)]*\\) -> \\w+ \\{\\n)[^]*?\\n\\}\\n`)
    if (!whole.test(text)) throw new Error(`gpu.js gave no function ${name} that rnnc knows:\n${text}`)
    return text.replace(whole, (_, head: string) => `${head}${body}\n}\n`)
  }, `${functions}\n`)
}
