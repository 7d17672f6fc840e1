// Where the command line writes: the streams of the process, or whatever runs it in their place.
import { diagnostic } from '../dsl/diagnostics.ts'
import { render } from '../dsl/render.ts'
import { createWriter } from './writer.ts'

export interface Io {
  /** Takes all of a text of stdout, or ends the process; `exitCode` is what the command ends with as things stand. */
  readonly write: (text: string, exitCode: number) => void
  /** Takes a text of stderr. */
  readonly say: (text: string) => void
  /** Whether messages are coloured. */
  readonly color: boolean
  /** The terminal on which a person sees stderr: progress may redraw its line. */
  readonly terminal?: NodeJS.WriteStream
}

/** The streams of the process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process
  const isTerminal = stderr.isTTY === true
  const color = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
  const say = (text: string): void => {
    stderr.write(text)
  }
  // Where nobody reads messages (the terminal is closed, the disk full) the work goes on.
  stderr.on('error', () => {})
  const write = createWriter(stdout, reason => {
    const failure = diagnostic('RNN503', { path: 'standard output', reason })
    say(`${render(failure, new Map(), { color })}\n\n`)
  })
  return { write, say, color, ...(isTerminal && { terminal: stderr }) }
}
