// Random expressions: trees of typed forms, each a line of the language with holes.
import type { Program } from './randomProgram.ts'

/** Kind of the value of an expression. In a model it is one value for each step, except of bools and ints that say otherwise. */
export type Kind = 'scalar' | 'vector' | 'wide' | 'matrix' | 'int' | 'bool'

export interface Form {
  readonly gives: Kind
  readonly takes: readonly Kind[]
  /** Text with `#0`, `#1`, … for the operands; it declares anything else that it needs in the program that is being written. */
  readonly text: string | ((args: readonly string[], unit: UnitText) => string)
  /** It has a kink or a jump in its operands. */
  readonly kink?: boolean
}

/** Form without the kind that it gives: its text, and the kinds that it takes. */
export type Line = readonly [text: Form['text'], ...takes: Kind[]]

/** Forms that give the same kind; with `kink` each of them has one. */
export const all = (gives: Kind, lines: readonly Line[], kink = false): Form[] =>
  lines.map(([text, ...takes]) => ({ gives, takes, text, ...(kink && { kink }) }))

/** Declarations that a form may make in the unit that its expression stands in; each is written once, and only if it is used. */
export interface UnitText {
  /** The size of a vector, as this unit writes it. */
  readonly units: string
  readonly program: Program
  param(name: string, type: string): string
  part(name: string, recipe: string): string
  input(name: string): string
  /** A further state of the cell, with its equation. */
  state(name: string, type: string, next: string): string
}

export type Tree =
  | { readonly form: Form; readonly of: readonly Tree[] }
  /** The n-th variable of a kind, counted modulo their number. */
  | { readonly leaf: number; readonly kind: Kind }

/** Draws a number below n. */
export type Draw = (n: number) => number

const kindOf = (tree: Tree): Kind => ('form' in tree ? tree.form.gives : tree.kind)

/** Draws a tree of some kind, no deeper than `depth`. One form of two is a favoured one, where any fits. */
export function drawTree(
  forms: readonly Form[],
  kind: Kind,
  depth: number,
  draw: Draw,
  favoured: ReadonlySet<Form>,
): Tree {
  const all = forms.filter(f => f.gives === kind)
  const some = draw(2) === 0 ? all.filter(f => favoured.has(f)) : []
  const fitting = some.length > 0 ? some : all
  if (depth === 0 || fitting.length === 0 || draw(5) === 0) return { leaf: draw(8), kind }
  const form = fitting[draw(fitting.length)]
  return { form, of: form.takes.map(k => drawTree(forms, k, depth - 1, draw, favoured)) }
}

/** Replaces a random part of a tree by a new one. */
export function grafted(tree: Tree, forms: readonly Form[], draw: Draw, favoured: ReadonlySet<Form>): Tree {
  if (!('form' in tree) || tree.of.length === 0 || draw(3) === 0)
    return drawTree(forms, kindOf(tree), 2, draw, favoured)
  const place = draw(tree.of.length)
  return { ...tree, of: tree.of.with(place, grafted(tree.of[place], forms, draw, favoured)) }
}

/** Name, or a function that declares it on first use. */
export type Leaf = string | ((unit: UnitText) => string)

/** The variables of each kind that an expression may name. */
export type Leaves = Readonly<Record<Kind, readonly Leaf[]>>

export function printTree(tree: Tree, leaves: Leaves, unit: UnitText): string {
  if (!('form' in tree)) {
    const names = leaves[tree.kind]
    const name = names[tree.leaf % names.length]
    return typeof name === 'string' ? name : name(unit)
  }
  const args = tree.of.map(t => printTree(t, leaves, unit))
  const { text } = tree.form
  return typeof text === 'string' ? text.replace(/#(\d)/g, (_, i) => args[Number(i)]) : text(args, unit)
}

/** Yields trees with less in them, the smallest first. */
export function* smallerTrees(tree: Tree): Generator<Tree> {
  if (!('form' in tree)) {
    if (tree.leaf > 0) yield { ...tree, leaf: 0 }
    return
  }
  yield { leaf: 0, kind: tree.form.gives }
  yield* inside(tree, tree.form.gives)
  for (const [i, child] of tree.of.entries()) {
    for (const smaller of smallerTrees(child)) yield { ...tree, of: tree.of.with(i, smaller) }
  }
}

/** The trees of a kind somewhere inside another. */
function* inside(tree: Tree, kind: Kind): Generator<Tree> {
  if (!('form' in tree)) return
  for (const child of tree.of) {
    if (kindOf(child) === kind) yield child
    yield* inside(child, kind)
  }
}
