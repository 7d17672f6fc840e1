// Writes spec/api.md from the doc comments of what the package exports, as it stands in the sources: TypeScript 7 has no stable interface for
// programs, and the tools that read types need one of an earlier version.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { type Declared, type Inherited, inherited } from './inheritedMembers.ts'

/** An entry of the package: the module that is imported by this name. */
interface EntryPoint {
  readonly name: string
  readonly file: string
  readonly about: string
}

const entryPoints: readonly EntryPoint[] = [
  { name: 'rnnc', file: 'runtime/index.ts', about: 'The library, in Node and in browsers.' },
  { name: 'rnnc/node', file: 'runtime/node/index.ts', about: 'Additions for Node: files, threads, and the GPU.' },
  { name: 'rnnc/trust', file: 'trust/index.ts', about: 'The judges of gradients, for test suites.' },
  { name: 'rnnc/predict', file: 'runtime/modules.ts', about: 'Weights files for modules built without weights.' },
  { name: 'rnnc/gpu', file: 'runtime/gpu.ts', about: 'What modules built for the GPU import.' },
]

/** A name that a module exports, and the declaration behind it. */
interface Exported extends Declared {
  readonly doc: string
}

/** Names that are exported under one heading. */
interface Group {
  readonly title: string
  readonly names: readonly string[]
}

/** Gives the text of the page. Throws an Error for a name without a doc comment; `root` is the folder of the repository. */
export function apiPage(root: URL): string {
  const files = new Map<string, string>()
  const read = (file: string): string => {
    const text = files.get(file) ?? readFileSync(new URL(file, root), 'utf8')
    files.set(file, text)
    return text
  }
  const bare: string[] = []
  const pages = entryPoints.map(entry => ({
    ...entry,
    groups: groupsIn(read(entry.file)).map(({ title, names }) => ({
      title,
      all: names.map(exported => find(exported, entry.file, read) ?? missing(exported, entry.file)),
    })),
  }))
  const onPage = new Map(pages.flatMap(p => p.groups.flatMap(g => g.all.map(e => [placeOf(e), e.name] as const))))
  const lookup = {
    find: (name: string, file: string) => find(name, file, read),
    nameOnPage: (declared: Declared) => onPage.get(placeOf(declared)),
  }
  const sections = pages.map(({ name, about, groups: all }) => {
    const groups = all.map(({ title, all }) => {
      bare.push(...all.filter(({ doc }) => doc === '').map(each => each.name))
      const texts = all.map(each => {
        const more = inherited(each, lookup)
        if (each.name.endsWith('Options'))
          bare.push(...more.members.filter(m => !m.isDescribed).map(m => `${each.name}.${m.name}`))
        return sectionOf(each, more)
      })
      return [...(title === '' ? [] : [`### ${title}`]), ...texts].join('\n\n')
    })
    return [`## \`${name}\``, about, ...groups].join('\n\n')
  })
  if (bare.length > 0) throw new Error(`no doc comment stands above ${bare.join(', ')}`)
  return `${[head, ...sections].join('\n\n')}\n`
}

const head = `# The library

Everything that the package exports, with shapes, units and errors. The [README](../README.md#the-library) begins with an example; codes
such as RNN411 are explained in [errors.md](errors.md).

<!-- Generated from doc comments by \`npm run generate\`. -->`

const missing = (name: string, file: string): never => {
  throw new Error(`${file} exports ${name}, of which no declaration was found`)
}

const placeOf = ({ file, inside }: Declared): string => `${file} ${inside}`

const codeBlock = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``

function sectionOf({ name, doc, signature }: Exported, { members, others }: Inherited): string {
  const more = others.map(other => `\`${other}\``).join(' and ')
  const texts = members.map(m => m.text.replaceAll(/^ {2}/gm, '')).join('\n')
  return [
    `#### \`${name}\``,
    doc,
    codeBlock(signature),
    ...(members.length === 0 ? [] : ['It has these members too:', codeBlock(texts)]),
    ...(more === '' ? [] : [`And those of ${more}.`]),
  ].join('\n\n')
}

const exportList = /^export (?:type )?\{([^}]*)\}(?: from '([^']+)')?/

/** Reads the exports of an entry, under the comments that stand alone before them. */
function groupsIn(text: string): Group[] {
  const groups: { title: string; names: string[] }[] = [{ title: '', names: [] }]
  const blocks = text.split(/\n(?=\/\/ |export )/)
  // The first comment is about the file.
  for (const block of blocks.slice(1)) {
    const comment = /^\/\/ (.*?)[.:]?$/m.exec(block)
    if (block.startsWith('//') && comment !== null) groups.push({ title: comment[1], names: [] })
    const listed = exportList.exec(block)
    const names = listed === null ? declaredIn(block) : namesIn(listed[1]).map(({ outside }) => outside)
    groups[groups.length - 1].names.push(...names)
  }
  return groups.filter(({ names }) => names.length > 0)
}

