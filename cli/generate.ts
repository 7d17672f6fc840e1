// Generates files from the sources: spec/errors.md from the catalogue, spec/api.md from doc comments, dsl/std.ts from dsl/std/*.rnn,
// runtime/version.ts from package.json, cli/templates.ts from the folders of cli/templates.
// Run it with `npm run generate`; a test fails where it was forgotten.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { catalogue, type Entry } from '../dsl/catalogue.ts'
import { apiPage } from './apiPage.ts'

const root = new URL('../', import.meta.url)

/** Each generated file, by its path in the repository, with the text that it should have. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    ['spec/errors.md', errorsPage()],
    ['spec/api.md', apiPage(root)],
    ['dsl/std.ts', standardLibraryModule()],
    ['runtime/version.ts', versionModule()],
    ['cli/templates.ts', templatesModule()],
  ])
}

const families: readonly (readonly [digit: string, title: string])[] = [
  ['1', 'How a file is written'],
  ['2', 'Shapes and types'],
  ['3', 'Recurrence'],
  ['4', 'Data'],
  ['5', 'Weights and run time'],
]

function errorsPage(): string {
  const entries: [string, Entry][] = Object.entries(catalogue)
  const sections = families.map(([digit, title]) => {
    const family = entries.filter(([code]) => code.startsWith(`RNN${digit}`))
    return [`## ${title}`, ...family.map(([code, entry]) => errorSection(code, entry))].join('\n\n')
  })
  const head = `# Errors

Every message of the compiler, its cause, an example, and what to do. Words in \`{braces}\` stand for names and shapes of your own file.

<!-- Generated from dsl/catalogue.ts by \`npm run generate\`. -->`
  return `${[head, ...sections].join('\n\n')}\n`
}

function errorSection(code: string, { title, message, help, severity, cause, example, fix }: Entry): string {
  const language = example.startsWith('$') ? 'sh' : 'rnn'
  const hint = help === undefined ? '' : `\nhelp: ${help}`
  return [
    `### ${code}: ${title}`,
    fenced('text', `${severity ?? 'error'} ${code}: ${message}${hint}`),
    cause,
    fenced(language, example.trimEnd()),
    `**What to do.** ${fix}`,
  ].join('\n\n')
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function standardLibraryModule(): string {
  const folder = new URL('dsl/std/', root)
  const names = readdirSync(folder).filter(name => name.endsWith('.rnn'))
  const entries = names.sort().map(name => `  '${name}': ${literal(new URL(name, folder))},`)
  return `// The standard library as text, so that it travels to a browser. Generated from dsl/std/*.rnn by \`npm run generate\`.
export const standardLibrary: Readonly<Record<string, string>> = {
${entries.join('\n')}
}
`
}

function versionModule(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  return `// The version of rnnc. Generated from package.json by \`npm run generate\`.
export const version = '${version}'
`
}

function templatesModule(): string {
  const folder = new URL('cli/templates/', root)
  const entries = readdirSync(folder).map(name => {
    const files = readdirSync(new URL(name, folder)).sort()
    const texts = files.map(file => `    '${file}': ${literal(new URL(`${name}/${file}`, folder))},`)
    return `  ${name}: {\n${texts.join('\n')}\n  },`
  })
  return `// The templates of \`rnnc init\`, as texts, so that they are found wherever the command runs. Generated from cli/templates by
// \`npm run generate\`.
export const templates: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${entries.sort().join('\n')}
}
`
}

/** The text of a file, as a template literal. */
function literal(file: URL): string {
  return `\`${readFileSync(file, 'utf8').replace(/[\\`]|\$\{/g, found => `\\${found}`)}\``
}

if (import.meta.main) {
  for (const [path, text] of generated()) writeFileSync(new URL(path, root), text)
}
