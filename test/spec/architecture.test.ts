// spec/architecture.md says what is so: its value is followed, and its recipes are followed on a copy of the project, each in one file and the
// lines of lists.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compileTo } from '../../compiler/index.ts'
import { workplace } from '../cli/support.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(root, 'spec/architecture.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, kind, about, text]) => ({
  kind,
  about,
  text,
}))

/** Where a recipe puts some lines. */
interface Edit {
  readonly recipe: string
  readonly file: string
  /** The line that they come behind, or the words of a line; absent for a new file. */
  readonly marker?: { readonly text: string; readonly whole: boolean }
  readonly text: string
}

const edits = blocks.flatMap(({ about, text }): Edit[] => {
  const found = /^([\w ]+): (new )?([^\s,]+)(?:, (behind|within) `(.*)`)?$/.exec(about)
  if (found === null) return []
  const [, recipe, , file, how, marker] = found
  return [{ recipe, file, text, ...(marker !== undefined && { marker: { text: marker, whole: how === 'behind' } }) }]
})

const { folder, ok, write } = workplace()

describe('spec/architecture.md', () => {
  it('names files and folders that exist', () => {
    const prose = page.replace(/^```[\s\S]*?^```$/gm, '')
    const paths = [...prose.matchAll(/`([a-z]+\/[\w./]*)`/g)].map(([, path]) => path)
    assert.ok(paths.length > 20)
    // Those inside a folder are named from there: `rules/` of compiler/passes/.
    const folders = [
      '',
      'dsl/',
      'compiler/',
      'compiler/ir/',
      'compiler/passes/',
      'compiler/plan/',
      'compiler/backend/',
      'runtime/',
      'runtime/data/',
    ]
    const missing = paths.filter(path => !folders.some(folder => existsSync(join(root, folder, path))))
    assert.deepEqual(missing, [])
  })

  it('has links that lead somewhere', () => {
    for (const [, file, anchor] of page.matchAll(/\]\(([^)#]*)#?([^)]*)\)/g)) {
      const text = readFileSync(join(root, 'spec', file === '' ? 'architecture.md' : file), 'utf8')
      const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replaceAll(' ', '-'))
      assert.ok(anchor === '' || anchors.includes(anchor), `${file}#${anchor}`)
    }
  })
})

describe('the value of spec/architecture.md', () => {
  it('goes all the way in one call, which tells of every stage', () => {
    const source = blocks.find(b => b.about === 'step.rnn')?.text ?? ''
    const stages = new Map<string, string>()
    const { run } = compileTo(source, {
      graph: 'predict',
      backend: js,
      precision: 'f64',
      onStage: (stage, text) => stages.set(stage, text()),
    })
    const { y } = run({ B: 1 }, { x: new Float64Array(12 * 8).fill(1), 'step.U': new Float64Array(64) })
    for (const found of y) assert.ok(Math.abs(found - Math.tanh(1)) < 1e-15)
    assert.equal(y.length, 8)
    for (const { about, text } of blocks.filter(b => b.kind === 'shown' && b.about !== 'source'))
      assert.ok(stages.get(about)?.includes(text.trimEnd()), about)
    assert.deepEqual([...stages.keys()].slice(0, 2), ['ast', 'after:lower'])
  })

  for (const { about: stage, text } of blocks.filter(b => b.kind === 'shown')) {
    it(`is as shown in its ${stage}`, async () => {
      write('step.rnn', blocks.find(b => b.about === 'step.rnn')?.text ?? '')
      const { stdout } = await ok('explain', 'step.rnn', '--emit', stage)
      assert.ok(stdout.includes(text.trimEnd()), stdout)
    })
  }
})

describe('the recipes of spec/architecture.md', () => {
  let copy = ''
  beforeAll(() => {
    copy = join(folder, 'copy')
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    for (const file of tracked.trim().split('\n')) {
      const isProduct = /^(compiler|runtime|trust|dsl|cli)\/|^[^/]+\.json$/.test(file)
      if (isProduct && existsSync(join(root, file))) cpSync(join(root, file), join(copy, file))
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    mkdirSync(join(copy, 'spec'))
    for (const edit of edits) apply(copy, edit)
    execFileSync(process.execPath, ['cli/generate.ts'], { cwd: copy })
  })

  for (const [recipe, own] of Map.groupBy(edits, e => e.recipe)) {
    it(`${recipe} is one file, and lines of one other at most`, () => {
      const files = new Set(own.map(e => e.file))
      assert.ok(files.size <= 2, [...files].join(', '))
      // Of an existing file that is the list, only lines of lists are added.
      const [definition, list] = [...files].toSorted((a, b) => linesIn(own, b) - linesIn(own, a))
      if (list !== undefined) assert.ok(linesIn(own, list) <= 2, `${list} beside ${definition}`)
    })
  }

  it('compile', async () => {
    await node(copy, join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.build.json')
  })

  it('work', async () => {
    writeFileSync(join(copy, 'recipes.ts'), checks)
    assert.equal(await node(copy, 'recipes.ts'), 'right\n')
    assert.equal(await node(copy, 'cli/rnnc.ts', 'hello'), 'hello\n')
    writeFileSync(join(copy, 'own.rnn'), program)
    writeFileSync(join(copy, 'own.csv'), `v\n${Array.from({ length: 40 }, (_, i) => (i % 7) ** 3).join('\n')}\n`)
    await node(copy, 'cli/rnnc.ts', 'train', 'own.rnn', '--out', 'own.safetensors')
    assert.match(await node(copy, 'cli/rnnc.ts', 'explain', 'own.rnn', '--emit', 'after:keep-plan'), /^plan Own/)
  })
})

const linesIn = (own: readonly Edit[], file: string): number =>
  own.filter(e => e.file === file).reduce((n, e) => n + e.text.trim().split('\n').length, 0)

function apply(copy: string, { file, marker, text }: Edit): void {
  const path = join(copy, file)
  if (marker === undefined) {
    assert.ok(!existsSync(path) && existsSync(dirname(path)), `${file} is new`)
    writeFileSync(path, text)
    return
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  const place = lines.findIndex(line => line.includes(marker.text))
  assert.ok(place >= 0, `${file} has no line with ${marker.text}`)
  if (marker.whole) lines.splice(place + 1, 0, ...text.replace(/\n$/, '').split('\n'))
  else lines[place] = lines[place].replace(marker.text, `${marker.text}${text.replace(/\n$/, '')}`)
  writeFileSync(path, lines.join('\n'))
}

async function node(cwd: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, [...args], { cwd })).stdout
  } catch (error) {
    throw new Error(`${args.join(' ')}\n${error instanceof Error ? Object.values(error).join('\n') : error}`)
  }
}

/** The op and the reduction on js, and the gradient of the op. */
const checks = `
import { js } from './compiler/backend/js.ts'
import { load } from './compiler/load.ts'
import { readGraph } from './compiler/ir/read.ts'
import { grad } from './compiler/passes/grad.ts'
import { passes, runPasses } from './compiler/passes/pipeline.ts'
const { graph, context } = readGraph(\`graph g {
  input x: real[N]
  %e: real[N] = erf(%x)
  %p: real = prod(%x, axis=-1)
  %loss: real = sum(%e, axes=[-1])
  output e
  output p
  output loss
}\`)
const { builder, gradients } = grad(context, graph, 'loss', ['x'])
const whole = { ...graph, ...builder.finish([...graph.results, ...gradients.values()]), outputs: ['e', 'p', 'loss', 'd'] }
const { e, p, d } = load(context, runPasses(context, whole, passes.filter(p => p.name === 'nothing')), js, 'f64').run({ N: 3 }, { x: Float64Array.of(-1, 0.5, 2) })
const near = (a, b) => Math.abs(a - b) < 3e-7
const right = near(e[0], -0.8427007929) && near(e[1], 0.5204998778) && near(e[2], 0.995322265) && p[0] === -1 &&
  near(d[1], 0.8787825789)
console.log(right ? 'right' : JSON.stringify([e, p, d]))
`

const program = `
model Own(units = 3) {
  input past: real over T[5]
  target next: real
  y = [past] |> Leaky(units) |> last |> dense(1)
  loss log_cosh(y, erf(next))
  predict next from y
}
data series for Own { w = windows(cbrt(capped(semicolons("own.csv").v, 200)), 5); past = w.past; next = w.next; split = ordered(0.6, 0.2, 0.2) }
train Own on series { optimizer = SGD(0.1); epochs = 1; batch = 8 }
`
