// Profiles a training step of one workload, kernel by kernel. Prints one JSON object on stdout.
import { type Profiler, Session } from 'node:inspector/promises'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { js } from '../../compiler/backend/js.ts'
import { plan } from '../../compiler/index.ts'
import type { Profile } from '../profileText.ts'
import { workloads } from '../workloads.ts'
import { compileWorkload, rnncCase } from './rnnc.ts'
import { quick } from './serve.ts'

const target = process.env.TARGET ?? 'js'
const workload = workloads.find(w => w.id === process.argv[2])
const backend = immediateBackends.find(b => b.name === target)
if (backend === undefined || workload === undefined) throw new Error(`no target ${target}, or no workload`)

/** Functions of the program with the comment above each: the kernels. */
const kernels = new Map<string, string>()
const model = compileWorkload(workload)
const training = workload.mode === 'train' ? model.train() : { context: model.context, graph: model.predict() }
const text = js.emit(plan(training.context, training.graph), 'f32')
for (const [, comment, name] of text.matchAll(/^\/\/ (.*)\nfunction ([\w$]+)/gm)) kernels.set(name, comment)
/** The comment that the compiler writes above a loop over time. */
const loop = /step by step|in time|over time/

const { step } = rnncCase(backend, workload)
const span = quick ? 100 : 2000
const session = new Session()
session.connect()
const run = (): number => {
  const start = performance.now()
  let steps = 0
  do {
    step()
    steps++
  } while (performance.now() - start < span)
  return (performance.now() - start) / steps
}
run()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 200 })
await session.post('Profiler.start')
const ms = run()
const { profile } = await session.post('Profiler.stop')
const result: Profile = { target, workload: workload.id, ms, parts: parts(profile) }
console.log(JSON.stringify(result))

/** Gives the share of each kernel, including the functions that it calls; time outside kernels is listed by function. */
function parts({ nodes, samples = [] }: Profiler.Profile): Profile['parts'] {
  const parents = new Map(nodes.flatMap(n => (n.children ?? []).map(child => [child, n.id] as const)))
  const names = new Map(nodes.map(n => [n.id, n.callFrame.functionName]))
  /** Finds the outermost kernel around a place, other than a loop over time; helpers count for the kernel that calls them. */
  const partOf = (id: number): string => {
    let found = names.get(id) || '(no name)'
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const name = names.get(at) ?? ''
      const comment = kernels.get(name)
      if (comment === undefined) continue
      if (loop.test(comment)) break
      found = name
    }
    return found
  }
  const counts = Map.groupBy(samples.map(partOf), name => name)
  return [...counts]
    .map(([name, all]) => ({ name, share: all.length / samples.length, about: kernels.get(name) }))
    .sort((a, b) => b.share - a.share)
}
