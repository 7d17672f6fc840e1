// Writes the licences of the packages whose code is in the bundle.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

export function writeLicenses(root: URL, out: string, bundles: readonly Metafile[]): void {
  const paths = bundles.flatMap(({ inputs }) => Object.keys(inputs))
  const names = paths.flatMap(path => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  const packages = new Map<string, string[]>()
  for (const name of [...new Set(names)].sort()) {
    const folder = join(root.pathname, 'node_modules', name)
    const file = readdirSync(folder).find(f => /^licen[cs]e/i.test(f))
    if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} comes without its licence`)
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const text = readFileSync(join(folder, file), 'utf8').trim()
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version} (${license})`])
  }
  const head = 'The files of this folder contain code of these packages.\n'
  const texts = [...packages].map(([text, list]) => `${list.join('\n')}\n\n${text}\n`)
  writeFileSync(join(out, 'LICENSES.txt'), [head, ...texts].join('\n'))
}
