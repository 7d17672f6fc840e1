// Writes the types of the package: of the declarations that TypeScript makes of the sources, those that an entry leads to.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entries } from './entries.ts'

/** Writes to the folder `types` of `out`. */
export function writeDeclarations(root: URL, out: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-types-'))
  try {
    const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
    const project = fileURLToPath(new URL('tsconfig.build.json', root))
    execFileSync(process.execPath, [tsc, '-p', project, '--outDir', folder], { stdio: 'inherit' })
    const texts = reached(folder, Object.values(entries).map(declarationOf))
    const all = [...texts.values()].join('\n')
    const missing = declared(named(all, /\bGPU(?:[A-Z]\w*)?\b/g), named(all, /(?<=\bWebAssembly\.)[A-Z]\w*/g))
    for (const [path, text] of texts) write(out, path, isEntry(path) ? referring(path, text) : text)
    write(out, platform, missing)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const platform = 'platform.d.ts'

/** The names in a text, each once. */
const named = (text: string, name: RegExp): string[] => [...new Set(text.match(name))].sort()

const isEntry = (path: string): boolean => Object.values(entries).map(declarationOf).includes(path)

const declarationOf = (source: string): string => source.replace(/\.ts$/, '.d.ts')

/** The declarations that some of them lead to, with their texts. */
function reached(folder: string, first: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const follow = (path: string): void => {
    if (texts.has(path)) return
    const text = readFileSync(join(folder, path), 'utf8')
    texts.set(path, text)
    for (const [, to] of text.matchAll(/(?:from |import\(|^import )['"](\.[^'"]+)['"]/gm))
      follow(declarationOf(posix.join(posix.dirname(path), to)))
  }
  first.forEach(follow)
  return texts
}

/** Adds the names of the platform to an entry. */
function referring(path: string, text: string): string {
  return `/// <reference path="${relative(dirname(path), platform)}" />\n${text}`
}

/** Declares the names of WebGPU, which TypeScript has since version 6, and of WebAssembly, which a project has only with the types of pages. */
const declared = (webGpu: readonly string[], webAssembly: readonly string[]): string =>
  [
    '// Names of the platform, for a project whose own types lack them. Where they are known, an empty interface adds nothing.',
    ...webGpu.map(name => `interface ${name} {}`),
    'declare namespace WebAssembly {',
    ...webAssembly.map(name => `  interface ${name} {}`),
    '}',
    '',
  ].join('\n')

function write(out: string, path: string, text: string): void {
  const file = join(out, 'types', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