const declaredIn = (block: string): string[] =>
  [...block.matchAll(/^export (?:async )?(?:function|const|interface|type|class) (\w+)/gm)].map(([, name]) => name)

const namesIn = (list: string): { readonly inside: string; readonly outside: string }[] =>
  list
    .split(',')
    .map(name => name.trim().replace(/^type /, ''))
    .filter(name => name !== '')
    .map(name => {
      const [inside, outside = inside] = name.split(' as ')
      return { inside, outside }
    })

type Read = (file: string) => string

/** Finds the declaration of a name that a file exports, or another from which it does; undefined if there is none. */
function find(name: string, file: string, read: Read): Exported | undefined {
  const text = read(file)
  const own = declarationOf(name, text)
  if (own !== undefined) return { ...own, file, inside: name }
  for (const [, list, from] of text.matchAll(/^(?:export|import) (?:type )?\{([^}]*)\} from '([^']+)'/gm)) {
    const renamed = namesIn(list).find(({ outside }) => outside === name)
    if (renamed === undefined || !from.startsWith('.')) continue
    const found = find(renamed.inside, posix.join(posix.dirname(file), from), read)
    const called = new RegExp(`\\b${renamed.inside}\\b`)
    return found && { ...found, name, signature: found.signature.replace(called, name) }
  }
  for (const [, from] of text.matchAll(/^export (?:type )?\* from '([^']+)'/gm)) {
    const found = find(name, posix.join(posix.dirname(file), from), read)
    if (found !== undefined) return found
  }
  return undefined
}

/** Reads the declaration of a name, with all overloads, and the comment above the first. */
function declarationOf(name: string, text: string): Omit<Exported, 'file' | 'inside'> | undefined {
  const starts = [
    ...text.matchAll(new RegExp(`^(?:export )?(?:async )?(function\\*?|const|interface|type|class) ${name}\\b`, 'gm')),
  ]
  if (starts.length === 0) return undefined
  const [first] = starts
  const [, kind] = first
  // The last of several functions is the one that all calls run, whose types no caller sees.
  const shown = starts.length > 1 ? starts.slice(0, -1) : starts
  const signatures = shown.map(({ index }) => signatureAt(text, index, kind))
  return { name, doc: docBefore(text, first.index), signature: signatures.join('\n') }
}

/** Reads the doc comment that ends directly before a place, as paragraphs. */
function docBefore(text: string, place: number): string {
  const before = text.slice(0, place)
  const start = before.lastIndexOf('/**')
  if (start < 0 || !/\*\/\s*$/.test(before) || before.indexOf('*/', start) !== before.trimEnd().length - 2) return ''
  const lines = before.slice(start + 3, before.lastIndexOf('*/')).split('\n')
  const plain = lines.map(line => line.replace(/^\s*\*? ?/, '').trimEnd()).join('\n')
  return plain
    .trim()
    .split(/\n\s*\n/)
    .map(paragraph => paragraph.replace(/\s*\n\s*/g, ' '))
    .join('\n\n')
}

/** Cuts the types of a declaration out of the text: an interface whole, a function without its body, a class without its constructor. */
function signatureAt(text: string, start: number, kind: string): string {
  const end = kind === 'interface' || kind === 'class' ? endOfBlock(text, start) : endOfSignature(text, start, kind)
  const signature = text
    .slice(start, end)
    .trim()
    .replace(/^export /, '')
  return kind === 'class' ? signature.replace(/\n {2}constructor\([\s\S]*?\n {2}\}/, '') : signature
}

/** Finds the end of the first block in braces. */
function endOfBlock(text: string, start: number): number {
  let depth = 0
  for (let i = text.indexOf('{', start); i < text.length; i++) {
    if (text[i] === '{') depth++
    if (text[i] === '}' && --depth === 0) return i + 1
  }
  return text.length
}

/** Finds the end of a signature: the body of a function, the arrow or the value of a constant, or the end of a type. */
function endOfSignature(text: string, start: number, kind: string): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const ahead = text.slice(i, i + 3)
    if (depth === 0 && kind.startsWith('function') && ahead.startsWith('{')) return i
    if (depth === 0 && kind === 'const' && i > start && (ahead === ' =>' || ahead === ' = ') && isEnd(text, i)) return i
    if (
      depth === 0 &&
      text[i] === '\n' &&
      /^\n(?:\n|export |\/\*\*|\/\/|const |function |[})])/.test(text.slice(i, i + 12))
    )
      return i
    // The arrow of a function type closes nothing.
    if ('([{'.includes(text[i]) || (text[i] === '<' && text[i + 1] !== '=')) depth++
    if (')]}'.includes(text[i]) || (text[i] === '>' && text[i - 1] !== '=')) depth--
  }
  return text.length
}

/** Tells whether the signature of a constant ends at a sign: at the equals sign of a value, or at the arrow before a body. */
function isEnd(text: string, place: number): boolean {
  const ahead = text.slice(place, place + 40)
  return ahead.startsWith(' =>') ? !/^ =>\s+async \(/.test(ahead) : !/^ = (?:async )?[<(]/.test(ahead)
}
