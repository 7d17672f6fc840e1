// Checks which statements are allowed in which block, and which blocks need a `return`.
import type { Fn, Program, Statement, Unit } from './ast.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'

type Block = Unit['unit'] | 'fn'
type Kind = Statement['kind']

const allowed: Readonly<Record<Block, readonly Kind[]>> = {
  cell: ['input', 'param', 'state', 'part', 'output', 'return', 'equation'],
  layer: ['input', 'param', 'part', 'output', 'return', 'equation'],
  model: ['input', 'target', 'param', 'part', 'output', 'loss', 'metric', 'predict', 'equation'],
  fn: ['return', 'equation'],
}

const blocks: readonly Block[] = ['layer', 'cell', 'model', 'fn']

const inWords: Readonly<Record<Block, string>> = { cell: 'a cell', layer: 'a layer', model: 'a model', fn: 'an fn' }

const advice: Partial<Record<Kind, string>> = {
  state: 'only a `cell` has states',
  param: 'only a `layer`, a `cell` or a `model` has weights',
  part: 'only a `layer`, a `cell` or a `model` has parts',
  input: 'the inputs of an fn are its arguments: `fn f(x) = …`',
  target: 'targets belong to a `model`',
  loss: 'losses belong to a `model`',
  metric: 'metrics belong to a `model`',
  predict: 'predictions belong to a `model`',
  return: 'a model gives its results with `output` and `predict`',
}

/** Reports the statements of a program in the wrong place (RNN114), and missing returns (RNN115). */
export function misplaced(program: Program): Diagnostic[] {
  return program.items.flatMap(item => {
    if (item.kind === 'unit') return inBlock(item.unit, item)
    return item.kind === 'fn' ? inBlock('fn', item) : []
  })
}

function inBlock(block: Block, { name, body }: Unit | Fn): Diagnostic[] {
  const wrong = body.filter(({ kind }) => !allowed[block].includes(kind))
  const refused = ({ kind, span }: Statement, help = advice[kind]): Diagnostic =>
    diagnostic('RNN114', { statement: kind, place: inWords[block] }, { span, help })
  // Where all statements are those of another block, its keyword is what is wrong, and one message says so.
  const meant = wrong.length > 1 ? blocks.find(b => body.every(({ kind }) => allowed[b].includes(kind))) : undefined
  if (meant !== undefined)
    return [refused(wrong[0], `${inWords[meant]} may have all of these: \`${meant} ${name.text}\``)]
  const found = wrong.map(s => refused(s))
  const returns = block === 'cell' || block === 'model' || body.some(({ kind }) => kind === 'return')
  if (returns) return found
  return [...found, diagnostic('RNN115', { kind: block, name: name.text }, { span: name.span })]
}
