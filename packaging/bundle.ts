// Bundles the sources: to one module for each entry, with what several share in chunks, and to one script for the command.
import { builtinModules } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { alone, command, entries, sharedByAll } from './entries.ts'

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
  const common = {
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
  } as const satisfies BuildOptions
  const sources = Object.entries(entries)
  const shared = await build({
    ...common,
    entryPoints: Object.fromEntries(sources.filter(([name]) => !alone.includes(name))),
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: [prepare(root), outside],
  })
  const own = await build({
    ...common,
    entryPoints: Object.fromEntries(sources.filter(([name]) => alone.includes(name))),
    plugins: [prepare(root), outside],
  })
  const byAll = await build({ ...common, entryPoints: { ...sharedByAll }, plugins: [prepare(root)] })
  // A function of what requires other modules, which gives what the source exports. In a script, an import would be an experiment of Node.
  const script = await build({
    ...common,
    entryPoints: { rnnc: command.rnnc },
    entryNames: '[name]-[hash]',
    format: 'cjs',
    external: [...common.external, ...builtinModules],
    supported: { 'dynamic-import': false },
    banner: { js: '(require => { "use strict"; const module = {}' },
    footer: { js: 'return module.exports })' },
    plugins: [prepare(root), withoutProcesses],
  })
  // Node loads this sooner than a module.
  const start = await build({
    ...common,
    entryPoints: { start: command.start },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
  })
  return [shared.metafile, own.metafile, byAll.metafile, script.metafile, start.metafile]
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

/** Leaves what all entries share to the file that it has of its own. */
const outside: Plugin = {
  name: 'outside',
  setup: ({ onResolve }) => {
    for (const [name, path] of Object.entries(sharedByAll)) {
      const file = new RegExp(`/${basename(path).replaceAll('.', '\\.')}$`)
      onResolve({ filter: file }, ({ importer, path: imported }) =>
        join(dirname(importer), imported).endsWith(path) ? { path: `./${name}.js`, external: true } : undefined,
      )
    }
  },
}

/** Writes a value as code that is read sooner than a literal of its size. */
function constant(value: unknown): string {
  const json = JSON.stringify(value, (key, part) => (ofPage.includes(key) ? undefined : part))
  return typeof value === 'string' ? json : `JSON.parse(${JSON.stringify(json)})`
}

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
