// Good programs: what every stage of the compiler makes of them. `-u` writes the goldens in test/good/<name>/ anew.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { gemmText } from '../compiler/backend/js/gemm.ts'
import { js } from '../compiler/backend/js.ts'
import { builtins } from '../compiler/elaborate/builtins/index.ts'
import { initializers } from '../compiler/elaborate/values/initializers.ts'
import { type CompiledModel, compile, type Graph, type ImportReader, plan } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { printGraph } from '../compiler/ir/printGraph.ts'
import { printPlan } from '../compiler/plan/printPlan.ts'
import { parse } from '../dsl/parse.ts'
import { printAst } from '../dsl/printAst.ts'
import { standardLibrary } from '../dsl/std.ts'
import { argumentsFor, bufferOf, createRandom } from './backend/agree.ts'
import { checkStructure } from './support/codeStructure.ts'
import { interpreted, runnable } from './support/program.ts'
import { close } from './support/suite.ts'
import { update } from './support/update.ts'

const folder = fileURLToPath(new URL('good/', import.meta.url))
const names = readdirSync(folder)
  .filter(file => file.endsWith('.rnn'))
  .map(file => file.slice(0, -'.rnn'.length))
const stages = ['ast', 'graph', 'plan', 'code'] as const

/** Programs whose code is a golden too, as those that show the most. That of the others is judged by what it does and by its structure. */
const shown = [
  'attention',
  'backpropagation',
  'bidirectional',
  'characters_in_words',
  'dropout',
  'gru',
  'lstm',
  'optimizer_adam',
  'predict_token',
  'reductions_over_axes',
]

const read: ImportReader = (path, from) => {
  const file = posix.join(dirname(from), path)
  return existsSync(folder + file) ? { file, text: readFileSync(folder + file, 'utf8') } : undefined
}

/** The graph that shows the most: a step of training, else the losses, else the outputs. */
function mainGraph(model: CompiledModel): { graph: Graph; context: Context } {
  if (model.trainBlock !== undefined) return model.train()
  const hasLoss = model.unit.body.some(s => s.kind === 'loss')
  return { graph: hasLoss ? model.evaluate() : model.predict(), context: model.context }
}

function outputs(name: string) {
  let lowered: Graph | undefined
  const model = compile(readFileSync(`${folder}${name}.rnn`, 'utf8'), {
    file: `${name}.rnn`,
    read,
    onDump: (_, graph) => {
      lowered ??= graph
    },
  })
  const { graph, context } = mainGraph(model)
  if (lowered === undefined) throw new Error('nothing was lowered')
  const made = plan(context, graph)
  const texts: Readonly<Record<(typeof stages)[number], string>> = {
    ast: printAst(model.program.program),
    graph: `# lowered\n${printGraph(lowered)}\n# after the passes\n${printGraph(graph)}`,
    plan: printPlan(made),
    // The matrix product is the same in every module.
    code: js.emit(made, 'f64').replace(gemmText('f64'), '// … gemm\n'),
  }
  return { texts, graph, context, plan: made }
}

/** js gives what the interpreter gives. */
function checkRuns(context: Context, graph: Graph): void {
  const sizes: Sizes = { B: 2, T: 3, S: 2, W: 2, C: 3, D: 2 }
  const args = argumentsFor(graph, sizes, createRandom(1))
  // What optimizers remember are sums of squares, among others: not negative.
  const arrays = Object.fromEntries(
    graph.inputs.map((input, i) => {
      const { data } = args[i]
      return [input, bufferOf(graph.params[i].dtype, input.includes('@') ? data.map(Math.abs) : data, 'f64')]
    }),
  )
  const run = runnable(context, graph)
  const found = run.run(sizes, arrays)
  for (const [key, data] of Object.entries(interpreted(run, sizes, arrays))) close(found[key], data, 1e-12, key)
}

describe('good programs', () => {
  it('use every built-in function, every initializer and all of the library', () => {
    const text = names.map(name => readFileSync(`${folder}${name}.rnn`, 'utf8').replace(/^#.*$/gm, '')).join('\n')
    const used = new Set(text.match(/[A-Za-z_]\w*/g))
    const library = Object.entries(standardLibrary).flatMap(([file, source]) =>
      parse(source, file).program.items.flatMap(item =>
        item.kind === 'unit' || item.kind === 'fn' ? [item.name.text] : [],
      ),
    )
    const all = [...builtins.keys(), ...Object.keys(initializers), ...library]
    assert.deepEqual(
      all.filter(name => !used.has(name)),
      [],
    )
  })
  it('have no golden without a program', () => {
    const goldens = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
    for (const { name } of goldens) {
      if (names.includes(name)) continue
      if (update) rmSync(folder + name, { recursive: true })
      else assert.fail(`test/good/${name} has no program: run with -u`)
    }
  })
  for (const name of names) {
    it(name, async () => {
      const { texts, graph, context, plan } = outputs(name)
      checkRuns(context, graph)
      checkStructure(texts.code, plan)
      for (const stage of stages.filter(stage => stage !== 'code' || shown.includes(name)))
        await expect(texts[stage]).toMatchFileSnapshot(`${folder}${name}/${stage}.txt`)
    })
  }
})
