// Builds the package: `npm run build` writes `dist`, of which `npm pack` makes what others install.
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { writeDeclarations } from './declarations.ts'
import { entries } from './entries.ts'
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
const checkNode = readFileSync(inRoot('packaging/checkNode.js'), 'utf8')
for (const name of Object.keys(entries)) {
  writeFileSync(join(out, `${name}.js`), `import './checkNode.js'\nexport * from './lib/${name}.js'\n`)
  // What `require` finds: an old Node could not read a module, and so not say that it is too old.
  writeFileSync(join(out, `${name}.cjs`), `${checkNode}module.exports = require('./lib/${name}.js')\n`)
}
const script = readdirSync(join(out, 'lib')).find(name => name.startsWith('rnnc-'))
const program = join(out, 'rnnc.cjs')
const startIt = `require('./lib/start.cjs').start(require('node:path').join(__dirname, 'lib/${script}'))`
writeFileSync(program, `#!/usr/bin/env node\n${checkNode}${startIt}\n`)
chmodSync(program, 0o755)
