// What docs/ says works: files are saved, commands run and programs are executed in the order of a page, and print what the page says.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { formatWithOptions } from 'node:util'
import { describe, it, vi } from 'vitest'
import { type Ran, run, type Workplace, workplace } from './cli/support.ts'
import { assertLinks, blocksOf, commandsOf } from './support/markdown.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const pages = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md'))

/** Commands of the reader's machine: the package's own test installs it, that of the pages in a browser bundles. */
const left = /^npm |^npx esbuild /

/** An entry of the package's `exports`. */
interface Entry {
  readonly types: string
}

/** The source behind an entry: `./runtime/index.ts`. */
const sourceOf = ({ types }: Entry): string => types.replace('dist/types/', '').replace('.d.ts', '.ts')

/** A folder in which `rnnc` can be imported: the package, with the sources for what is built of them. */
function readersFolder(): Workplace {
  const place = workplace({ 'package.json': '{ "type": "module" }' })
  const rnnc = place.path('node_modules/rnnc')
  mkdirSync(rnnc, { recursive: true })
  for (const name of ['compiler', 'dsl', 'runtime', 'trust']) symlinkSync(join(root, name), join(rnnc, name))
  const { name, type, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const sources = Object.fromEntries(Object.entries<Entry>(exports).map(([name, entry]) => [name, sourceOf(entry)]))
  writeFileSync(join(rnnc, 'package.json'), JSON.stringify({ name, type, exports: sources }))
  return place
}

/** Runs a program in this process, in the reader's folder, and gives what it prints. */
async function execute(place: Workplace, file: string): Promise<Ran> {
  const home = process.cwd()
  let stdout = ''
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    stdout += `${formatWithOptions({ colors: false }, ...values)}\n`
  })
  process.chdir(place.folder)
  try {
    await import(pathToFileURL(place.path(file)).href)
  } finally {
    process.chdir(home)
    log.mockRestore()
  }
  return { code: 0, stdout, stderr: '' }
}

async function runCommand(place: Workplace, command: string): Promise<Ran> {
  const [, program, words] = /^(npx rnnc|node) (.*)$/.exec(command) ?? assert.fail(`this test cannot run: ${command}`)
  if (program === 'node') return execute(place, words)
  const [before, input] = words.split(' < ')
  const args = [...before.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
  return place.fed(input === undefined ? '' : readFileSync(place.path(input)), ...args)
}

/** A text as a pattern, in which `…` stands for any text, on a line of its own for any lines. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/^ *…\n/gm, '(?:.*\n)*').replaceAll('…', '.*')}`, 'm')
}

const places = pages.map(page => {
  const path = join(root, 'docs', page)
  const blocks = blocksOf(readFileSync(path, 'utf8'))
  return { page, path, blocks, place: readersFolder() }
})

describe.each(places)('docs/$page', ({ path, blocks, place }) => {
  it('has links that lead somewhere', () => assertLinks(path))

  for (const [i, { language, file, note, text }] of blocks.entries()) {
    if (language === 'sh') {
      const fails = file === 'fails'
      const shown = blocks[i + 1]?.language === 'text' ? blocks[i + 1].text : '…'
      it(commandsOf(text).join('; '), async () => {
        let printed = ''
        for (const command of commandsOf(text).filter(line => !left.test(line))) {
          const { code, stdout, stderr } = await runCommand(place, command)
          assert.equal(code, fails ? 1 : 0, `${command}\n${stdout}${stderr}`)
          printed += `${stdout}${stderr}`
        }
        assert.match(printed, patternOf(shown))
      })
    } else if (file?.startsWith('examples/')) {
      it(`quotes ${file}`, () => assert.ok(readFileSync(join(root, file), 'utf8').includes(text)))
    } else if (file !== undefined) {
      it(`saves ${file}`, async () => {
        place.write(file, text)
        if (language !== 'rnn' || note === 'error') return
        const { stdout, stderr } = await place.ok('check', file)
        assert.doesNotMatch(stdout + stderr, /^warning/m)
        await place.ok('fmt', '--check', file)
      })
    }
  }
})

it('the programs have the right types', async () => {
  const include = places.map(({ place }) => `${place.folder}/*.ts`)
  const compilerOptions = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], paths: {} }
  const { path, write } = places[0].place
  write('tsconfig.json', JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include }))
  const { code, stdout } = await run('npx', ['tsc', '-p', path('tsconfig.json')], root).done
  assert.equal(code, 0, stdout)
})
