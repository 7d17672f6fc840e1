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
    const names = new Set([...texts.values()].flatMap(text => text.match(/\bGPU(?:[A-Z]\w*)?\b/g) ?? []))
    for (const [path, text] of texts) write(out, path, names.size > 0 && isEntry(path) ? referring(path, text) : text)
    write(out, webGpu, webGpuNames([...names].sort()))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const webGpu = 'webgpu.d.ts'

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

/** Adds the names of WebGPU to an entry. */
function referring(path: string, text: string): string {
  return `/// <reference path="${relative(dirname(path), webGpu)}" />\n${text}`
}

/** Declares the names of WebGPU that the types of the library before TypeScript 6 lack; where they are known, it adds nothing. */
function webGpuNames(names: readonly string[]): string {
  const lines = names.map(name => `interface ${name} {}`)
  return `// Names of WebGPU, for a TypeScript whose own types lack them. Where they are known, an empty interface adds nothing.\n${lines.join('\n')}\n`
}

function write(out: string, path: string, text: string): void {
  const file = join(out, 'types', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
