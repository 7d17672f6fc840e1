// The package as a user gets it from npm: packed, installed into an empty project, and used from there.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { needs } from './support/needs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A Node that is too old for rnnc, where the machine has one. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find(path => {
  if (!existsSync(path)) return false
  const [major, minor] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    .split('.')
    .map(Number)
  return major < 22 || (major === 22 && minor < 12)
})

describe('the npm package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-package-'))
  const installed = join(folder, 'node_modules', 'rnnc')
  const command = join(folder, 'node_modules', '.bin', 'rnnc')
  const node = (...args: string[]): string =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  const filesIn = (path: string): string[] =>
    readdirSync(join(installed, path), { recursive: true, encoding: 'utf8' }).filter(file =>
      statSync(join(installed, path, file)).isFile(),
    )
  const text = (path: string): string => readFileSync(join(installed, path), 'utf8')
  const write = (name: string, lines: string): void => writeFileSync(join(folder, name), lines)

  const compilers = ['typescript', 'typescript5/node_modules/typescript']
  /** What a TypeScript compiler says about files of the project. */
  const typeErrors = (compiler: string, files: readonly string[], options: object): string => {
    const common = { module: 'nodenext', target: 'es2022', strict: true, types: [], skipLibCheck: false, noEmit: true }
    const compilerOptions = { ...common, allowImportingTsExtensions: true, ...options }
    write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
    const tsc = join(root, 'node_modules', compiler, 'bin', 'tsc')
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
    // A compiler that is not there says nothing of types.
    return stdout + stderr
  }

  beforeAll(() => {
    const npm = (cwd: string, ...args: string[]): string =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const printed = npm(root, 'pack', '--json', '--pack-destination', folder)
    const [{ filename }] = JSON.parse(printed.slice(printed.indexOf('[')))
    write('package.json', '{ "type": "module" }')
    npm(folder, 'install', '--offline', '--no-audit', '--no-fund', filename)
    write('m.rnn', 'model M {\n  input x: [2]\n  target z: [1]\n  y = x |> dense(1)\n  predict z from y\n}')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('compiles and runs a model', () => {
    write(
      'use.js',
      `import { compile, executable, js } from 'rnnc'
const model = compile('model M { input x: [2]\\n output y = sum(x) }')
const { y } = executable(model, { graph: 'predict', backend: js, precision: 'f64' }).run({ B: 1 }, { x: Float64Array.of(1, 2) })
console.log(y[0])`,
    )
    assert.equal(node('use.js').trim(), '3')
  })

  it('runs a model on threads', () => {
    write(
      'threads.js',
      `import { compile, executable } from 'rnnc'
import { openWasm } from 'rnnc/node'
const model = compile('model M { input x: [2]\\n output y = sum(x) }')
const backend = await openWasm({ threads: 2, leastWork: 0 })
const made = executable(model, { graph: 'predict', backend, precision: 'f64' })
const { y } = made.run({ B: 1 }, { x: Float64Array.of(1, 2) })
console.log(made.threads, y[0])`,
    )
    assert.equal(node('threads.js').trim(), '2 3')
  })

  it('runs the modules that are built for the GPU', () => {
    const use = "const { openNetwork } = await import('rnnc/gpu')\nconst text = 'graph G {\\n}'\n"
    write('gpu.js', `${use}console.log(await openNetwork(text).catch(e => e.message))`)
    assert.match(node('gpu.js'), /RNN513: no GPU found/)
  })

  it('reads weights for a module that was built without', () => {
    write(
      'predict.js',
      `import { writeFileSync } from 'node:fs'
import { readWeights } from 'rnnc/predict'
const { buildModule, compile, encodeCheckpoint } = await import('rnnc')
const model = compile('model M { input x: [2]\\n target z: [1]\\n y = x |> dense(1)\\n predict z from y }')
writeFileSync('bare.js', buildModule(model, { precision: 'f32' }).module)
const parameters = new Map([
  ['dense.W', { shape: [1, 2], data: Float32Array.of(2, 3) }],
  ['dense.b', { shape: [1], data: Float32Array.of(1) }],
])
const fitted = { calls: {}, ports: { z: { kind: 'numbers', chains: [[{ kind: 'multiply', value: 10 }]] } }, sizes: {} }
const about = { version: '1', sources: [], model: 'M', settings: {}, seed: 1, summary: {}, training: new Map() }
const file = readWeights(encodeCheckpoint({ ...about, fitted, parameters }))
const { create } = await import('./bare.js')
const { z } = create(file.weights, file.sizes).run({ x: [1, 1] })
console.log(file.model, z[0], file.decode('z', z)[0], file.encode('z', [2])[0])
try {
  readWeights(Uint8Array.of(1, 2, 3), 'w.safetensors')
} catch (error) {
  console.log(error.message)
}`,
    )
    assert.match(node('predict.js'), /^M 6 0.6 20\nerror RNN502: .*w\.safetensors/)
  })

  it("checks the gradient of a cell in a user's own vitest suite", () => {
    const example = join(root, 'examples', 'new_cell')
    for (const name of ['new_cell.rnn', 'new_cell.test.ts']) copyFileSync(join(example, name), join(folder, name))
    symlinkSync(join(root, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'))
    const printed = node(join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', folder, '--reporter=json')
    const { numPassedTests, numFailedTests } = JSON.parse(printed.slice(printed.indexOf('{')))
    assert.deepEqual({ numPassedTests, numFailedTests }, { numPassedTests: 3, numFailedTests: 0 })
  })

  it('brings the command, and all that it needs', () => {
    assert.match(node(command, 'check', 'm.rnn'), /no errors/)
    assert.match(node(command, '--help'), /^ {2}check \[options\] <file> +Check a file/m)
    assert.match(node(command, 'fuzz', '--runs', '1', '--seed', '3', '--target', 'js'), /1 program/)
    const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8'))
    assert.deepEqual(Object.keys(packages), ['node_modules/rnnc'])
  })

  it('contains what runs and its types, in no more bytes than the README says', () => {
    const folders = new Set(filesIn('.').map(path => path.split('/').slice(0, 2).join('/')))
    const entries = ['gpu', 'index', 'node', 'predict', 'trust'].flatMap(name => [
      `dist/${name}.js`,
      `dist/${name}.cjs`,
    ])
    const others = ['LICENSES.txt', 'lib', 'types', 'checkNode.js', 'rnnc.cjs'].map(name => `dist/${name}`)
    const known = ['README.md', 'package.json', ...others, ...entries]
    assert.deepEqual(
      [...folders].filter(path => !known.includes(path)),
      [],
    )
    const size = filesIn('.').reduce((sum, path) => sum + statSync(join(installed, path)).size, 0)
    const [, most] = /at most ([\d.]+) MB/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    assert.ok(size <= Number(most) * 1e6, `${size} bytes are installed`)
  })

  it('loads the parts of a command late', () => {
    const coverage = join(folder, 'coverage')
    const env = { ...process.env, NODE_V8_COVERAGE: coverage }
    execFileSync(process.execPath, [command, 'check', 'm.rnn'], { cwd: folder, env })
    const [report] = readdirSync(coverage).map(name => JSON.parse(readFileSync(join(coverage, name), 'utf8')))
    const { functions } = report.result.find(({ url }: { url: string }) => /rnnc-\w+\.js$/.test(url))
    // In the script, a module is a function that has its name.
    const loaded: string[] = functions.flatMap((f: { functionName: string; ranges: { count: number }[] }) =>
      f.functionName.includes('/') && f.ranges[0].count > 0 ? [f.functionName] : [],
    )
    assert.ok(loaded.includes('compiler/checkProgram.ts'))
    // The backends, the fuzzer with fast-check, the judges, the bar.
    for (const part of ['compiler/backend/', 'trust/', 'node_modules/fast-check', 'node_modules/cli-progress'])
      assert.deepEqual(
        loaded.filter(name => name.startsWith(part)),
        [],
      )
  })

  it('loads other modules without a warning', () => {
    const project = join(folder, 'project')
    const rnnc = (...args: string[]): string =>
      spawnSync(process.execPath, [command, ...args], { cwd: existsSync(project) ? project : folder, encoding: 'utf8' })
        .stderr
    rnnc('init', 'project')
    writeFileSync(join(project, 'sunspots.csv.gz'), gzipSync(readFileSync(join(project, 'sunspots.csv'))))
    assert.equal(rnnc('check', 'model.rnn', '--data', 'sunspots.csv.gz'), '')
    const noGpu = /^error RNN513: no GPU found; tried WebGPU by the npm package `webgpu` \(.*\)\nhelp: .*\n\n$/
    assert.match(rnnc('train', 'model.rnn', '--target', 'gpu'), noGpu)
  })

  it('keeps the compiled code of each command, and runs without', () => {
    const kept = join(folder, 'kept')
    const check = (cache: NodeJS.ProcessEnv): string =>
      execFileSync(process.execPath, [command, 'check', 'm.rnn'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, ...cache },
      })
    const codes = (): string[] =>
      readdirSync(kept, { recursive: true, encoding: 'utf8' })
        .filter(path => /rnnc-\w+-/.test(path))
        .map(path => join(kept, path))
    const env = { NODE_COMPILE_CACHE: kept }
    const printed = check(env)
    const [code] = codes()
    assert.match(code, /-check$/)
    const good = readFileSync(code)
    writeFileSync(code, good.subarray(0, good.length >> 1))
    assert.equal(check(env), printed)
    assert.ok(readFileSync(code).length > good.length >> 1)
    assert.equal(check(env), printed)
    for (const args of [['nothing'], ['check', 'missing.rnn']])
      assert.equal(
        spawnSync(process.execPath, [command, ...args], { cwd: folder, env: { ...process.env, ...env } }).status,
        1,
      )
    assert.deepEqual(codes(), [code])
    assert.equal(check({ NODE_DISABLE_COMPILE_CACHE: '1' }), printed)
    assert.equal(check({ NODE_COMPILE_CACHE: join(folder, 'm.rnn') }), printed)
  })

  it('has an entry for programs that only predict, of less than 30 kB gzip', () => {
    const bytes = ['checkNode.js', 'predict.js', 'lib/predict.js', 'lib/diagnostics.js'].map(
      path => gzipSync(text(`dist/${path}`)).length,
    )
    assert.ok(bytes.reduce((a, b) => a + b) < 30_000, `${bytes}`)
    const imports = (path: string): string[] => text(path).match(/\bimport\(|\bfrom ?"[^"]*"|^import ?"[^"]*"/gm) ?? []
    assert.deepEqual([...new Set(imports('dist/lib/predict.js'))], ['from"./diagnostics.js"'])
    assert.deepEqual(imports('dist/lib/diagnostics.js'), [])
  })

  it('is put into a page by a bundler that is told nothing', async () => {
    write('page.js', "import { compile, fit, predict } from 'rnnc'\nconsole.log(compile, fit, predict)")
    const options = { bundle: true, format: 'esm', platform: 'browser', write: false, logLevel: 'silent' } as const
    const { outputFiles, errors } = await build({ ...options, absWorkingDir: folder, entryPoints: ['page.js'] })
    assert.deepEqual(errors, [])
    assert.doesNotMatch(outputFiles[0].text, /from *["']node:/)
  })

  it('has types that need no other package, in TypeScript 5.9 and 7', () => {
    write(
      'use.ts',
      `import { compile, type RnnError } from 'rnnc'
import { openNetwork } from 'rnnc/gpu'
import { readerIn } from 'rnnc/node'
import { readWeights } from 'rnnc/predict'
import { checkGradients } from 'rnnc/trust'
const name: string = compile('model M { input x: [2]\\n output y = sum(x) }').signature.name
// @ts-expect-error: the types are there.
const wrong: number = name
export const all = [openNetwork, readerIn, readWeights, checkGradients, wrong]
export type Problem = RnnError`,
    )
    for (const compiler of compilers) assert.equal(typeErrors(compiler, ['use.ts'], {}), '', compiler)
  })

  it('has types for a project of Node, which knows nothing of pages', () => {
    const nodeTypes = { typeRoots: [join(root, 'node_modules', '@types')], types: ['node'] }
    write(
      'no_page.ts',
      `export * from './use.ts'\n// @ts-expect-error: there is no page.\nexport const page = document`,
    )
    for (const compiler of compilers)
      for (const lib of ['es2024', 'es2022'])
        assert.equal(typeErrors(compiler, ['no_page.ts'], { ...nodeTypes, lib: [lib] }), '', `${compiler}, ${lib}`)
  })

  it('has one class of errors, whichever entry throws them', () => {
    const check = `const bytes = Uint8Array.of(1, 2, 3)
const found = []
try { predict.readWeights(bytes) } catch (error) { found.push(error instanceof rnnc.RnnError) }
try { rnnc.compile('model') } catch (error) { found.push(error instanceof predict.RnnError) }
console.log(rnnc.RnnError === predict.RnnError, ...found)`
    write('errors.js', `import * as rnnc from 'rnnc'\nimport * as predict from 'rnnc/predict'\n${check}`)
    write('errors.cjs', `const rnnc = require('rnnc')\nconst predict = require('rnnc/predict')\n${check}`)
    for (const file of ['errors.js', 'errors.cjs']) assert.equal(node(file).trim(), 'true true true', file)
  })

  it('gives by `require` what `import` gives', () => {
    const { exports } = JSON.parse(text('package.json'))
    const names = Object.keys(exports).map(path => `rnnc${path.slice(1)}`)
    write(
      'required.cjs',
      `const compare = async name => {
        const own = await import(name)
        const others = Object.keys(own).filter(key => require(name)[key] !== own[key])
        console.log(name, Object.keys(own).length > 0, ...others)
      }
      void ${JSON.stringify(names)}.reduce((before, name) => before.then(() => compare(name)), Promise.resolve())`,
    )
    assert.equal(node('required.cjs'), names.map(name => `${name} true\n`).join(''))
  })

  it(
    'says in one line that a Node is too old',
    needs(oldNode === undefined && 'a Node before 22.12 in /usr/bin'),
    () => {
      const told = /^rnnc needs Node 22\.12 or newer, and this is Node [\d.]+: see https:\/\/nodejs\.org\n$/
      const { exports } = JSON.parse(text('package.json'))
      const uses = Object.keys(exports).flatMap(path => [
        ['--input-type=module', '-e', `import 'rnnc${path.slice(1)}'`],
        ['-e', `require('rnnc${path.slice(1)}')`],
      ])
      for (const args of [[command, 'check', 'm.rnn'], ...uses]) {
        const { status, stdout, stderr } = spawnSync(oldNode ?? '', args, { cwd: folder, encoding: 'utf8' })
        assert.match(stderr, told)
        assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
      }
    },
  )
})
