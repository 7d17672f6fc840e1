// The fuzzer: runs every check on random programs, until the runs or the time are used up. A failing program is shrunk.

import * as fc from 'fast-check'
import { messageOf } from '../../dsl/messageOf.ts'
import { random } from '../../runtime/random.ts'
import type { Cause } from '../gradients/locate.ts'
import { checks as allChecks } from './checks/index.ts'
import type { FuzzCase } from './fuzzCase.ts'
import type { Check, Failure, Outcome } from './fuzzCheck.ts'
import { fuzzCases, type GenerateOptions } from './generate/index.ts'
import { openTrial, type UnderTest } from './trial.ts'

export interface FuzzOptions extends UnderTest, GenerateOptions {
  readonly seed: number
  /** How many programs, at most. */
  readonly runs: number
  /** How long, at most, in ms. */
  readonly time?: number
  readonly checks?: readonly Check[]
  /** Stops after this many failures. */
  readonly most?: number
  /** Whether a failing program is made smaller and the place of the fault looked for; true if left out. */
  readonly shrink?: boolean
  readonly onProgress?: (done: number, programs: number) => void
  /** Ends after the program in progress. */
  readonly signal?: AbortSignal
}

export interface FuzzFailure {
  /** The check that failed. */
  readonly check: string
  readonly message: string
  /** The smallest program found that fails. */
  readonly case: FuzzCase
  readonly cause?: Cause
}

export interface FuzzReport {
  readonly seed: number
  readonly programs: number
  /** Comparisons made. */
  readonly checks: number
  /** Comparisons that lay on a kink or at a jump, where differences have no say. */
  readonly kinks: number
  readonly failures: readonly FuzzFailure[]
}

/** Time limit for shrinking a failure, in ms. */
const shrinkTime = 60_000

/** The same seed gives the same programs, however long each takes. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, runs, time = Number.POSITIVE_INFINITY, checks = allChecks, most = 1 } = options
  const failures: FuzzFailure[] = []
  const counts = { programs: 0, checks: 0, kinks: 0 }
  const started = performance.now()
  const spent = (): number => (performance.now() - started) / time
  const cases = fuzzCases(options)
  while (counts.programs < runs && spent() < 1 && failures.length < most && !options.signal?.aborted) {
    // Uses a separate seed for each program, so that runs with neighbouring seeds share none.
    const own = Math.floor(random(seed, String(counts.programs))() * 2 ** 31)
    const found = runOne(cases, { ...options, checks }, own, counts)
    if (found !== undefined) failures.push(found)
    options.onProgress?.(Math.min(1, Math.max(counts.programs / runs, spent())), counts.programs)
    await new Promise(resolve => setTimeout(resolve))
  }
  return { seed, ...counts, failures }
}

/** Runs one program, and shrinks it where it fails. */
function runOne(
  cases: fc.Arbitrary<FuzzCase>,
  { checks, shrink = true, ...under }: UnderTest & { readonly checks: readonly Check[]; readonly shrink?: boolean },
  seed: number,
  counts: { programs: number; checks: number; kinks: number },
): FuzzFailure | undefined {
  let last: { readonly check: string; readonly case: FuzzCase; readonly failure: Failure } | undefined
  let deadline = Number.POSITIVE_INFINITY
  /** Checks of a smaller program: the one that failed, and others of its subject. A failure of any other check is another fault. */
  let asked = checks
  const property = fc.property(cases, fuzzCase => {
    if (performance.now() > deadline) return
    const { outcome, check } = runCase(fuzzCase, under, asked)
    if (last === undefined) {
      counts.programs++
      counts.checks += outcome.checks
      counts.kinks += outcome.kinks ?? 0
      deadline = performance.now() + shrinkTime
    }
    if (outcome.failure === undefined) return
    if (last === undefined) asked = sameSubject(checks, check)
    else if (check !== last.check && !asked.some(c => c.name === check)) return
    last = { check, case: fuzzCase, failure: outcome.failure }
    throw new Error(outcome.failure.message)
  })
  fc.check(property, { seed, numRuns: 1, endOnFailure: !shrink })
  if (last === undefined) return undefined
  const { check, case: fuzzCase, failure } = last
  return shrink ? explained(check, fuzzCase, failure) : { check, message: failure.message, case: fuzzCase }
}

/** Selects the check of that name and those before it of the same subject, each to run on every program. */
function sameSubject(checks: readonly Check[], name: string): readonly Check[] {
  const place = checks.findIndex(c => c.name === name)
  const about = checks[place]?.about
  return checks
    .slice(0, place + 1)
    .filter(c => c.name === name || (about !== undefined && c.about === about))
    .map(({ every: _, ...check }) => check)
}

/** Adds to a failure the place where it goes wrong. */
export function explained(check: string, fuzzCase: FuzzCase, { message, locate }: Failure): FuzzFailure {
  const failure = { check, message, case: fuzzCase }
  if (locate === undefined) return failure
  try {
    const cause = locate()
    if (cause !== undefined) return { ...failure, cause }
    return { ...failure, message: `${message}; every gradient rule is correct, so a pass or the backend is wrong` }
  } catch (error) {
    // An error while explaining a failure must not lose the failure.
    return { ...failure, message: `${message}; the place was not found: ${messageOf(error)}` }
  }
}

/** Runs every check on one case, up to the first failure. */
export function runCase(
  fuzzCase: FuzzCase,
  under: UnderTest = {},
  checks: readonly Check[] = allChecks,
): { readonly outcome: Outcome; readonly check: string } {
  const done = { checks: 0, kinks: 0 }
  let check = 'compile'
  try {
    const trial = openTrial(fuzzCase, under)
    for (const [turn, one] of checks.entries()) {
      if ((fuzzCase.data + turn) % (one.every ?? 1) !== 0) continue
      check = one.name
      const outcome = one.run(trial)
      done.checks += outcome.checks
      done.kinks += outcome.kinks ?? 0
      if (outcome.failure !== undefined) return { outcome: { ...done, failure: outcome.failure }, check }
    }
    return { outcome: done, check }
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) throw error
    return { outcome: { ...done, failure: { message: messageOf(error) } }, check }
  }
}
