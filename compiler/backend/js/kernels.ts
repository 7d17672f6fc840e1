// One function for each kernel.
import { type Dim, formatLabel } from '../../ir/dim.ts'
import type { GemmKernel, Kernel, MapKernel, ReduceKernel, Ref } from '../../plan/plan.ts'
import { collapseMap, collapseReduce } from '../collapse.ts'
import type { Frame } from './frame.ts'
import { createNest } from './nest.ts'

/** The lines that run a kernel. */
export function kernelLines(kernel: Kernel, frame: Frame): string[] {
  switch (kernel.kind) {
    case 'map':
      return mapLines(collapseMap(kernel), frame)
    case 'reduce':
      return reduceLines(collapseReduce(kernel), frame)
    case 'gemm':
      return gemmLines(kernel, frame)
  }
}

/** What a kernel does, for the comment above it. */
export function describe(kernel: Kernel): string {
  const list = (dims: readonly Dim[]): string => `[${dims.map(formatLabel).join(', ')}]`
  const names = kernel.hint === '' ? '' : `${kernel.hint}: `
  switch (kernel.kind) {
    case 'map':
      return `${names}elementwise over ${list(kernel.domain)}`
    case 'reduce':
      return `${names}${kernel.combine} over ${list(kernel.over)} for each of ${list(kernel.domain)}`
    case 'gemm': {
      const batch = kernel.batch.length === 0 ? '' : ` for each of ${list(kernel.batch)}`
      return `${names}product ${list([kernel.m, kernel.k])} x ${list([kernel.k, kernel.n])}${batch}`
    }
  }
}

function mapLines(kernel: MapKernel, frame: Frame): string[] {
  const nest = createNest(frame, kernel.domain)
  const wishes = new Map<Ref, string>(
    [...kernel.writes]
      .reverse()
      .map(w => [w.value, `${frame.buffer(w.to.buffer)}_${kernel.domain.length > 0 ? 'new' : 0}`]),
  )
  const values = nest.compute(kernel.program, wishes)
  const inside = nest.before[nest.depth]
  for (const { value, to, indirect, accumulate } of kernel.writes) {
    const place = nest.address(to).text
    const operator = accumulate === true ? '+=' : '='
    const assign = (at: string): string => `${frame.buffer(to.buffer)}[${at}] ${operator} ${values[value].text}`
    if (indirect === undefined) inside.push(assign(place))
    else {
      const at = values[indirect.at].text
      const test = `${at} >= 0 && ${at} < ${frame.factor(indirect.size)}`
      inside.push(`if (${test}) ${assign(`${place} + ${at} * ${frame.factor(indirect.stride)}`)}`)
    }
  }
  return nest.lines()
}

function reduceLines(kernel: ReduceKernel, frame: Frame): string[] {
  const nest = createNest(frame, [...kernel.domain, ...kernel.over])
  const outer = kernel.domain.length
  const values = nest.compute(kernel.program, new Map())
  const { text } = values[kernel.value]
  const result = frame.local('result')
  const inside = nest.before[nest.depth]
  const start = nest.before[outer]
  switch (kernel.combine) {
    case 'sum':
      start.push(`let ${result} = 0`)
      inside.push(`${result} += ${text}`)
      break
    case 'max':
    case 'min':
      start.push(`let ${result} = ${kernel.combine === 'max' ? '-Infinity' : 'Infinity'}`)
      inside.push(`${result} = Math.${kernel.combine}(${result}, ${text})`)
      break
    case 'argmax': {
      const best = frame.local('best')
      const i = nest.indices[outer]
      start.push(`let ${result} = 0`, `let ${best} = 0`)
      inside.push(`if (${i} === 0 || ${text} > ${best}) {`, `  ${best} = ${text}`, `  ${result} = ${i}`, '}')
    }
  }
  nest.after[outer].push(`${frame.buffer(kernel.to.buffer)}[${nest.address(kernel.to).text}] = ${result}`)
  return nest.lines()
}

function gemmLines(kernel: GemmKernel, frame: Frame): string[] {
  const { batch, m, n, k } = kernel
  const nest = createNest(frame, batch)
  const operands = [kernel.a, kernel.b, kernel.c].flatMap(operand => {
    const [rows, columns] = operand.strides.slice(batch.length)
    const lead = { ...operand, strides: operand.strides.slice(0, batch.length) }
    return [frame.buffer(operand.buffer), nest.address(lead).text, frame.size(rows), frame.size(columns)]
  })
  nest.before[nest.depth].push(`gemm(${[...operands, ...[m, n, k].map(frame.size)].join(', ')})`)
  return nest.lines()
}
