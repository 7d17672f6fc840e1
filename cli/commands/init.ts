// rnnc init: begins a project from a template.
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { fail } from '../../dsl/diagnostics.ts'
import { checkWritable, reasonOf, writeBytes } from '../../runtime/node/index.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { byName } from '../errors.ts'
import type { Output } from '../output.ts'

interface Options {
  readonly template: string
  readonly force?: boolean
}

/** What each template is about; each is a folder of `cli/templates`. */
const abouts = {
  forecast: 'the next value of a series: sunspots',
  classify: 'a label for a text: opinions about films',
  generate: 'a text, character by character: weather reports',
}

export const init: AddCommand = (program, output) =>
  describeUse(
    program
      .command('init')
      .description('Begin a project: a model, its data, a script that predicts, and a README with the commands.')
      .argument('[folder]', 'the folder of the project; by default this one'),
    [
      [
        '--template <name>',
        Object.entries(abouts)
          .map(([name, about]) => `${name} (${about})`)
          .join(', '),
        'forecast',
      ],
      ['--force', 'write also into a folder that has other files; none of them is overwritten'],
      flags.json,
    ],
    ['rnnc init sunspots', 'rnnc init opinions --template classify', 'rnnc init --template generate --force'],
  ).action((folder: string | undefined, options: Options) => run(folder ?? '.', options, output))

async function run(given: string, options: Options, output: Output): Promise<void> {
  const { templates } = await import('../templates.ts')
  const files = new Map(Object.entries(byName('template', options.template, new Map(Object.entries(templates)))))
  const folder = normalize(given)
  await prepare(folder, files, options.force === true)
  for (const file of files.keys()) await checkWritable(join(folder, file))
  for (const [file, text] of files) await writeBytes(join(folder, file), Buffer.from(text))
  const next = [...(folder === '.' ? [] : [`cd ${shellWord(folder)}`]), ...commandsIn(files.get('README.md') ?? '')]
  output.result(
    { ok: true, template: options.template, folder, files: [...files.keys()], next },
    [
      `${folder === '.' ? 'this folder' : folder}: ${[...files.keys()].join(', ')}`,
      '',
      'next:',
      ...next.map(line => `  ${line}`),
    ].join('\n'),
  )
}

/** Makes the folder. RNN509 for one with other files, unless forced; RNN517 where a file of it would be lost. */
async function prepare(folder: string, files: ReadonlyMap<string, string>, force: boolean): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    const isFile = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    fail('RNN503', { path: folder, reason: isFile ? 'it is a file, not a folder' : reasonOf(error) })
  }
  // A new repository has `.git` alone.
  const others = (await readdir(folder)).filter(file => file !== '.git')
  if (others.length > 0 && !force) {
    const expected = 'an empty folder'
    const found = `\`${folder}\`, in which there is \`${others.sort()[0]}\``
    fail(
      'RNN509',
      { what: 'rnnc init', expected, found },
      { help: 'name a new folder, or write beside what is there with `--force`' },
    )
  }
  for (const file of others) {
    const text = files.get(file)
    if (text === undefined) continue
    const path = join(folder, file)
    const there = await readFile(path, 'utf8').catch(() => undefined)
    if (there !== text)
      fail(
        'RNN517',
        { path, found: 'something else' },
        { help: 'move it, or name another folder: `init` overwrites nothing' },
      )
  }
}

/** The commands that a README shows. */
const commandsIn = (markdown: string): string[] =>
  /^```sh\n(.*?)^```$/ms.exec(markdown)?.[1].trimEnd().split('\n') ?? []

/** Quotes a text for a shell, where it needs that. */
const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
