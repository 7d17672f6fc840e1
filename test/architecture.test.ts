// The rules of the source tree that no type checks: who imports whom, and that the library is nowhere known by name.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from '../dsl/parse.ts'
import { standardLibrary } from '../dsl/std.ts'
import { functionsIn } from './support/sourceFunctions.ts'

const { dirname } = posix
const root = new URL('../', import.meta.url)
const layers = ['dsl', 'compiler', 'runtime', 'trust', 'cli'] as const

interface Import {
  readonly from: string
  /** A path in the repository, or the name of a package. */
  readonly to: string
  readonly typeOnly: boolean
}

const paths = layers.flatMap(layer => filesIn(layer, /\.ts$/))
const sources = new Map(paths.map(path => [path, readText(path)]))
const imports = [...sources].flatMap(([from, source]) => importsOf(from, source))

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

/** Paths of the files below a folder whose names match. */
function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .map(file => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter(path => name.test(path) && !path.includes('/node_modules/'))
}

/** An import of types alone leaves nothing behind when types are erased. */
function importsOf(from: string, source: string): Import[] {
  const statement = /^(?:import|export)\s+(type\s+)?(?:([\w*\s{},]+?)\s+from\s+)?'([^']+)'/gm
  return [...source.matchAll(statement)].map(([, type, names = '', path]) => {
    const listed =
      /^\{(.*)\}$/s
        .exec(names.trim())?.[1]
        .split(',')
        .filter(n => n.trim() !== '') ?? []
    const typeOnly = type !== undefined || (listed.length > 0 && listed.every(n => n.trim().startsWith('type ')))
    const to = path.startsWith('.') ? new URL(path, new URL(from, root)).pathname.slice(root.pathname.length) : path
    return { from, to, typeOnly }
  })
}

/** The ways round that imports make, each once. */
function cyclesIn(edges: readonly Import[]): string[] {
  const outgoing = Map.groupBy(edges, e => e.from)
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) cycles.push([...above.slice(above.indexOf(path)), path].join(' → '))
    if (above.includes(path) || done.has(path)) return
    for (const { to } of outgoing.get(path) ?? []) visit(to, [...above, path])
    done.add(path)
  }
  for (const path of outgoing.keys()) visit(path, [])
  return cycles
}

/** The folders that a file lies in, innermost first, up to its layer. */
function foldersOf(path: string): string[] {
  const folder = dirname(path)
  return folder === '.' ? [] : [folder, ...foldersOf(folder)]
}

const shown = (found: readonly Import[]): string[] => found.map(i => `${i.from} imports ${i.to}`)

