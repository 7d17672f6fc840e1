// Writes a program: units note the declarations that they need as their expressions are printed, and nothing else is declared.
import type { Draft } from './draft.ts'
import { type Leaves, printTree, type UnitText } from './tree.ts'

export interface Program {
  /** A unit of the fuzzer's own, written above the others on first use. */
  define(name: string, text: string): void
  /** A random cell, written on first use: its name, and the inputs and states that it turned out to have. */
  cell(n: number): WrittenCell
}

export interface WrittenCell {
  readonly name: string
  readonly inputs: readonly string[]
  /** The states that are vectors. */
  readonly vectors: readonly string[]
}

interface Unit extends UnitText {
  /** The declarations and the equations of further states, as lines. */
  readonly declarations: () => string[]
  readonly closing: () => string[]
  readonly params: ReadonlyMap<string, string>
  readonly inputs: ReadonlySet<string>
}

/** A unit whose inputs have these types. */
export function createUnit(program: Program, units: string, types: Readonly<Record<string, string>>): Unit {
  const inputs = new Set<string>()
  const params = new Map<string, string>()
  const parts = new Map<string, string>()
  const states = new Map<string, { type: string; next: string }>()
  const listed = (keyword: string, entries: Iterable<readonly [string, string]>): string[] =>
    [...entries].map(([name, type]) => `  ${keyword} ${name}: ${type}`)
  return {
    units,
    program,
    params,
    inputs,
    input: name => {
      inputs.add(name)
      return name
    },
    param: (name, type) => {
      params.set(name, type)
      return name
    },
    part: (name, recipe) => {
      parts.set(name, recipe)
      return name
    },
    state: (name, type, next) => {
      if (!states.has(name)) states.set(name, { type, next })
      return name
    },
    declarations: () => [
      ...listed(
        'input',
        [...inputs].map(name => [name, types[name]] as const),
      ),
      ...[...parts].map(([name, recipe]) => `  part ${name} = ${recipe}`),
      ...listed('param', params),
      ...listed(
        'state',
        [...states].map(([name, { type }]) => [name, type] as const),
      ),
    ],
    closing: () => [...states].map(([name, { next }]) => `  ${name}' = ${next}`),
  }
}

/** The random cells of a draft, written as they are asked for. */
export function createProgram(cells: Draft['cells']): Program & { readonly text: () => string[] } {
  const defined = new Map<string, string>()
  const written = new Map<number, WrittenCell>()
  const program: Program = {
    define: (name, text) => {
      defined.set(name, text)
    },
    cell: n => {
      const place = n % cells.length
      const known = written.get(place)
      if (known !== undefined) return known
      const { cell, text } = writeCell(program, cells[place], `C${place}`)
      defined.set(cell.name, text)
      written.set(place, cell)
      return cell
    },
  }
  return { ...program, text: () => [...defined.values()] }
}

const inputTypes = { x: '[units]', keep: 'bool', ids: 'token of 4', m: '[units] over S' }

const stateTypes = { vector: '[units]', scalar: 'real', matrix: '[units, units]' } as const

/** Makes a vector depend on a state: `#` stands for the vector, `$` for the state. */
const following = { vector: '# + $', scalar: '# * (1 + $)', matrix: '$ @ #' } as const

function writeCell(
  program: Program,
  { states, result, shows, passes }: Draft['cells'][number],
  name: string,
): { cell: WrittenCell; text: string } {
  const unit = createUnit(program, 'units', inputTypes)
  const named = states.map((s, i) => ({ ...s, name: `s${i}` }))
  const ofKind = (kind: string, suffix: string, upTo = states.length): string[] =>
    named.slice(0, upTo).flatMap(s => (s.kind === kind ? [`${s.name}${suffix}`] : []))
  /** A state's equation may read the new values of the states before it. */
  const leaves = (upTo: number): Leaves => ({
    vector: [...ofKind('vector', ''), u => u.input('x'), ...ofKind('vector', "'", upTo), u => u.param('b', '[units]')],
    scalar: [
      ...ofKind('scalar', ''),
      u => u.param('g', 'real'),
      ...ofKind('scalar', "'", upTo),
      '0.5',
      '0',
      '1',
      '(-1)',
    ],
    matrix: [...ofKind('matrix', ''), u => u.param('W0', '[units, units]'), ...ofKind('matrix', "'", upTo)],
    wide: [u => u.param('w', '[2 * units]')],
    int: [u => u.state('t', 'int', 't + 1'), u => `(${u.state('t', 'int', 't + 1')} + 1)`],
    bool: [u => u.input('keep'), 'true', 'false'],
  })
  const equations = named.map(({ name: s, bound, next }, i) => {
    const value = printTree(next, leaves(i), unit)
    if (bound === 'kept') return `  ${s}' = ${s}`
    return `  ${s}' = ${bound === 'mix' ? `0.5 * ${s} + 0.5 * tanh(${value})` : `${bound}(${value})`}`
  })
  const own = printTree(result, leaves(states.length), unit)
  const returned = shows
    ? named.reduce((text, s) => `(${following[s.kind]})`.replace('#', () => text).replace('$', () => `${s.name}'`), own)
    : own
  if (!['x', 'keep', 'ids'].some(input => unit.inputs.has(input))) unit.input('x')
  const declared = named.map(({ name: s, kind, init }) => {
    const type = stateTypes[kind]
    const start = init === 'learned' ? ` = ${unit.param(`start_${s}`, type)}` : init === 'number' ? ' = 0.3' : ''
    return `  state ${s}: ${type}${start}`
  })
  const lines = [
    `cell ${name}(units) {`,
    ...unit.declarations(),
    ...declared,
    ...equations,
    ...unit.closing(),
    ...(passes && unit.inputs.has('x') ? ['  output passed = x'] : []),
    `  return ${shows || 'form' in result ? `tanh(${returned})` : returned}`,
    '}',
  ]
  return { cell: { name, inputs: [...unit.inputs], vectors: ofKind('vector', '') }, text: lines.join('\n') }
}
