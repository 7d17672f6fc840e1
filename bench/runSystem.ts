// Runs a system's worker on workloads, and stops cases that take too long.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Counts, isMessage, type Message } from './protocol.ts'
import type { Start } from './systems.ts'
import { median } from './workers/serve.ts'
import type { Workload } from './workloads.ts'

/** Outcome of one case. Times are of one step, in ms. */
export type Outcome =
  | {
      readonly kind: 'measured'
      readonly ms: number
      readonly flops: number
      readonly counts?: Counts
      readonly note?: string
    }
  /** It was stopped; a lower bound of the time of a step. */
  | { readonly kind: 'stopped'; readonly atLeast: number; readonly counts?: Counts; readonly note?: string }
  | { readonly kind: 'none'; readonly reason: string }

/** Time limit of a case, in ms. */
export const limit = 60_000
/** A stopped case still counts as measured if this many steps after the first were timed. */
const enough = 3

/**
 * Gives the outcome of each workload, in order. Stopping a case ends its process, and the other cases continue in a new one, as they
 * do after a crash.
 */
export async function runSystem(
  start: Start,
  workloads: readonly Workload[],
  onOutcome: (workload: Workload, outcome: Outcome) => void,
  allowed = limit,
): Promise<void> {
  let left = workloads
  while (left.length > 0) {
    const done = await runProcess(start, left, onOutcome, allowed)
    left = left.slice(done)
  }
}

/** Runs one process until it ends, and gives the number of workloads with an outcome, at least one. */
function runProcess(
  { command, args, env }: Start,
  workloads: readonly Workload[],
  onOutcome: (workload: Workload, outcome: Outcome) => void,
  allowed: number,
): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(command, [...args, ...workloads.map(w => w.id)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      errors = `${errors}${text}`.slice(-4000)
    })
    let done = 0
    let heard = nothingHeard()
    let stopped = false
    const restart = (): NodeJS.Timeout =>
      setTimeout(() => {
        stopped = true
        child.kill('SIGKILL')
      }, allowed)
    let timer = restart()
    const lines = createInterface({ input: child.stdout })
    lines.on('line', line => {
      const message = parsed(line)
      if (stopped || !isMessage(message) || message.workload !== workloads[done]?.id) return
      const outcome = hear(message, heard, workloads[done])
      if (outcome !== undefined) {
        onOutcome(workloads[done++], outcome)
        heard = nothingHeard()
      }
      if (outcome === undefined && message.event !== 'begin') return
      clearTimeout(timer)
      timer = restart()
    })
    let closed = 0
    const end = (): void => {
      // Both the process and the last line of its output.
      if (++closed < 2) return
      clearTimeout(timer)
      const open = workloads[done]
      if (open !== undefined) {
        const outcome: Outcome = stopped
          ? outcomeOfStopped(heard, open, allowed)
          : { kind: 'none', reason: reasonIn(errors) }
        onOutcome(open, outcome)
        done++
      }
      resolve(done)
    }
    lines.on('close', end)
    child.on('close', end)
    child.on('error', error => {
      errors = error.message
    })
  })
}

/** The messages of a worker about the case that it is at. */
interface Heard {
  /** When it began to set up, or to run. */
  began: number
  ready?: Extract<Message, { event: 'ready' }>
  counts?: Counts
  /** Times of the steps that are reported one by one, in ms. */
  readonly steps: number[]
}

const nothingHeard = (): Heard => ({ began: performance.now(), steps: [] })

/** Notes a message; gives the outcome, if it is the last one about its case. */
function hear(message: Message, heard: Heard, workload: Workload): Outcome | undefined {
  switch (message.event) {
    case 'begin':
      heard.began = performance.now()
      return undefined
    case 'ready':
      heard.ready = message
      heard.began = performance.now()
      return undefined
    case 'counts': {
      const { kernels, submits, bytesRead } = message
      heard.counts = { kernels, submits, bytesRead }
      return undefined
    }
    case 'step':
      heard.steps.push(message.ms)
      return undefined
    case 'done':
      return measured(heard, workload, message.ms)
    case 'none':
      return { kind: 'none', reason: message.reason }
  }
}

function measured({ ready, counts }: Heard, { flops }: Workload, ms: number, ...remarks: readonly string[]): Outcome {
  const notes = [...(ready?.note === undefined ? [] : [ready.note]), ...remarks]
  return {
    kind: 'measured',
    ms,
    flops: ready?.flops ?? flops,
    ...(counts && { counts }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  }
}

/** The outcome of a case that took longer than is allowed: measured nonetheless, if enough of its steps were; no time at all, if none began. */
function outcomeOfStopped(heard: Heard, workload: Workload, allowed: number): Outcome {
  const { began, ready, counts, steps } = heard
  if (steps.length > enough) {
    const remark = `median of ${steps.length - 1} steps, all that fit in ${allowed / 1000} s`
    return measured(heard, workload, median(steps.slice(1)), remark)
  }
  // The time of setting up bounds no step.
  if (ready === undefined)
    return { kind: 'none', reason: `stopped after ${allowed / 1000} s, before its first step, while it was set up` }
  const atLeast = steps.length === 0 ? performance.now() - began : Math.min(...steps)
  const { note } = ready
  return { kind: 'stopped', atLeast, ...(counts && { counts }), ...(note !== undefined && { note }) }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Finds the line that names the error, else the last line; Node prints its version last. */
function reasonIn(text: string): string {
  const lines = text.trim().split('\n')
  return lines.findLast(line => /error/i.test(line))?.trim() || lines.at(-1) || 'the process ended without a word'
}
