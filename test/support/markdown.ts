// Reads pages written for people: their code blocks, the commands in them, and where their links lead.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Block {
  readonly language: string
  /** The file that the reader is told to save it as, or a word about the block. */
  readonly file?: string
  /** Further words behind the file. */
  readonly note?: string
  readonly text: string
}

/** The code blocks of a page that name a language, in the order of the page. */
export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w+)(?: (\S+))?(?: ([^\n]+))?\n(.*?)^```$/gms)].map(([, language, file, note, text]) => ({
    language,
    file,
    note,
    text,
  }))

/** The lines of a `sh` block: continued lines are joined, comments left out. */
export const commandsOf = (text: string): string[] =>
  text
    .replaceAll('\\\n', '')
    .split('\n')
    .map(line => line.replace(/\s+#.*$/, ''))
    .filter(line => line !== '')

/** What GitHub calls the headings. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

/** Fails for a link of a page to a file or a heading that is not there. Code has no links. */
export function assertLinks(page: string): void {
  const text = readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '')
  for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
    if (/^https?:/.test(target)) continue
    const [path, anchor] = target.split('#')
    const file = path === '' ? page : join(dirname(page), path)
    assert.ok(existsSync(file), target)
    if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(file, 'utf8')).includes(anchor), target)
  }
}
