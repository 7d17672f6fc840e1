// Streams that the command line writes to: those of the process, or of a program that runs it.
import { diagnostic } from '../dsl/diagnostics.ts'
import { render } from '../dsl/render.ts'
import { createWriter } from './writer.ts'

export interface Io {
  /** Writes a whole text to stdout, or ends the process; `exitCode` is the command's exit code so far. */
  readonly write: (text: string, exitCode: number) => void
  /** Standard input, piece by piece. */
  readonly input: AsyncIterable<Uint8Array | string>
  /** Writes a text to stderr. */
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
  // Ignores errors of stderr: where nobody reads messages (the terminal is closed, the disk full) the work goes on.
  stderr.on('error', () => {})
  const write = createWriter(stdout, reason => {
    const failure = diagnostic('RNN503', { path: 'standard output', reason })
    say(`${render(failure, new Map(), { color })}\n\n`)
  })
  return {
    // Opened where it is read.
    get input() {
      return process.stdin
    },
    write,
    say,
    color,
    ...(isTerminal && { terminal: stderr }),
  }
}
