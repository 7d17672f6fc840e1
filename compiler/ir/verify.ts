// Checks the IR's invariants after each pass, so that an error names the pass that broke one.
import { messageOf } from '../../dsl/messageOf.ts'
import { type Context, opOf } from './builder.ts'
import { type Block, type Eqn, type Graph, sameType, type Value } from './graph.ts'
import { type Names, nameValues, printEqn, printType } from './printGraph.ts'

/**
 * Throws an Error that names the equation unless: each value is defined once in the whole graph, and before its use;
 * bodies use only their parameters and their own values; each result has the type that its op's rule infers; a scan's
 * counts fit its operands and its body; and only a scan has a body.
 */
export function verify(context: Context, block: Block | Graph): void {
  if ('inputs' in block) {
    check(block.inputs.length === block.params.length, `${block.inputs.length} names for ${block.params.length} inputs`)
    check(
      block.outputs.length === block.results.length,
      `${block.outputs.length} names for ${block.results.length} outputs`,
    )
  }
  verifyBlock(context, block, new Set())
}

function verifyBlock(context: Context, block: Block, assigned: Set<number>): void {
  // Computed only for error messages.
  let named: Names | undefined
  const names = (): Names => {
    named ??= nameValues(block)
    return named
  }
  const scope = new Set<number>()
  const define = (id: number, where: string): void => {
    if (assigned.has(id)) fail(`${names().get(id)} (id ${id}) is defined a second time${where}`)
    assigned.add(id)
    scope.add(id)
  }
  for (const param of block.params) define(param.id, ' as a parameter')
  for (const eqn of block.eqns) {
    within(eqn, names, () => {
      for (const value of eqn.ins) {
        if (!scope.has(value.id)) fail(`operand ${nameOf(names(), value)} is not defined in this block before its use`)
      }
      verifyEqn(context, eqn)
      for (const out of eqn.outs) define(out.id, '')
      if (eqn.body !== undefined) verifyBlock(context, eqn.body, assigned)
    })
  }
  for (const result of block.results) {
    if (!scope.has(result.id)) fail(`result ${nameOf(names(), result)} is not defined in this block`)
  }
}

function verifyEqn(context: Context, eqn: Eqn): void {
  const op = opOf(context, eqn.op)
  const { body } = eqn
  check((eqn.op === 'scan') === (body !== undefined), body === undefined ? 'there is no body' : `${eqn.op} has no body`)
  for (const name of Object.keys(eqn.attrs)) check(name in op.attrs, `there is no attribute ${name}`)
  if (body !== undefined) verifyCounts(eqn, body)
  const types = op.infer(eqn.ins, eqn.attrs, body)
  check(types.length === eqn.outs.length, `the rule gives ${types.length} results, recorded are ${eqn.outs.length}`)
  types.forEach((type, i) => {
    const recorded = eqn.outs[i]
    if (!sameType(type, recorded)) fail(`the rule gives ${printType(type)}, recorded is ${printType(recorded)}`)
  })
}

function verifyCounts({ attrs: { consts, carries }, ins }: Eqn, body: Block): void {
  const count = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n >= 0
  check(count(consts) && count(carries), 'the counts of constants and carries are not numbers')
  check(consts + carries <= ins.length, `${consts} constants and ${carries} carries of ${ins.length} operands`)
  check(carries <= body.results.length, `${carries} carries of ${body.results.length} results of the body`)
}

const nameOf = (names: Names, value: Value): string => names.get(value.id) ?? `%${value.hint} (id ${value.id})`

/** Prefixes errors with the equation that they occur in; of nested equations, the outermost comes first. */
function within(eqn: Eqn, names: () => Names, verifyIt: () => void): void {
  try {
    verifyIt()
  } catch (error) {
    throw new Error(`${printEqn(eqn, names())}: ${messageOf(error)}`)
  }
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message)
}

function fail(message: string): never {
  throw new Error(message)
}
