// Products that sum a single term, as maps: these go by vectors along rows too, and need neither packing nor calls. So it is with an input of
// one number, or a layer of one unit.
import { asNumber, constant, type Dim, equal, multiply, rowMajor } from '../../ir/dim.ts'
import { createProgram, renamed, renamedWrite } from '../../plan/instructions.ts'
import { sameOperand } from '../../plan/operands.ts'
import type { GemmKernel, MapKernel, Operand, Plan, Pointwise, Ref, Step } from '../../plan/plan.ts'
import { mapBodies } from '../../plan/steps.ts'

/** The plan with a map in place of each such product and its tail. */
export const withMaps = (plan: Plan): Plan => ({ ...plan, steps: plan.steps.map(changed) })

const changed = (step: Step): Step =>
  step.kind === 'gemm' ? (mapOf(step) ?? step) : mapBodies(step, steps => steps.map(changed))

/** Multiplies the factors at each point, and goes on as the tail does; undefined if there are more terms, or both factors are strong. */
function mapOf(gemm: GemmKernel): MapKernel | undefined {
  const { batch, m, n, k, a, b, c, strongLeft, strongRight, tail, hint, span } = gemm
  if (asNumber(k) !== 1 || (strongLeft && strongRight)) return undefined
  const points = [...batch, m, n]
  const domain = tail?.domain ?? points
  const runs = runsOf(domain, points)
  if (runs === undefined) return undefined
  const over = (o: Operand, strides: readonly Dim[]): Operand => ({ ...o, strides: strides.flatMap(spread(runs)) })
  const rank = batch.length
  const program = createProgram()
  const left = program.read(over(a, a.strides.with(rank + 1, constant(0))))
  const right = program.read(over(b, b.strides.with(rank, constant(0))))
  const factors = strongRight ? [right, left] : [left, right]
  const sum = program.apply(strongLeft || strongRight ? 'strong_mul' : 'mul', 'real', factors)
  const to = over(c, c.strides)
  const { instructions, writes } = withTail(program, { sum, to, tail })
  return { kind: 'map', hint, ...(span && { span }), domain, program: instructions, writes }
}

interface Ending {
  /** The value at a point, and where it lies until the tail has run. */
  readonly sum: Ref
  readonly to: Operand
  readonly tail: Pointwise | undefined
}

/** Continues a program by the tail, which takes the sum as it is; the sum is stored where the tail puts nothing else. */
function withTail(program: ReturnType<typeof createProgram>, { sum, to, tail }: Ending) {
  const refs: Ref[] = []
  const name = (ref: Ref): Ref => refs[ref]
  for (const i of tail?.program ?? []) {
    const isSum = i.kind === 'read' && i.indirect === undefined && sameOperand(i.from, to)
    refs.push(isSum ? sum : program.add(renamed(i, name)))
  }
  const rest = tail?.writes ?? []
  const writes = rest.map(w => renamedWrite(w, name))
  const stored = rest.some(w => sameOperand(w.to, to)) ? writes : [{ value: sum, to }, ...writes]
  return { instructions: program.instructions, writes: stored }
}

/** The dimensions of a domain that stand for each dimension of a product; undefined if they do not correspond. */
function runsOf(domain: readonly Dim[], points: readonly Dim[]): readonly (readonly Dim[])[] | undefined {
  let from = 0
  const runs = points.map(size => {
    let all = constant(1)
    const start = from
    do all = multiply(all, domain[from++] ?? constant(1))
    while (from < domain.length && !equal(all, size))
    return equal(all, size) ? domain.slice(start, from) : undefined
  })
  return from === domain.length && runs.every(run => run !== undefined) ? runs : undefined
}

/** A stride along a dimension of a product, as strides along those of the domain. */
const spread =
  (runs: readonly (readonly Dim[])[]) =>
  (stride: Dim, dim: number): readonly Dim[] =>
    rowMajor(runs[dim]).map(step => multiply(step, stride))
