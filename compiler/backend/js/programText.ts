// Writes the whole module: helpers, a function for each kernel and each loop, and `create`, which owns the buffers.
import { atomCode, product } from '../../ir/dim.ts'
import { buffersOfWays } from '../../plan/choiceBuffers.ts'
import { type Packings, packingsOf } from '../../plan/packings.ts'
import type { Choice, Kernel, Loop, Plan, Step } from '../../plan/plan.ts'
import { inputBuffers, overwritingOutputs } from '../../plan/ports.ts'
import { storedInputs } from '../../plan/storedInputs.ts'
import { arrayTypeName } from '../arrays.ts'
import type { Precision } from '../backend.ts'
import { bindCall, bindNames, bindText } from './bind.ts'
import { zerosNames, zerosText } from './columnSums.ts'
import { packingRule } from './directProduct.ts'
import { exponentialNames, exponentialsText } from './exponentials.ts'
import { gemmNames, gemmText } from './gemm.ts'
import { joinNames, joinText } from './join.ts'
import { describe, kernelLines, packLines } from './kernels.ts'
import { createModuleNames, type ModuleNames } from './moduleNames.ts'
import { repairNames, repairText } from './strongSums.ts'
import { createWriter, parameters, useAll, type Writer } from './writer.ts'

const helperNames = ['view', 'size']

const helpers = `function size(sizes, name) {
  if (!Object.hasOwn(sizes, name)) throw new Error(\`size \${name} is not known\`)
  return sizes[name]
}

function view(before, array, length) {
  return before.length === length && before.buffer === array.buffer ? before : array.subarray(0, length)
}
`

/** Gives the program that runs a plan: `create`, after the words `before`, and the functions that it needs. */
export function programText(plan: Plan, precision: Precision, before: 'export ' | ''): string {
  const packings = packingsOf(plan, packingRule)
  const names = createModuleNames(plan, packings.buffers, [
    ...helperNames,
    ...bindNames,
    ...gemmNames,
    ...repairNames,
    ...exponentialNames,
    ...zerosNames,
    ...joinNames,
  ])
  const module: Module = { names, packings, precision, functions: [] }
  const run = createWriter(names, precision)
  const calls = plan.steps.flatMap(step => stepCall(step, module, run))
  const arrays = ownArrays(plan, packings, precision)
  const inputs = boundInputs(plan, names, run)
  const grown = growing(plan, arrays, run)
  const results = givenBack(plan, names, run, precision)
  // Declares the sizes last: everything above may add to those in use.
  const sizes = [...run.used.atoms].map(
    ({ atom, name }) => `const ${name} = ${atomCode(atom, `size(sizes, '${atom.name}')`)}`,
  )
  const reals = precision === 'f32' ? '32-bit floats' : '64-bit floats'
  return [
    `// ${plan.name}: plain JavaScript over ${reals}, written by rnnc.\n`,
    `${before}function create() {`,
    ...indent(
      arrays.map(({ buffer, type }) => `let ${run.buffer(buffer)} = new ${type}(0)`),
      1,
    ),
    ...indent(
      [...results.flatMap(r => r.declare ?? []), ...inputs.joints.map(j => `const ${j.join} = createJoin()`)],
      1,
    ),
    '',
    '  function bind(sizes, inputs) {',
    ...indent([...sizes, ...inputs.bound, ...grown, ...results.flatMap(r => r.update ?? [])], 2),
    `    const results = { ${results.map(r => r.entry).join(', ')} }`.replace('{  }', '{}'),
    '    return () => {',
    ...indent([...calls, ...inputs.returned, 'return results'], 3),
    '    }',
    '  }',
    '',
    ...(inputs.joints.length === 0 ? [] : joinTextOf(inputs.joints.map(j => j.ports.map(p => p.name)))),
    `  const run = (sizes, inputs) => bind(sizes, inputs)()`,
    `  return { backend: 'js', store${inputs.joints.length === 0 ? ': inputs => inputs' : ''}, bind, run }`,
    '}',
    '',
    ...module.functions,
    ...helpersFor(module, inputs.joints.length > 0),
  ].join('\n')
}

