// Writes the output of a command: its result to stdout, everything else to stderr.

import { type Diagnostic, diagnostic, RnnError } from '../dsl/diagnostics.ts'
import { greatest } from '../dsl/greatest.ts'
import { messageOf } from '../dsl/messageOf.ts'
import { positionsIn } from '../dsl/position.ts'
import { render } from '../dsl/render.ts'
import { libraryFiles, shownFile } from '../dsl/standardLibrary.ts'
import type { Report, WhatRan } from '../runtime/session.ts'
import type { Io } from './io.ts'

/** Values that `JSON.stringify` takes. */
export type JsonValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export interface Output {
  /** Whether the result is one JSON object (`--json`). */
  readonly json: boolean
  /** The exit code of a command that ends without an error. */
  exitCode: number
  /** The terminal on which a person sees stderr: progress may redraw its line. */
  readonly terminal?: NodeJS.WriteStream
  /** The text of every file that was read, for the excerpts of messages. */
  readonly sources: Map<string, string>
  /** Standard input, piece by piece. */
  readonly input: AsyncIterable<Uint8Array | string>
  /** Writes a line for people. */
  note(text: string): void
  /** Writes errors and warnings, with their lines and carets. */
  report(diagnostics: readonly Diagnostic[]): void
  /** Writes all of a text to stdout, or ends the process with exit code 1. */
  write(text: string): void
  /** Writes the result of the command: an object for machines, or the text. It is called once. */
  result(object: { readonly [key: string]: JsonValue }, text: string): void
}

/** Names the backend that ran a network, its device and its threads: `js`, `gpu by webgpu`, `wasm, 2 threads`. */
export const ranBy = ({ backend, device, threads = 1 }: WhatRan): string =>
  `${backend}${device === undefined ? '' : ` by ${device}`}${threads === 1 ? '' : `, ${threads} threads`}`

/** Greatest number of diagnostics shown to a person at once. */
const most = 20

/** Makes the output of one command. */
export function createOutput(json: boolean, io: Io): Output {
  const { say, write, color, terminal } = io
  const sources = new Map(libraryFiles)
  const report = (diagnostics: readonly Diagnostic[]): void => {
    for (const d of diagnostics.slice(0, most)) say(`${render(d, sources, { color })}\n\n`)
    // A file of another kind has an error at every word; `--json` has them all.
    if (diagnostics.length > most) say(`and ${diagnostics.length - most} more\n\n`)
  }
  const output: Output = {
    json,
    exitCode: 0,
    ...(terminal && { terminal }),
    sources,
    get input() {
      return io.input
    },
    note: text => say(`${text}\n`),
    report,
    write: text => write(text, output.exitCode),
    result: (object, text) => {
      const shown = json ? JSON.stringify(object) : text
      output.write(shown.endsWith('\n') || shown === '' ? shown : `${shown}\n`)
    },
  }
  return output
}

/** Writes diagnostics for machines: places as lines and columns, from 1. */
export function diagnosticsJson(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): readonly JsonValue[] {
  const files = new Set(diagnostics.flatMap(d => d.span?.file ?? []))
  const positions = new Map([...files].map(file => [file, positionsIn(sources.get(file) ?? '')]))
  return diagnostics.map(({ code, severity, message, span, caret, help }) => {
    const place = span !== undefined && sources.has(span.file) ? positions.get(span.file)?.(span.start) : undefined
    return {
      code,
      severity,
      message,
      file: span && shownFile(span.file),
      line: place?.line,
      column: place?.column,
      caret,
      help,
    }
  })
}

/** Matches the errors of an engine that cannot make an array, a text or a set so large. */
const tooLarge =
  /^(Array buffer allocation failed|Invalid (typed )?array (buffer )?length|Invalid string length|(Map|Set) maximum size exceeded)/

/** Reports an error, for people and, with `--json`, for machines. */
export function reportError(error: unknown, output: Output): void {
  if (error instanceof RnnError) {
    const { diagnostics } = error
    output.report(diagnostics)
    if (output.json) output.result({ ok: false, diagnostics: diagnosticsJson(diagnostics, output.sources) }, '')
    return
  }
  if (error instanceof RangeError && tooLarge.test(error.message)) {
    reportError(new RnnError([diagnostic('RNN527', { reason: error.message })]), output)
    return
  }
  const message = messageOf(error)
  output.note(
    `internal error: ${message}\nhelp: this is a bug in rnnc, not in your file: please report it with the file`,
  )
  if (process.env.RNNC_DEBUG && error instanceof Error) output.note(error.stack ?? '')
  if (output.json) output.result({ ok: false, internal: message }, '')
}

/** Aligns columns of text, each as wide as its widest cell; those in `right`, as of numbers, to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = greatest(
    rows.map(row => row.length),
    0,
  )
  const widths = Array.from({ length: columns }, (_, i) =>
    greatest(
      rows.map(row => row[i]?.length ?? 0),
      0,
    ),
  )
  const toRight = new Set(right)
  return rows
    .map(row =>
      row
        .map((cell, i) => (toRight.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Writes a loss or a metric for people. */
export const figure = (value: number): string => {
  const text = value.toPrecision(4)
  return text.includes('e') || !text.includes('.') ? text : text.replace(/\.?0+$/, '')
}

/** Writes losses and metrics with their names: `loss 0.01, rmse 12.3`. One that is a table is left out. */
export const figures = (report: Report): string =>
  Object.entries(report)
    .flatMap(([name, value]) => (typeof value === 'number' ? [`${name} ${figure(value)}`] : []))
    .join(', ')
