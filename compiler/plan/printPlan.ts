// Prints a plan as text, for reading and for golden tests.
import { asNumber, type Dim, format } from '../ir/dim.ts'
import { parallelDims } from './parallelDims.ts'
import type {
  Buffer,
  Indirect,
  Instruction,
  Kernel,
  MapKernel,
  Operand,
  Plan,
  Pointwise,
  Port,
  Reduction,
  Ref,
  Step,
} from './plan.ts'
import { portBuffers } from './ports.ts'

/** Prints a plan, deterministically: buffers have their names, numbered where one occurs twice, or else `$1`, … */
export function printPlan(plan: Plan): string {
  const name = bufferNames(plan)
  const port = (label: string, { name: of, operand, shape }: Port): string =>
    `  ${label} ${of} = ${name(operand.buffer)}${start(operand)}${list(shape)}`
  const ports = portBuffers(plan)
  return [
    `plan ${plan.name} {`,
    ...plan.inputs.map(p => port(plan.fixed?.includes(p.name) ? 'fixed input' : 'input', p)),
    ...plan.outputs.map(p => port('output', p)),
    ...plan.buffers.filter(b => !ports.has(b)).map(b => `  buffer ${name(b)}: ${b.dtype} ${format(b.size)}`),
    ...plan.steps.flatMap(step => stepLines(step, name)).map(line => `  ${line}`),
    '}',
    '',
  ].join('\n')
}

type Namer = (buffer: Buffer) => string

function bufferNames(plan: Plan): Namer {
  const taken = new Set<string>()
  const names = new Map<Buffer, string>()
  for (const buffer of plan.buffers) {
    const base = buffer.hint === '' ? '$' : buffer.hint
    let name = buffer.hint === '' ? '$1' : base
    for (let i = 2; taken.has(name); i++) name = `${base}${i}`
    taken.add(name)
    names.set(buffer, name)
  }
  return buffer => names.get(buffer) ?? `?${buffer.id}`
}

const list = (dims: readonly Dim[]): string => `[${dims.map(d => format(d)).join(', ')}]`

function stepLines(step: Step, name: Namer): string[] {
  const indented = (steps: readonly Step[]): string[] => steps.flatMap(s => stepLines(s, name)).map(line => `  ${line}`)
  if (step.kind === 'choice') {
    const [first, second] = step.ways.map(indented)
    return [
      `if ${format(step.less)} < ${format(step.than)} {${comment(step.hint)}`,
      ...first,
      '} else {',
      ...second,
      '}',
    ]
  }
  if (step.kind !== 'loop') return kernelLines(step, name)
  const order = step.reverse ? 'down from' : 'up to'
  return [`loop ${step.index} ${order} ${format(step.length)} {${comment(step.hint)}`, ...indented(step.steps), '}']
}

const comment = (hint: string): string => (hint === '' ? '' : ` # ${hint}`)

function kernelLines(kernel: Kernel, name: Namer): string[] {
  switch (kernel.kind) {
    case 'gemm': {
      const { batch, m, n, k, a, b, c, strongLeft, strongRight } = kernel
      const sizes = `${batch.length === 0 ? '' : `${list(batch)} of `}${format(m)} x ${format(k)} x ${format(n)}`
      const factor = (of: Operand, strong: boolean): string => `${strong ? 'strong ' : ''}${operand(of, name)}`
      const product = `${factor(a, strongLeft)} @ ${factor(b, strongRight)}`
      const head = `gemm ${sizes}: ${operand(c, name)} = ${product}`
      const { tail } = kernel
      if (tail === undefined) return [`${head}${comment(kernel.hint)}`]
      return [`${head} then ${list(tail.domain)} {${comment(kernel.hint)}`, ...elementwise(tail, name), '}']
    }
    case 'map':
      return [
        `map ${list(kernel.domain)}${inOrder(kernel)} {${comment(kernel.hint)}`,
        ...elementwise(kernel, name),
        '}',
      ]
    case 'reduce': {
      const { domain, over, combine, to, value, hint } = kernel
      const head = `reduce ${list(domain)} over ${list(over)} {${comment(hint)}`
      return [
        head,
        ...program(kernel.program, name),
        `  ${operand(to, name)} = ${combineText(combine)} ${ref(value)}`,
        '}',
      ]
    }
  }
}

const combineText = (combine: Reduction['combine']): string =>
  combine === 'argmax' ? combine : `${combine.op} from ${combine.start} of`

/** Prints the dimensions of a map along which its points are visited in order. */
function inOrder(kernel: MapKernel): string {
  const parallel = parallelDims(kernel)
  const ordered = kernel.domain.filter((_, d) => !parallel.includes(d))
  return ordered.length === 0 ? '' : ` in order of ${list(ordered)}`
}

const ref = (r: Ref): string => `%${r}`

const elementwise = (kernel: Pointwise, name: Namer): string[] => [
  ...program(kernel.program, name),
  ...kernel.writes.map(w => {
    const sign = w.accumulate === true ? '+=' : '='
    return `  ${operand(w.to, name)}${indirect(w.indirect)} ${sign} ${ref(w.value)}`
  }),
]

const program = (instructions: readonly Instruction[], name: Namer): string[] =>
  instructions.map((instruction, i) => `  ${ref(i)}: ${instruction.dtype} = ${text(instruction, name)}`)

function text(instruction: Instruction, name: Namer): string {
  switch (instruction.kind) {
    case 'read':
      return `${operand(instruction.from, name)}${indirect(instruction.indirect)}`
    case 'position':
      return `position ${instruction.dim}`
    case 'constant':
      return `constant ${Object.is(instruction.value, -0) ? '-0' : instruction.value}`
    case 'size':
      return `size ${format(instruction.dim)}`
    case 'apply':
      return `${instruction.op} ${instruction.args.map(ref).join(' ')}`
  }
}

/** `h + 4*t (4, 1)`: buffer, offset, strides. */
function operand(o: Operand, name: Namer): string {
  return `${name(o.buffer)}${start(o)} (${o.strides.map(s => format(s)).join(', ')})`
}

const start = ({ offset }: Operand): string => (asNumber(offset) === 0 ? '' : ` + ${format(offset)}`)

const indirect = (i: Indirect | undefined): string =>
  i === undefined ? '' : ` at ${ref(i.at)}*${format(i.stride)} < ${format(i.size)}`
