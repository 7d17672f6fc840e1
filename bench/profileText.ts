// Prints the share of each kernel in the time of a step, as a table.
import { digits, markdown } from './report.ts'

export interface Profile {
  readonly target: string
  readonly workload: string
  readonly ms: number
  /** The kernels, slowest first. `about` is the comment that the compiler wrote above a kernel. */
  readonly parts: readonly { readonly name: string; readonly share: number; readonly about?: string | undefined }[]
}

/** Number of kernels that are shown one by one. */
const shown = 8

export function profileText({ target, workload, ms, parts }: Profile): string {
  const products = total(parts.filter(p => p.about?.includes('product') ?? false))
  const rest = parts.slice(shown)
  const line = (name: string, share: number): string[] => [name, digits(share * ms), `${digits(share * 100)} %`]
  return [
    `### Where ${target} spends ${workload}: matrix products take ${digits(products * 100)} %`,
    markdown(
      ['kernel', 'ms', 'share'],
      [
        ...parts.slice(0, shown).map(p => line(p.about === undefined ? p.name : `${p.name}: ${p.about}`, p.share)),
        ...(rest.length > 0 ? [line(`${rest.length} more`, total(rest))] : []),
      ],
    ),
  ].join('\n\n')
}

const total = (parts: Profile['parts']): number => parts.reduce((sum, p) => sum + p.share, 0)
