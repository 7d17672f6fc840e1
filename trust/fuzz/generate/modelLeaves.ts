// The variables of a random model's expressions, by kind; each declares the input or parameter that it is made of.
import type { Leaf, Leaves } from './tree.ts'

/** Variables over T: every one is made of something that is. */
export function leavesOverTime(units: number): Leaves {
  const { scale, vector, wide, matrix } = parameters(units)
  /** Declares the input too, since the axis comes with it. */
  const besideInput =
    (text: string): Leaf =>
    u => {
      u.input('x')
      return text
    }
  const input = besideInput('x')
  return {
    vector: [input, together('(# * #)', input, vector)],
    scalar: [together('(# * #[0])', scale, input), together('mean(#)', input)],
    wide: [together('(# * [#, #])', wide, input, vector), together('[#, #]', input, input)],
    matrix: [together('outer(#, #)', input, vector), together('(# * #[0])', matrix, input)],
    int: [besideInput('position(over T)'), besideInput('(length(over T) - position(over T))')],
    bool: [u => u.input('keep')],
  }
}

/** Variables beside the vector `r` that was read out. */
export function leavesOfReadout(units: number): Leaves {
  const { scale, vector, wide, matrix } = parameters(units)
  return {
    vector: ['r', u => u.input('v'), vector],
    scalar: [scale, '0.5', '0', '1', '(-1)'],
    wide: [wide],
    matrix: [matrix],
    int: [u => u.input('n'), u => `(${u.input('n')} + 1)`],
    bool: [u => u.input('flag'), 'true', 'false'],
  }
}

const parameters = (units: number) =>
  ({
    scale: u => u.param('g', 'real'),
    vector: u => u.param('b', `[${units}]`),
    wide: u => u.param('w', `[2 * ${units}]`),
    matrix: u => u.param('W0', `[${units}, ${units}]`),
  }) as const satisfies Readonly<Record<string, Leaf>>

/** Joins several leaves to one, put in the places of `#`. */
const together =
  (text: string, ...leaves: readonly Leaf[]): Leaf =>
  unit => {
    const names = leaves.map(leaf => (typeof leaf === 'string' ? leaf : leaf(unit)))
    return text.replace(/#/g, () => names.shift() ?? '')
  }
