// Turns each kernel of a plan into tasks of two kinds for a GPU, whose points are threads.
import type { Algebra } from '../../ir/algebra.ts'
import { asNumber, type Dim } from '../../ir/dim.ts'
import { folds } from '../../ir/ops/reductions.ts'
import { createProgram, pruned } from '../../plan/instructions.ts'
import type {
  Choice,
  GemmKernel,
  Indirect,
  Instruction,
  Kernel,
  Loop,
  MapKernel,
  Operand,
  Plan,
  Pointwise,
  Reduction,
  Ref,
  Step,
  Write,
} from '../../plan/plan.ts'
import { isSum } from '../../plan/reductions.ts'
import { collapseMap, collapseReduce } from '../../schedule/collapse.ts'

/** Computes one point in each thread. No two threads write one place. */
export interface Each extends Pointwise {
  readonly kind: 'each'
  readonly hint: string
}

/** Reduces for one point in each thread, and writes the result, or adds it to the old value. */
export interface Fold extends Reduction {
  readonly kind: 'fold'
  readonly hint: string
  readonly add: boolean
  /** The scatter that the fold was made from, if it was. */
  readonly scatter?: Scatter
}

/** Adds `value` to a place that depends on data: for every point of `domain`, and one after the other for all of `over`. */
export interface Scatter {
  readonly domain: readonly Dim[]
  readonly over: readonly Dim[]
  /** Its dimensions are those of `over`, then those of `domain`. */
  readonly program: readonly Instruction[]
  readonly value: Ref
  /** Has strides over `domain`. */
  readonly to: Operand
  readonly indirect: Indirect
}

export type Task = Each | Fold

/** Names the kind of a task for reports: a sum of products of two numbers counts as a matrix product. */
export function kindOf(task: Task): 'map' | 'reduce' | 'product' | 'scatter' {
  if (task.kind === 'each') return 'map'
  if (task.scatter !== undefined) return 'scatter'
  const last = task.program[task.value]
  const multiplies = last.kind === 'apply' && isProduct(last.op) && task.program.length === 3
  return isSum(task) && multiplies ? 'product' : 'reduce'
}

/** Tells whether an op multiplies; of a strong product the first operand has the strong zeros. */
export const isProduct = (op: string): boolean => op === 'mul' || op === 'strong_mul'

/** A plan's steps with tasks in place of kernels. */
export type TaskStep =
  | Task
  | { readonly kind: 'loop'; readonly loop: Omit<Loop, 'steps'>; readonly steps: readonly TaskStep[] }
  | {
      readonly kind: 'choice'
      readonly choice: Omit<Choice, 'ways'>
      readonly ways: readonly [readonly TaskStep[], readonly TaskStep[]]
    }

/** Turns the steps of a plan into tasks, each of which `change` may split into several. */
export function taskSteps(plan: Plan, change: (task: Task) => readonly Task[]): readonly TaskStep[] {
  const all = (steps: readonly Step[]): TaskStep[] =>
    steps.flatMap((step): readonly TaskStep[] => {
      switch (step.kind) {
        case 'loop':
          return [{ kind: 'loop', loop: step, steps: all(step.steps) }]
        case 'choice': {
          const [first, second] = step.ways
          return [{ kind: 'choice', choice: step, ways: [all(first), all(second)] }]
        }
        default:
          return tasksOf(step).flatMap(change)
      }
    })
  return all(plan.steps)
}

