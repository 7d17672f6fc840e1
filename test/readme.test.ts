// What the README files say works: every command runs in a copy of the repository, every snippet compiles, every link leads somewhere.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { compile } from '../runtime/index.ts'
import { run } from './cli/support.ts'
import { needs } from './support/needs.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const pages = ['README.md', ...readdirSync(join(root, 'examples')).map(name => `examples/${name}/README.md`)].filter(
  page => existsSync(join(root, page)),
)

/** Commands that other tests run, or that take minutes. */
const left =
  /^npm ci\b|^npm install rnnc\b|^npx rnnc\b|^npm test\b|^npm( run -s)? start\b|choose\.ts|epochs\.ts|image_rows|^sudo /

/** Trainings that take minutes: here they make a few steps, and these networks run as WebAssembly. */
const shortened = /train examples\/(dates|sentiment|characters)\//
const large = /(train examples\/|eval )(dates|sentiment|characters)\b/

const asRun = (command: string): string =>
  `${command}${shortened.test(command) ? ' --set steps=8' : ''}${large.test(command) ? ' --target wasm' : ''}`

/** Data that is not part of the project, which some commands read. */
const shared = ['reviews.csv', 'tinyshakespeare.txt'].map(name => ({
  name,
  path: join(root, '..', 'shared', 'data', name),
}))

const missingFor = (markdown: string): string | false => {
  const missing = shared.find(({ name, path }) => markdown.includes(name) && !existsSync(path))
  return missing !== undefined && `the data is absent: ${missing.path}`
}

interface Block {
  readonly language: string
  /** The file that the reader is told to save it as. */
  readonly file?: string
  readonly text: string
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, text]) => {
    return { language, file, text }
  })
}

/** What GitHub calls the headings. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

for (const page of pages) {
  const markdown = readFileSync(join(root, page), 'utf8')
  const blocks = blocksOf(markdown)

  describe(page, () => {
    let folder = ''
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'rnnc-readme-'))
      for (const name of [
        'cli',
        'compiler',
        'dsl',
        'runtime',
        'trust',
        'examples',
        'packaging',
        'package.json',
        'tsconfig.json',
        'tsconfig.build.json',
      ]) {
        cpSync(join(root, name), join(folder, name), { recursive: true })
      }
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
      for (const { name, path } of shared) if (existsSync(path)) symlinkSync(path, join(folder, name))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const shell = async (command: string): Promise<string> => {
      const { code, stdout, stderr } = await run('sh', ['-c', command], folder).done
      assert.equal(code, 0, `${command}\n${stdout}${stderr}`)
      return stdout
    }

    it('has links that lead somewhere', () => {
      for (const [, target] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(target)) continue
        const [path, anchor] = target.split('#')
        const file = path === '' ? join(root, page) : join(root, dirname(page), path)
        assert.ok(existsSync(file), target)
        if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(file, 'utf8')).includes(anchor), target)
      }
    })

    // In the order of the text: a command may use what was saved above it.
    for (const { language, file, text } of blocks) {
      if (file !== undefined) it(`saves ${file}`, () => writeFileSync(join(folder, file), text))
      if (language === 'rnn') {
        it(`compiles: ${text.split('\n')[0]}`, () => {
          const model = compile(text)
          assert.deepEqual(model.warnings, [])
          if (model.trainBlock !== undefined) model.train()
        })
      }
      if (language === 'ts') {
        it(`has the right types: ${file}`, async () => {
          assert.ok(file !== undefined)
          const config = { extends: './tsconfig.json', include: [file] }
          writeFileSync(join(folder, 'tsconfig.readme.json'), JSON.stringify(config))
          await shell('npx tsc -p tsconfig.readme.json')
        })
      }
      if (language === 'sh') {
        const lines = text.replaceAll('\\\n', '').split('\n')
        const commands = lines.map(line => line.replace(/\s+#.*$/, ''))
        for (const command of commands.filter(line => line !== '' && !left.test(line))) {
          it(command, needs(missingFor(markdown)), async () => {
            await shell(asRun(command))
          })
        }
      }
    }
  })
}
