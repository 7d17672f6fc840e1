// Keeps a case as a file: the program, headed by comments that hold everything else for running it again.

import { fail } from '../../dsl/diagnostics.ts'
import { messageOf } from '../../dsl/messageOf.ts'
import type { FuzzCase } from './fuzzCase.ts'

const mark = '# fuzz: '

/** Prints the file of a case; `notes` explain it, a line each. */
export function printRegression({ source, ...rest }: FuzzCase, notes: readonly string[] = []): string {
  const comments = notes.flatMap(note => note.split('\n')).map(line => `# ${line}`)
  return [...comments, `${mark}${JSON.stringify(rest)}`, source].join('\n')
}

/** Reads a file that `printRegression` wrote; fails with RNN410 for any other. */
export function readRegression(text: string, file: string): FuzzCase {
  const line = text.split('\n').find(l => l.startsWith(mark))
  const reason = `it has no line that starts with \`${mark.trim()}\``
  const rest: unknown = line === undefined ? fail('RNN410', { file, reason }) : parsed(line.slice(mark.length), file)
  if (!isRest(rest)) return fail('RNN410', { file, reason: 'sizes, lengths or data are missing' })
  return { source: text, ...rest }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return fail('RNN410', { file, reason: messageOf(error) })
  }
}

function isRest(x: unknown): x is Omit<FuzzCase, 'source'> {
  if (typeof x !== 'object' || x === null || !('sizes' in x && 'lengths' in x && 'data' in x)) return false
  const lists = isRecord(x.lengths) && Object.values(x.lengths).every(l => Array.isArray(l) && l.every(isCount))
  return isRecord(x.sizes) && Object.values(x.sizes).every(isCount) && lists && isCount(x.data)
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null

const isCount = (x: unknown): x is number => typeof x === 'number' && Number.isInteger(x) && x >= 0
