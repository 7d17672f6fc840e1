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
    let steps: number[] = []
    let began = performance.now()
    let ready: Extract<Message, { event: 'ready' }> | undefined
    let counts: Counts | undefined
    let stopped = false
    const restart = (): NodeJS.Timeout =>
      setTimeout(() => {
        stopped = true
        child.kill('SIGKILL')
      }, allowed)
    let timer = restart()
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer)
      onOutcome(workloads[done++], outcome)
      steps = []
      ready = undefined
      counts = undefined
      timer = restart()
    }
    const measured = (ms: number, ...remarks: readonly string[]): Outcome => {
      const notes = [...(ready?.note === undefined ? [] : [ready.note]), ...remarks]
      const flops = ready?.flops ?? workloads[done].flops
      return {
        kind: 'measured',
        ms,
        flops,
        ...(counts && { counts }),
        ...(notes.length > 0 && { note: notes.join('; ') }),
      }
    }
    const hear = (message: Message): void => {
      if (stopped || message.workload !== workloads[done]?.id) return
      switch (message.event) {
        case 'begin':
          clearTimeout(timer)
          timer = restart()
          began = performance.now()
          break
        case 'ready':
          ready = message
          began = performance.now()
          break
        case 'counts': {
          const { kernels, submits, bytesRead } = message
          counts = { kernels, submits, bytesRead }
          break
        }
        case 'step':
          steps.push(message.ms)
          break
        case 'done':
          finish(measured(message.ms))
          break
        case 'none':
          finish({ kind: 'none', reason: message.reason })
          break
      }
    }
    const lines = createInterface({ input: child.stdout })
    lines.on('line', line => {
      const value = parsed(line)
      if (isMessage(value)) hear(value)
    })
    let closed = 0
    const end = (): void => {
      // Waits for both the end of the process and the last line of its output.
      if (++closed < 2) return
      clearTimeout(timer)
      if (done < workloads.length) {
        if (!stopped) onOutcome(workloads[done], { kind: 'none', reason: reasonIn(errors) })
        else if (steps.length > enough)
          onOutcome(
            workloads[done],
            measured(
              median(steps.slice(1)),
              `median of ${steps.length - 1} steps, all that fit in ${allowed / 1000} s`,
            ),
          )
        else {
          const atLeast = steps.length === 0 ? performance.now() - began : Math.min(...steps)
          const note = ready === undefined ? 'stopped before its first step, while it was set up' : ready.note
          const known = { ...(counts && { counts }), ...(note !== undefined && { note }) }
          onOutcome(workloads[done], { kind: 'stopped', atLeast, ...known })
        }
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
