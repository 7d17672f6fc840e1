// Formats the measurements as rows, and as Markdown tables that are readable in a terminal, too.
import type { Counts } from './protocol.ts'
import type { Outcome } from './runSystem.ts'
import type { System } from './systems.ts'
import type { Workload } from './workloads.ts'

export interface Limits {
  /** The best matrix product of each kind, in GFLOP/s; null where it was not measured. */
  readonly js: number | null
  readonly wasm: number | null
  /** The best matrix-vector product of W6-stream's size, in ms. */
  readonly vector: { readonly js: number | null; readonly wasm: number | null }
}

export interface Row {
  readonly system: string
  readonly workload: string
  /** Time of one step; null if none was timed. */
  readonly ms: number | null
  readonly gflops: number | null
  /** Fraction of the limit of the system's kind. */
  readonly share: number | null
  /** For a case that was stopped: a lower bound of the time of one step. */
  readonly atLeast?: number
  /** The use that a step makes of a GPU. */
  readonly counts?: Counts
  /** A note on a difference from the workload, or the reason why there is no number. */
  readonly note?: string
}

export function rowOf(system: System, workload: Workload, outcome: Outcome, limits: Limits): Row {
  const names = { system: system.name, workload: workload.id }
  const nothing = { ...names, ms: null, gflops: null, share: null }
  switch (outcome.kind) {
    case 'none':
      return { ...nothing, note: outcome.reason }
    case 'stopped':
      return { ...nothing, atLeast: outcome.atLeast, ...remarks(outcome) }
    case 'measured': {
      const gflops = outcome.flops / outcome.ms / 1e6
      const limit = system.kind === 'native' ? null : limits[system.kind]
      const share = limit === null ? null : gflops / limit
      return { ...names, ms: outcome.ms, gflops, share, ...remarks(outcome) }
    }
  }
}

const remarks = ({ counts, note }: Pick<Row, 'counts' | 'note'>): Pick<Row, 'counts' | 'note'> => ({
  ...(counts && { counts }),
  ...(note !== undefined && { note }),
})

/** Time of a row as a multiple of that of `own`; a lower bound if it was stopped. */
export function ratio(
  row: Row,
  own: Row | undefined,
): { readonly times: number; readonly atLeast: boolean } | undefined {
  if (own?.ms == null) return undefined
  if (row.ms !== null) return { times: row.ms / own.ms, atLeast: false }
  return row.atLeast === undefined ? undefined : { times: row.atLeast / own.ms, atLeast: true }
}

/** Prints a table for each workload, with the ratio to each target of this compiler, and the notes below. */
export function tables(rows: readonly Row[], workloads: readonly Workload[], systems: readonly System[]): string {
  const owns = systems.filter(s => s.own && rows.some(r => r.system === s.name)).map(s => s.name)
  return workloads
    .flatMap(workload => {
      const mine = rows.filter(r => r.workload === workload.id)
      if (mine.length === 0) return []
      const notes: string[] = []
      const mark = ({ note }: Row): string => {
        if (note === undefined) return ''
        if (!notes.includes(note)) notes.push(note)
        return ` [${notes.indexOf(note) + 1}]`
      }
      const counted = mine.some(r => r.counts !== undefined)
      const lines = mine.map(row => [
        row.system + mark(row),
        timeOf(row),
        row.gflops === null ? '–' : digits(row.gflops),
        row.share === null ? '–' : percent(row.share),
        ...owns.map(own => {
          const found = ratio(
            row,
            mine.find(r => r.system === own),
          )
          return found === undefined ? '–' : `${found.atLeast ? '> ' : ''}${digits(found.times)}`
        }),
        ...(counted ? countsOf(row) : []),
      ])
      const counters = counted ? ['kernels', 'submits', 'bytes read'] : []
      const head = ['system', 'ms', 'GFLOP/s', 'of the limit', ...owns.map(own => `÷ ${own}`), ...counters]
      const kind = { train: 'a training step', infer: 'inference', stream: 'a step of a stream' }[workload.mode]
      return [
        [
          `### ${workload.id}: ${workload.about}; ${kind}, ${flopsOf(workload.flops)}`,
          markdown(head, lines),
          ...(notes.length > 0 ? [notes.map((note, i) => `- [${i + 1}] ${note}`).join('\n')] : []),
        ].join('\n\n'),
      ]
    })
    .join('\n\n')
}

export function limitsText({ js, wasm, vector }: Limits): string {
  const rate = (value: number | null): string => (value === null ? 'not measured' : `${digits(value)} GFLOP/s`)
  const time = (value: number | null): string => (value === null ? 'not measured' : `${digits(value * 1000)} µs`)
  return markdown(
    ['limit', 'plain JavaScript', 'WebAssembly'],
    [
      ['matrix product', rate(js), rate(wasm)],
      ["matrix-vector product of W6-stream's size", time(vector.js), time(vector.wasm)],
    ],
  )
}

/** A table in Markdown, its columns aligned; numbers to the right. */
export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map(l => l[i].length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((c, i) => (i === 0 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join(' | ')} |`
  const rule = `|${widths.map((w, i) => (i === 0 ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`
  return [line(head), rule, ...lines.map(line)].join('\n')
}

const countsOf = ({ counts }: Row): string[] =>
  counts === undefined ? ['–', '–', '–'] : [counts.kernels, counts.submits, counts.bytesRead].map(String)

const timeOf = ({ ms, atLeast }: Row): string =>
  ms !== null ? digits(ms) : atLeast === undefined ? '–' : `> ${digits(atLeast)}`

/** Writes a number with three significant digits, without an exponent. */
export function digits(value: number): string {
  if (value === 0) return '0'
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(places, 8))
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`

const flopsOf = (flops: number): string =>
  flops >= 1e9
    ? `${digits(flops / 1e9)} GFLOP`
    : flops >= 1e6
      ? `${digits(flops / 1e6)} MFLOP`
      : `${digits(flops / 1e3)} kFLOP`
