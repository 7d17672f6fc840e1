// What the README files say works: every command runs in a copy of the repository, every snippet compiles, every link leads somewhere.
// The commands of README.md run as a reader's do, through npm; plain uses of `rnnc` on the other pages run in this process.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { compile } from '../runtime/index.ts'
import { run, runHere } from './cli/support.ts'
import { assertLinks, blocksOf, commandsOf } from './support/markdown.ts'
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
const large = /(train examples\/|eval )(dates|sentiment|characters|audio_effect)\b/

const asRun = (command: string): string =>
  `${command.replace('--time 5s', '--time 1s')}${shortened.test(command) ? ' --set steps=8' : ''}${large.test(command) ? ' --target wasm' : ''}`

/** A use of `rnnc` alone, without pipes and redirections. */
const plain = /^npm run rnnc -- ([^|<>]+)$/

/** Data that is not part of the project, which some commands read: here the first part of it. */
const shared = ['reviews.csv', 'tinyshakespeare.txt'].map(name => ({
  name,
  path: join(root, '..', 'shared', 'data', name),
}))

const missingFor = (markdown: string): string | false => {
  const missing = shared.find(({ name, path }) => markdown.includes(name) && !existsSync(path))
  return missing !== undefined && `the data is absent: ${missing.path}`
}

for (const page of pages) {
  const markdown = readFileSync(join(root, page), 'utf8')
  const blocks = blocksOf(markdown)

  describe(page, () => {
    let folder = ''
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'rnnc-readme-'))
      // Node keeps the compiled code of a file by its path, so that a copy starts slowly: code is copied only where it is built.
      const builds = markdown.includes('npm run build')
      for (const name of ['cli', 'compiler', 'dsl', 'runtime', 'trust', 'packaging', 'node_modules']) {
        if (builds && name !== 'node_modules') cpSync(join(root, name), join(folder, name), { recursive: true })
        else symlinkSync(join(root, name), join(folder, name))
      }
      for (const name of ['examples', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
        cpSync(join(root, name), join(folder, name), { recursive: true })
      for (const { name, path } of shared) {
        if (!markdown.includes(name) || !existsSync(path)) continue
        const text = readFileSync(path, 'utf8')
        writeFileSync(join(folder, name), text.slice(0, text.indexOf('\n', text.length / 5) + 1))
      }
    })
    afterAll(() => {
      process.chdir(root)
      rmSync(folder, { recursive: true, force: true })
    })

    const shell = async (command: string): Promise<string> => {
      const { code, stdout, stderr } = await run('sh', ['-c', command], folder).done
      assert.equal(code, 0, `${command}\n${stdout}${stderr}`)
      return stdout
    }
    /** Runs what follows `rnnc` in this process, split into words as a shell does. */
    const here = async (text: string): Promise<void> => {
      const words = await shell(`printf '%s\\0' ${text}`)
      const { code, stdout, stderr } = await runHere(words.split('\0').slice(0, -1), folder)
      assert.equal(code, 0, `rnnc ${text}\n${stdout}${stderr}`)
    }

    it('has links that lead somewhere', () => {
      assertLinks(join(root, page))
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
        for (const command of commandsOf(text).filter(line => !left.test(line))) {
          it(command, needs(missingFor(markdown)), async () => {
            const asked = asRun(command)
            const use = page === 'README.md' ? null : plain.exec(asked)
            if (use === null) await shell(asked)
            else await here(use[1])
          })
        }
      }
    }
  })
}
