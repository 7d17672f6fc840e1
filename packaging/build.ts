// Builds the package: `npm run build` writes `dist`, of which `npm pack` makes what others install.
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { writeDeclarations } from './declarations.ts'
import { command, entries } from './entries.ts'
import { writeLicenses } from './licenses.ts'

const root = new URL('../', import.meta.url)
const inRoot = (path: string): string => fileURLToPath(new URL(path, root))
const out = inRoot('dist')

rmSync(out, { recursive: true, force: true })
mkdirSync(out)
const metafiles = await bundle(root, out)
writeDeclarations(root, out)
writeLicenses(root, out, metafiles)
cpSync(inRoot('packaging/checkNode.js'), join(out, 'checkNode.js'))
// Each entry checks the Node that runs it before anything else is run.
for (const name of Object.keys(entries))
  writeFileSync(join(out, `${name}.js`), `import './checkNode.js'\nexport * from './lib/${name}.js'\n`)
for (const name of Object.keys(command)) {
  const file = join(out, `${name}.js`)
  writeFileSync(file, `#!/usr/bin/env node\nimport './checkNode.js'\nimport('./lib/${name}.js')\n`)
  chmodSync(file, 0o755)
}