describe('imports', () => {
  it('run one way: cli, trust, runtime, compiler, dsl', () => {
    const rank = (path: string): number => layers.findIndex(layer => path.startsWith(`${layer}/`))
    assert.deepEqual(shown(imports.filter(i => rank(i.to) > rank(i.from))), [])
  })

  it('of Node are in cli and runtime/node alone', () => {
    const wrong = imports.filter(i => i.to.startsWith('node:') && !/^(cli|runtime\/node)\//.test(i.from))
    assert.deepEqual(shown(wrong), [])
  })

  it('of fast-check are in trust alone', () => {
    const wrong = imports.filter(i => i.to === 'fast-check' && !i.from.startsWith('trust/'))
    assert.deepEqual(shown(wrong), [])
  })

  it('of trust are made by the commands that need it, as they run', () => {
    const atStart = imports.filter(i => i.from.startsWith('cli/') && i.to.startsWith('trust/') && !i.typeOnly)
    const constants = /^trust\/(fuzz\/generate\/kinks|gradients\/steadyFactors)\.ts$/
    assert.deepEqual(shown(atStart.filter(i => !constants.test(i.to))), [])
    assert.deepEqual(shown(imports.filter(i => constants.test(i.from))), [])
  })

  it('of gpu.js and webgpu are made when a GPU is asked for, each in one place', () => {
    const packages = ['gpu.js', 'webgpu']
    assert.deepEqual(shown(imports.filter(i => packages.includes(i.to) && !i.typeOnly)), [])
    const found = [...sources].flatMap(([path, source]) =>
      [...source.matchAll(/import\('([^']+)'\)/g)].flatMap(([, to]) =>
        packages.includes(to) ? [`${path} imports ${to}`] : [],
      ),
    )
    assert.deepEqual(found, ['compiler/backend/gpu/gpuLibrary.ts imports gpu.js', 'runtime/node/gpu.ts imports webgpu'])
  })

  it('make no cycles of files, but where expressions, calls and units are expanded in each other', () => {
    const isKnot = (path: string): boolean => path.startsWith('compiler/elaborate/expand/')
    assert.deepEqual(cyclesIn(imports.filter(i => !i.typeOnly && !(isKnot(i.from) && isKnot(i.to)))), [])
  })

  it('make no cycles of folders, types included', () => {
    // An op says how it is lowered in the terms of the plan, and a plan is of the values and sizes of the IR.
    const known = ['compiler/ir', 'compiler/plan']
    const folders = new Set(paths.flatMap(path => foldersOf(path)))
    const cycles = [...folders].flatMap(parent => {
      // Folders side by side, each with all that is in it; what lies in the parent itself is of none.
      const child = (path: string): string | undefined => foldersOf(path).find(f => dirname(f) === parent)
      const between = imports.flatMap(({ from, to, typeOnly }) => {
        const [a, b] = [child(from), child(to)]
        return a === undefined || b === undefined || a === b ? [] : [{ from: a, to: b, typeOnly }]
      })
      return cyclesIn(between.filter(i => !known.includes(i.from) || !known.includes(i.to)))
    })
    assert.deepEqual(cycles, [])
  })

  it('of the stages of the compiler meet in compiler/index.ts alone, types included', () => {
    const stage = (path: string): string | undefined => /^compiler\/(elaborate|passes|plan|backend)\//.exec(path)?.[1]
    // What a plan is, and the questions about one that the planner and the backends ask.
    const plans = [
      'plan',
      'operands',
      'instructions',
      'packings',
      'stationary',
      'choiceBuffers',
      'ports',
      'wayTaken',
      'freshBuffers',
      'steps',
      'storedInputs',
      'dimsOf',
      'reductions',
      'matrices',
      'combinesColumns',
      'passes/planPass',
    ].map(name => `compiler/plan/${name}.ts`)
    const wrong = imports.filter(i => {
      const [from, to] = [stage(i.from), stage(i.to)]
      return from !== undefined && to !== undefined && from !== to && !plans.includes(i.to)
    })
    assert.deepEqual(shown(wrong), [])
  })
})

it('no function has more than 60 lines or 5 parameters', () => {
  const most = { lines: 60, parameters: 5 }
  const measured = [...sources, ...filesIn('bench', /\.m?ts$|\.mjs$/).map(path => [path, readText(path)] as const)]
  const found = measured.flatMap(([path, source]) =>
    functionsIn(source)
      .filter(f => f.lines > most.lines || f.parameters > most.parameters)
      .map(f => `${path}:${f.line} ${f.name} has ${f.lines} lines and ${f.parameters} parameters`),
  )
  assert.deepEqual(found, [])
})

it('no module has a variable of its own', () => {
  const found = [...sources].flatMap(([path, source]) =>
    [...source.matchAll(/^(?:export\s+)?(?:let|var)\s+\w+/gm)].map(([text]) => `${path}: ${text}`),
  )
  assert.deepEqual(found, [])
})

it('compiler and runtime know no unit or fn of the library by name', () => {
  const names = Object.entries(standardLibrary).flatMap(([file, text]) =>
    parse(text, file).program.items.flatMap(i => (i.kind === 'unit' || i.kind === 'fn' ? [i.name.text] : [])),
  )
  // Words that stand for something else there: the precision of numbers, and local values.
  const homonyms = ['precision', 'r2']
  const word = new RegExp(`\\b(?:${names.filter(name => !homonyms.includes(name)).join('|')})\\b`, 'g')
  const found = [...sources]
    .filter(([path]) => /^(compiler|runtime|trust)\//.test(path))
    .flatMap(([path, source]) => [...withoutComments(source).matchAll(word)].map(([name]) => `${path}: ${name}`))
  assert.deepEqual([...new Set(found)], [])
})

/** The source with its comments blank. Strings are stepped over, since they may hold what looks like a comment. */
function withoutComments(source: string): string {
  const part = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
  return source.replace(part, text => (text.startsWith('//') || text.startsWith('/*') ? ' ' : text))
}
