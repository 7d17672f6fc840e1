import type { Backend, Buffer } from '../../../compiler/backend/backend.ts'
import { algebraBy, numbers } from '../../../compiler/ir/algebra.ts'
import { atomCode, type Dim, format } from '../../../compiler/ir/dim.ts'
import { ops } from '../../../compiler/ir/ops/index.ts'
import { storedInputs } from '../../../compiler/plan/operands.ts'
import type {
  Indirect,
  Instruction,
  Operand,
  Buffer as Place,
  Plan,
  Pointwise,
  Step,
} from '../../../compiler/plan/plan.ts'

const size = (dim: Dim): string => `(${format(dim, atom => atomCode(atom, `sizes.${atom.name}`))})`

const name = ({ id }: Place): string => `b${id}`

const place = ({ offset, strides }: Operand, point: readonly string[]): string =>
  [size(offset), ...strides.map((stride, d) => `${point[d]} * ${size(stride)}`)].join(' + ')

/** The place that data says, and whether there is one. */
const further = (at: string, by: Indirect | undefined) =>
  by === undefined
    ? { there: at, exists: 'true' }
    : { there: `${at} + v${by.at} * ${size(by.stride)}`, exists: `v${by.at} >= 0 && v${by.at} < ${size(by.size)}` }

/** An operation as a call of its reference. */
const calls = algebraBy<string>(
  { constant: String, integer: String },
  op =>
    (...args) =>
      `numbers.${op}(${args.join()})`,
)

function value(i: Instruction, point: readonly string[]): string {
  switch (i.kind) {
    case 'constant':
      return String(i.value)
    case 'size':
      return size(i.dim)
    case 'position':
      return point[i.dim]
    case 'read': {
      const { there, exists } = further(place(i.from, point), i.indirect)
      return `${exists} ? ${name(i.from.buffer)}[${there}] : 0`
    }
    case 'apply': {
      const formula = ops.get(i.op)?.formula
      if (formula === undefined) throw new Error(`${i.op} is not pointwise`)
      return formula(
        calls,
        i.args.map(arg => `v${arg}`),
      )
    }
  }
}

const program = (list: readonly Instruction[], point: readonly string[]): string =>
  list.map((i, ref) => `const v${ref} = ${value(i, point)}`).join('\n')

const loops = (domain: readonly Dim[], indices: readonly string[], body: string): string =>
  domain.reduceRight(
    (inner, dim, d) => `for (let ${indices[d]} = 0; ${indices[d]} < ${size(dim)}; ${indices[d]}++) {\n${inner}\n}`,
    body,
  )

function pointwise({ domain, program: list, writes }: Pointwise): string {
  const point = domain.map((_, d) => `i${d}`)
  const stores = writes.map(({ to, value: ref, indirect, accumulate }) => {
    const { there, exists } = further(place(to, point), indirect)
    return `if (${exists}) ${name(to.buffer)}[${there}] ${accumulate ? '+=' : '='} v${ref}`
  })
  return loops(domain, point, [program(list, point), ...stores].join('\n'))
}

/** A step as a block, whose names are its own. */
const step = (s: Step): string => `{\n${lines(s)}\n}`

function lines(s: Step): string {
  switch (s.kind) {
    case 'map':
      return pointwise(s)
    case 'reduce': {
      const point = s.domain.map((_, d) => `i${d}`)
      const inner = s.over.map((_, d) => `k${d}`)
      const combined =
        s.combine === 'argmax'
          ? `if (k0 === 0 || v${s.value} > best) { best = v${s.value}; result = k0 }`
          : `result = ${calls[s.combine.op]('result', `v${s.value}`)}`
      const start = s.combine === 'argmax' ? 0 : s.combine.start
      const body = loops(s.over, inner, `${program(s.program, [...point, ...inner])}\n${combined}`)
      return loops(
        s.domain,
        point,
        `let best = 0\nlet result = ${start}\n${body}\n${name(s.to.buffer)}[${place(s.to, point)}] = result`,
      )
    }
    case 'gemm': {
      const { a, b, c, k, strongLeft, strongRight } = s
      const lead = s.batch.map((_, d) => `i${d}`)
      const [x, y] = [a, b].map(
        (o, i) => `${name(o.buffer)}[${place(o, i === 0 ? [...lead, 'i', 'l'] : [...lead, 'l', 'j'])}]`,
      )
      const zero = [...(strongLeft ? ['x === 0'] : []), ...(strongRight ? ['y === 0'] : [])].join(' || ')
      const sum = loops([k], ['l'], `const x = ${x}\nconst y = ${y}\nif (!(${zero || 'false'})) sum += x * y`)
      const product = loops(
        [...s.batch, s.m, s.n],
        [...lead, 'i', 'j'],
        `let sum = 0\n${sum}\n${name(c.buffer)}[${place(c, [...lead, 'i', 'j'])}] = sum`,
      )
      return s.tail === undefined ? product : `${product}\n${pointwise(s.tail)}`
    }
    case 'loop': {
      const t = `sizes.${s.index}`
      const head = s.reverse
        ? `${t} = ${size(s.length)} - 1; ${t} >= 0; ${t}--`
        : `${t} = 0; ${t} < ${size(s.length)}; ${t}++`
      return `for (${head}) {\n${s.steps.map(step).join('\n')}\n}`
    }
    case 'choice': {
      const [first, second] = s.ways.map(way => way.map(step).join('\n'))
      return `if (${size(s.less)} < ${size(s.than)}) {\n${first}\n} else {\n${second}\n}`
    }
  }
}

/** The text of a function of the sizes and the inputs. */
function emit(plan: Plan, real: string): string {
  const given = storedInputs(plan)
  const arrays = plan.buffers.map(
    b => `const ${name(b)} = new ${b.dtype === 'real' ? real : 'Int32Array'}(${size(b.size)})`,
  )
  const copies = [...given.values()]
    .flat()
    .map(p => `${name(p.operand.buffer)}.set(inputs[${JSON.stringify(p.name)}], ${size(p.operand.offset)})`)
  const back = plan.outputs.map(({ name: output, operand, shape }) => {
    const from = `${name(operand.buffer)}.subarray(${size(operand.offset)})`
    const length = shape.map(size).join(' * ') || '1'
    const key = JSON.stringify(output)
    return given.has(operand.buffer)
      ? `inputs[${key}].set(${from}.subarray(0, ${length})), [${key}, inputs[${key}]]`
      : `[${key}, ${from}.subarray(0, ${length})]`
  })
  const results = back.map(entry => `results.push((${entry}))`)
  return [
    ...arrays,
    ...copies,
    ...plan.steps.map(step),
    'const results = []',
    ...results,
    'return Object.fromEntries(results)',
  ].join('\n')
}

export const plain: Backend = {
  name: 'plain',
  refuses: () => undefined,
  load: (plan, precision) => {
    const text = emit(plan, precision === 'f32' ? 'Float32Array' : 'Float64Array')
    const run = new Function('numbers', 'sizes', 'inputs', text)
    return {
      backend: 'plain',
      store: inputs => ({ ...inputs }),
      run: (sizes, inputs): Record<string, Buffer> => run(numbers, { ...sizes }, inputs),
    }
  },
}
