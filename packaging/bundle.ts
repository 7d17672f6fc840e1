// Bundles the sources to one module for each entry, with what several share in chunks, and what is loaded late in chunks of its own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'
import { command, entries } from './entries.ts'

/** Modules that are run as the package is built: it contains the constant that each exports, in place of how it is computed. */
const prepared: Readonly<Record<string, string>> = {
  'dsl/lookahead.ts': 'lookahead',
  'dsl/libraryJson.ts': 'libraryJson',
}

/** Writes the modules to the folder `lib` of `out`. */
export async function bundle(root: URL, out: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root.pathname,
    entryPoints: { ...entries, [command.name]: command.source },
    outdir: `${out}/lib`,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    // Old enough for the oldest Node that is told its age.
    target: 'es2022',
    external: ['node:*', 'gpu.js', 'webgpu'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [prepare(root), keepTogether(root), withoutProcesses],
  })
  return metafile
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
const constant = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : `JSON.parse(${JSON.stringify(JSON.stringify(value))})`

/** Sources that nearly all commands and the library load, with all that these import. */
const core = ['cli/openSource.ts', 'compiler/checkProgram.ts', 'runtime/data/checkData.ts']

/** Files that load the core. */
const loadCore = /(cli[/]commands[/]\w+|runtime[/]index|trust[/]index)\.ts$/

/** Keeps the core in a few large chunks, by loading it wherever some of it is: each file that is read takes its time. */
const keepTogether = (root: URL): Plugin => ({
  name: 'keep together',
  setup: ({ onLoad }) => {
    onLoad({ filter: loadCore }, ({ path }) => {
      const imports = core.map(source => `import ${JSON.stringify(fileURLToPath(new URL(source, root)))}\n`)
      return { contents: imports.join('') + readFileSync(path, 'utf8'), loader: 'ts' }
    })
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