/** Lists the arrays that a program owns: the plan's buffers except its inputs, and those of packed operands. */
function ownArrays(plan: Plan, packings: Packings, precision: Precision) {
  const inputs = inputBuffers(plan)
  return [
    ...plan.buffers
      .filter(b => !inputs.has(b))
      .map(buffer => ({ buffer, type: arrayTypeName(buffer.dtype, precision) })),
    ...packings.buffers.map(buffer => ({ buffer, type: 'Float64Array' })),
  ]
}

/** Gives the lines that make arrays long enough for a run; a buffer of only one way of a choice grows only where that way is taken. */
function growing(plan: Plan, arrays: ReturnType<typeof ownArrays>, run: Writer): string[] {
  const onlyOneWay = buffersOfWays(plan)
  return arrays.map(({ buffer, type }) => {
    const name = run.buffer(buffer)
    const length = run.size(buffer.size)
    const way = onlyOneWay.get(buffer)
    const taken = way === undefined ? '' : `${way.first ? '' : '!'}(${choiceTest(way, run)}) && `
    return `if (${taken}${name}.length < ${length}) ${name} = new ${type}(${length})`
  })
}

/** Gives the lines that bind inputs to names; inputs that share a buffer are joined, and copied back if a result overwrites them. */
function boundInputs(plan: Plan, names: ModuleNames, run: Writer) {
  const stored = [...storedInputs(plan)].map(([buffer, ports]) => {
    const binds = ports.map(({ name, shape }) => bindCall(buffer.dtype, name, run.size(product(shape))))
    const own = (what: string): string => (ports.length > 1 ? names.fresh(`${run.buffer(buffer)}_${what}`) : '')
    return { ports, buffer: run.buffer(buffer), binds, parts: own('parts'), join: own('join') }
  })
  const joints = stored.filter(s => s.parts !== '')
  const bound = stored.flatMap(({ buffer, binds, parts, join }) =>
    parts === ''
      ? [`const ${buffer} = ${binds[0]}`]
      : [`const ${parts} = [`, ...binds.map(b => `  ${b},`), ']', `const ${buffer} = joined(${join}, ${parts})`],
  )
  const moved = overwritingOutputs(plan)
  const returned = joints.flatMap(({ ports, buffer, parts }) =>
    ports.some(p => moved.has(p.name)) ? [`handBack(${buffer}, ${parts})`] : [],
  )
  return { joints, bound, returned }
}

/** Gives each output as an entry of the results: a view, renewed where its array or length changes, or the input that it overwrites. */
function givenBack(plan: Plan, names: ModuleNames, run: Writer, precision: Precision) {
  const moved = overwritingOutputs(plan)
  return plan.outputs.map(({ name, operand: { buffer }, shape }) => {
    const key = JSON.stringify(name)
    if (moved.has(name)) return { entry: `${key}: inputs[${key}]` }
    const own = names.fresh(`${run.buffer(buffer)}_view`)
    return {
      declare: `let ${own} = new ${arrayTypeName(buffer.dtype, precision)}(0)`,
      update: `${own} = view(${own}, ${run.buffer(buffer)}, ${run.size(product(shape))})`,
      entry: `${key}: ${own}`,
    }
  })
}

