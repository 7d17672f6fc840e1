// Profiles a training step of one workload, kernel by kernel. Prints one JSON object on stdout.
import { type Profiler, Session } from 'node:inspector/promises'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { js } from '../../compiler/backend/js.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { type Plan, plan } from '../../compiler/index.ts'
import type { Profile } from '../profileText.ts'
import { workloads } from '../workloads.ts'
import { compileWorkload, rnncCase } from './rnnc.ts'
import { quick } from './serve.ts'

const target = process.env.TARGET ?? 'js'
const workload = workloads.find(w => w.id === process.argv[2])
const backend = immediateBackends.find(b => b.name === target)
if (backend === undefined || workload === undefined) throw new Error(`no target ${target}, or no workload`)

const model = compileWorkload(workload)
/** Functions of the program with the comment above each: the kernels. */
const kernels = backend === js ? kernelsOfJs() : kernelsOfWasm()
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

function planOf(): Plan {
  const { context, graph } = graphOf()
  return plan(context, graph)
}

function graphOf() {
  if (workload?.mode === 'train') return model.train()
  const { context } = model
  return { context, graph: workload?.mode === 'stream' ? model.stream('T').step : model.predict() }
}

function kernelsOfJs(): ReadonlyMap<string, string> {
  const text = js.emit(planOf(), 'f32')
  return new Map([...text.matchAll(/^\/\/ (.*)\nfunction ([\w$]+)/gm)].map(([, comment, name]) => [name, comment]))
}

function kernelsOfWasm(): ReadonlyMap<string, string> {
  const { functions } = scheduleFor(planOf(), 'f32').program
  const all = functions.flatMap(({ name, comment }) => {
    const [kind] = /^(?:map|reduce|product|pack)(?=_)/.exec(name) ?? []
    return kind === undefined ? [] : [[name, `${kind} ${comment}`] as const]
  })
  return new Map(all)
}

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