/** Turns a kernel into the tasks that, one after the other, do the same. */
function tasksOf(kernel: Kernel): Task[] {
  switch (kernel.kind) {
    case 'map':
      return ofMap(kernel)
    case 'reduce':
      return [fold({ ...kernel, add: false })]
    case 'gemm': {
      const { batch, m, n, k, a, b, c, hint, tail, strongLeft, strongRight } = kernel
      const lead = batch.length
      // The strides of a are [batch, m, k], of b [batch, k, n].
      const p = createProgram()
      const x = p.read({ ...a, strides: [...a.strides.slice(0, lead + 1), none, a.strides[lead + 1]] })
      const y = p.read({ ...b, strides: [...b.strides.slice(0, lead), none, b.strides[lead + 1], b.strides[lead]] })
      const product = fold({
        hint,
        domain: [...batch, m, n],
        over: [k],
        value: multiplied(p.algebra, x, y, { strongLeft, strongRight }),
        program: p.instructions,
        combine: folds.sum,
        to: c,
        add: false,
      })
      return [product, ...(tail === undefined ? [] : ofMap({ kind: 'map', ...tail, hint }))]
    }
  }
}

/** Multiplies two factors, the zeros of which may be strong. */
function multiplied(
  a: Algebra<Ref>,
  x: Ref,
  y: Ref,
  { strongLeft, strongRight }: Pick<GemmKernel, 'strongLeft' | 'strongRight'>,
): Ref {
  if (!strongLeft) return strongRight ? a.strong_mul(y, x) : a.mul(x, y)
  const product = a.strong_mul(x, y)
  return strongRight ? a.where(a.eq(y, a.constant(0)), a.constant(0), product) : product
}

const none: Dim = { terms: [] }

const fold = (parts: Omit<Fold, 'kind'>): Fold => {
  const { domain, over, program, to } = collapseReduce({ kind: 'reduce', ...parts })
  return { ...parts, kind: 'fold', domain, over, program, to }
}

/** Turns scatters into gathers: each element of the result sums the values that the indices send to it. */
function ofMap(kernel: MapKernel): Task[] {
  const adding = kernel.writes.filter(w => w.accumulate === true)
  const plain = kernel.writes.filter(w => w.accumulate !== true)
  const { hint, domain } = kernel
  const each = (writes: readonly Write[]): Each => ({
    kind: 'each',
    hint,
    ...collapseMap({ domain, ...pruned(kernel.program, writes) }),
  })
  return [...adding.map(w => gathered(kernel, w)), ...(plain.length === 0 ? [] : [each(plain)])]
}

/** Sums, for each place that a scatter may write, over the dimensions that the result does not have. */
function gathered({ hint, domain, program }: MapKernel, { value, to, indirect }: Write): Fold {
  const summed = domain.flatMap((_, d) => (asNumber(to.strides[d]) === 0 ? [d] : []))
  const kept = domain.flatMap((_, d) => (asNumber(to.strides[d]) === 0 ? [] : [d]))
  const rows = indirect === undefined ? [] : [indirect.size]
  /** The program with `order` as its dimensions, after the new dimensions `before`. */
  const reordered = (before: readonly Dim[], order: readonly number[]): Instruction[] =>
    program.map((i): Instruction => {
      if (i.kind === 'position') return { ...i, dim: before.length + order.indexOf(i.dim) }
      if (i.kind !== 'read') return i
      const strides = [...before.map(() => none), ...order.map(d => i.from.strides[d])]
      return { ...i, from: { ...i.from, strides } }
    })
  const moved = reordered(rows, [...kept, ...summed])
  const [own, over] = [kept, summed].map(dims => dims.map(d => domain[d]))
  const kinds = { hint, domain: [...rows, ...own], over }
  const strides = kept.map(d => to.strides[d])
  if (indirect === undefined)
    return fold({ ...kinds, program: moved, value, combine: folds.sum, to: { ...to, strides }, add: true })
  const { instructions, algebra: a, position } = createProgram(moved)
  const chosen = a.where(a.eq(position(0), indirect.at), value, a.constant(0))
  const scattered = reordered([], [...summed, ...kept])
  return fold({
    ...kinds,
    program: instructions,
    value: chosen,
    combine: folds.sum,
    to: { ...to, strides: [indirect.stride, ...strides] },
    add: true,
    scatter: { domain: own, over, program: scattered, value, to: { ...to, strides }, indirect },
  })
}
