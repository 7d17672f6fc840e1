// Finds numbers that a precision cannot hold: finite as they were read, infinite in a batch.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { exampleName } from './arrays.ts'
import type { Part } from './example.ts'

/** What finds a number among many, row by row. */
interface NumberList {
  readonly findIndex: (isWanted: (value: number) => boolean) => number
  readonly at: (place: number) => number | undefined
}

/** RNN417 for a number of a port that the precision cannot hold; `placeOf` says where the one at an index is. */
export function checkHeld(
  { dtype }: Port,
  values: NumberList,
  precision: Precision,
  placeOf: (index: number) => string,
  span?: Span,
): void {
  if (dtype !== 'real' || precision === 'f64') return
  const index = values.findIndex(value => !Number.isFinite(Math.fround(value)))
  if (index < 0) return
  const help = 'correct it, scale it by `standardize` or `log`, or run with `--dtype f64`'
  fail('RNN417', { value: values.at(index) ?? Number.NaN, what: 'for f32', place: placeOf(index) }, { span, help })
}

/** As `checkHeld`, for all examples of a part that no data block has loaded for this precision; `numbers` are theirs in messages. */
export function checkPart(ports: readonly Port[], part: Part, precision: Precision, numbers?: ArrayLike<number>): void {
  for (const port of ports) {
    if (!Object.hasOwn(part.ports, port.name)) continue
    part.ports[port.name].forEach(({ values }, i) => {
      checkHeld(port, values, precision, () => `${exampleName(i, numbers)} of \`${port.name}\``)
    })
  }
}
