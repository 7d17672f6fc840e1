// A model as boxes and the values that go between them.

/** The kind of a box, which decides how it looks. */
export type BoxKind = 'input' | 'target' | 'param' | 'state' | 'next' | 'port' | 'value' | 'unit' | 'output' | 'loss'

export interface Box {
  readonly kind: BoxKind
  readonly title: string
  /** Lines below the title. */
  readonly lines: readonly string[]
  /** The axis that a cell runs along, step by step. */
  readonly over?: string
  /** States that a step passes on to the next, for a cell without boxes inside. */
  readonly states: readonly string[]
  /** The units inside, with their own boxes. */
  readonly inside?: Diagram
  /** What leaves the box, in the order of its first use. */
  readonly ports: Port[]
}

/** A value that leaves a box. */
export interface Port {
  /** Empty for the value of the box itself; else the name of an output or a state. */
  readonly name: string
  /** The name that an equation gives to the value; empty if none does. */
  called: string
  readonly type: string
}

/** A box that a value comes from. */
export interface Source {
  readonly box: Box
  readonly port: Port
}

export interface Edge {
  readonly from: Source
  readonly to: Box
  /** The box inside `to` that takes the value. */
  readonly into?: Box
}

export interface Diagram {
  readonly boxes: Box[]
  readonly edges: Edge[]
  /** States and their next values. */
  readonly loops: { readonly state: Box; readonly next: Box }[]
  /** The boxes inside that give the values of the ports, by name. */
  readonly gives: Map<string, Box>
}

export const newBox = (kind: BoxKind, title: string, more: Partial<Box> = {}): Box => ({
  kind,
  title,
  lines: [],
  states: [],
  ports: [],
  ...more,
})

export const newDiagram = (): Diagram => ({ boxes: [], edges: [], loops: [], gives: new Map() })

/** The port of a box with that name; a new one has that type. */
export function portOf(box: Box, name: string, type: string): Source {
  const known = box.ports.find(p => p.name === name)
  if (known !== undefined) return { box, port: known }
  const port = { name, called: '', type }
  box.ports.push(port)
  return { box, port }
}