/** Gives the texts of the helpers that the functions call. */
function helpersFor({ functions, precision }: Module, joins: boolean): string[] {
  const uses = (helper: RegExp): boolean => functions.some(f => helper.test(f))
  return [
    ...(uses(/\bgemm(Packed)?\(/) ? [gemmText(precision)] : []),
    ...(uses(/\brepair\(/) ? [repairText] : []),
    ...(uses(/\b(exp|tanh)32\(/) ? [exponentialsText] : []),
    ...(uses(/\bzeros\(/) ? [zerosText] : []),
    ...(joins ? [joinText] : []),
    bindText(precision),
    helpers,
  ]
}

const joinTextOf = (groups: readonly (readonly string[])[]): string[] => [
  '  // Stores inputs that are read as one array end to end.',
  '  function store(inputs) {',
  '    const stored = { ...inputs }',
  ...groups.map(names => `    storeJoined(stored, ${JSON.stringify(names)})`),
  '    return stored',
  '  }',
  '',
]

const choiceTest = ({ less, than }: Pick<Choice, 'less' | 'than'>, writer: Writer): string =>
  `${writer.size(less)} < ${writer.size(than)}`

/** State that the functions of a module share. */
interface Module {
  readonly names: ModuleNames
  readonly packings: Packings
  readonly precision: Precision
  /** The texts of the functions written so far. */
  readonly functions: string[]
}

/** Writes the functions of a step, and gives the lines that call them; adds the names that these use to `caller`. */
function stepCall(step: Step, module: Module, caller: Writer): string[] {
  if (step.kind === 'choice') {
    const [first, second] = step.ways.map(steps => steps.flatMap(s => stepCall(s, module, caller)))
    return [`if (${choiceTest(step, caller)}) {`, ...indent(first, 1), '} else {', ...indent(second, 1), '}']
  }
  if (step.kind !== 'loop') {
    const packed = step.kind === 'gemm' ? module.packings.products.get(step) : undefined
    const lines = (writer: Writer): string[] => kernelLines(step, writer, packed)
    return define(functionName(step), describe(step), lines, module, caller)
  }
  const packs = (module.packings.before.get(step) ?? []).flatMap(packing => {
    const { hint } = packing.kernel.b.buffer
    const comment = `lays out ${hint === '' ? 'constant operands' : hint} for the products of the loop`
    return define(hint === '' ? 'pack' : `pack_${hint}`, comment, writer => packLines(packing, writer), module, caller)
  })
  return [
    ...packs,
    ...define(functionName(step), loopComment(step), writer => loopLines(step, module, writer), module, caller),
  ]
}

/** Writes a function, and gives its call. */
function define(
  wish: string,
  comment: string,
  body: (writer: Writer) => readonly string[],
  { names, precision, functions }: Module,
  caller: Writer,
): string[] {
  const writer = createWriter(names, precision)
  const name = names.fresh(wish)
  const lines = body(writer)
  const list = parameters(writer.used)
  functions.push([`// ${comment}`, `function ${name}(${list}) {`, ...indent(lines, 1), '}', ''].join('\n'))
  useAll(caller.used, writer.used)
  return [`${name}(${list})`]
}

function loopLines(loop: Loop, module: Module, writer: Writer): string[] {
  const calls = loop.steps.flatMap(step => stepCall(step, module, writer))
  const own = [...writer.used.atoms].find(a => a.atom.name === loop.index)
  const index = own?.name ?? writer.local(loop.index)
  if (own !== undefined) writer.used.atoms.delete(own)
  const end = writer.size(loop.length)
  const head = loop.reverse
    ? `for (let ${index} = ${end} - 1; ${index} >= 0; ${index}--) {`
    : `for (let ${index} = 0; ${index} < ${end}; ${index}++) {`
  return [head, ...indent(calls, 1), '}']
}

const loopComment = ({ hint, reverse }: Loop): string =>
  `${hint === '' ? '' : `${hint}: `}${reverse ? 'backwards in time' : 'step by step'}`

function functionName(step: Kernel | Loop): string {
  const [first] = step.hint.split(', ')
  const kind = { map: 'map', reduce: 'reduce', gemm: 'product', loop: 'scan' }[step.kind]
  return first === '' ? kind : `${kind}_${first}`
}

const indent = (lines: readonly string[], levels: number): string[] => lines.map(l => '  '.repeat(levels) + l)
