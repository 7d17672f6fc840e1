// Bundles the sources to one module for each entry, with what several share in chunks, and what is loaded late in chunks of its own.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { alone, command, entries } from './entries.ts'

/** Modules that are run as the package is built: it contains the constant that each exports, in place of how it is computed. */
const prepared: Readonly<Record<string, string>> = {
  'cli/overview.ts': 'overview',
  'dsl/catalogue.ts': 'catalogue',
  'dsl/libraryJson.ts': 'libraryJson',
}

/** Properties of the catalogue's entries that only its page contains. */
const ofPage = ['title', 'cause', 'example', 'fix']

/** Writes the modules to the folder `lib` of `out`. */
export async function bundle(root: URL, out: string): Promise<readonly Metafile[]> {
  const common: BuildOptions & { readonly metafile: true } = {
    absWorkingDir: fileURLToPath(root),
    outdir: `${out}/lib`,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // Its syntax is that of any Node which is still to be told that it is too old.
    target: 'es2022',
    external: ['node:*', 'gpu.js', 'webgpu'],
    minifySyntax: true,
    minifyWhitespace: true,
    // An error that nobody catches shows the line that it comes from.
    lineLimit: 120,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }
  const sources = Object.entries(entries)
  const shared = await build({
    ...common,
    entryPoints: { ...Object.fromEntries(sources.filter(([name]) => !alone.includes(name))), ...command },
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: [prepare(root), keepTogether(root), withoutProcesses, requiredOfNode],
  })
  const own = await build({
    ...common,
    entryPoints: Object.fromEntries(sources.filter(([name]) => alone.includes(name))),
    plugins: [prepare(root)],
  })
  return [shared.metafile, own.metafile]
}

const prepare = (root: URL): Plugin => ({
  name: 'prepare',
  setup: ({ onLoad }) => {
    for (const [path, name] of Object.entries(prepared)) {
      const url = new URL(path, root)
      onLoad({ filter: new RegExp(`${path.replaceAll('.', '\\.')}$`) }, async () => {
        const { [name]: value } = await import(url.href)
        return { contents: `export const ${name} = ${constant(value)}`, loader: 'js' }
      })
    }
  },
})

/** Writes a value as code that is read sooner than a literal of its size. */
function constant(value: unknown): string {
  const json = JSON.stringify(value, (key, part) => (ofPage.includes(key) ? undefined : part))
  return typeof value === 'string' ? json : `JSON.parse(${JSON.stringify(json)})`
}

/** Sources that nearly all commands load, with all that these import. Those of `cli/` read files, so a page could not load them. */
const core = ['cli/openSource.ts', 'compiler/checkProgram.ts', 'runtime/data/checkData.ts']

/** Those of the core that an entry loads: the library only what runs in a page too. */
const coreOf = (entry: string): readonly string[] =>
  /cli[/]commands/.test(entry) ? core : core.filter(source => !source.startsWith('cli/'))

/** Files that load the core. */
const loadCore = /(cli[/]commands[/]\w+|runtime[/]index|trust[/]index)\.ts$/

/** Keeps the core in a few large chunks, by loading it wherever some of it is: each file that is read takes its time. */
const keepTogether = (root: URL): Plugin => ({
  name: 'keep together',
  setup: ({ onLoad, onResolve }) => {
    onLoad({ filter: loadCore }, ({ path }) => {
      const imports = coreOf(path).map(source => `import 'core:${source}'\n`)
      return { contents: imports.join('') + readFileSync(path, 'utf8'), loader: 'ts' }
    })
    // Without an effect, a module of which nothing is used would be left out.
    onResolve({ filter: /^core:/ }, ({ path }) => ({
      path: fileURLToPath(new URL(path.slice('core:'.length), root)),
      sideEffects: true,
    }))
  },
})

/** Commander can start programs, for which it would load what no command of this one needs. */
const withoutProcesses: Plugin = {
  name: 'without processes',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      importer.includes('commander') ? { path, namespace: 'empty' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'empty' }, () => ({ contents: 'export default {}' }))
  },
}

/** Packages in CommonJS require modules of Node, which a module cannot. */
const requiredOfNode: Plugin = {
  name: 'required of Node',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}
