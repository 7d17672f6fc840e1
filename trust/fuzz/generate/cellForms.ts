// The random cells of a program, applied to its sequences: forward and backward, shared, begun with given states.
import type { Form, UnitText } from './tree.ts'

/** Calls the n-th cell on a sequence: `wrap` stands around the arguments that go along time, and around the result. */
function call(
  unit: UnitText,
  n: number,
  copy: string,
  x: string,
  {
    wrap = text => text,
    given = () => [],
    keep,
  }: { wrap?: (text: string) => string; given?: (vectors: readonly string[]) => string[]; keep?: string } = {},
): string {
  const cell = unit.program.cell(n)
  const part = unit.part(`${cell.name.toLowerCase()}_${copy}`, `${cell.name}(${unit.units})`)
  // A literal has no time axis, so that another argument must have one.
  const steps = cell.inputs.includes('x') || cell.inputs.includes('ids')
  const args = cell.inputs.map(input => {
    if (input === 'm') return unit.input('m')
    if (input === 'keep' && keep !== undefined && steps) return keep
    return wrap(input === 'x' ? x : unit.input(input))
  })
  return wrap(`${part}(${[...args, ...given(cell.vectors)].join(', ')})`)
}

const reversed = (text: string): string => `reverse(${text})`

/** A cell that takes the logarithms of the probabilities that it is given, applied to some. */
const surprised = (name: string, logs: string, result: (run: string) => string): Form => ({
  gives: 'vector',
  takes: ['vector'],
  text: ([x], unit) => {
    const cell = `cell ${name}(units) {
  input p: [units]
  state h: [units]
  h' = 0.5 * h ${logs}
  return h'
}`
    unit.program.define(name, cell)
    return result(`${unit.part(name.toLowerCase(), `${name}(${unit.units})`)}(sigmoid(2 * tanh(${x})))`)
  },
})

/** The random cells over a sequence, in its order. */
export const plainCells: readonly Form[] = [0, 1].map(n => ({
  gives: 'vector',
  takes: ['vector'],
  text: ([x], unit) => call(unit, n, 'a', x),
}))

export const cellForms: readonly Form[] = [0, 1]
  .flatMap((n): Form[] => [
    plainCells[n],
    { gives: 'vector', takes: ['vector'], text: ([x], unit) => call(unit, n, 'b', x, { wrap: reversed }) },
    // Two places with one set of weights.
    {
      gives: 'vector',
      takes: ['vector', 'vector'],
      text: ([x, y], unit) => `(${call(unit, n, 'a', x)} * ${call(unit, n, 'a', y, { wrap: reversed })})`,
    },
    {
      gives: 'vector',
      takes: ['vector', 'vector'],
      text: ([x, y], unit) =>
        call(unit, n, 'a', x, { keep: 'true', given: vectors => vectors.slice(0, 1).map(s => `${s} = last(${y})`) }),
    },
    {
      gives: 'vector',
      takes: ['vector'],
      text: ([x], unit) => {
        const [first] = unit.program.cell(n).vectors
        const run = call(unit, n, 'a', x)
        return first === undefined ? run : `repeat(${run}.final.${first}, over T)`
      },
    },
    // The result of each step, and the final state.
    {
      gives: 'vector',
      takes: ['vector'],
      text: ([x], unit) => {
        const [first] = unit.program.cell(n).vectors
        const run = call(unit, n, 'a', x)
        return first === undefined ? run : `(${run} + repeat(${run}.final.${first}, over T))`
      },
    },
  ])
  .concat(
    surprised('Surprise', '- 0.2 * log(p) + 0.1 * log(1 - p)', run => run),
    surprised('Certainty', '- 0.2 * log(p)', run => `(${run} + repeat(${run}.final.h, over T))`),
  )
