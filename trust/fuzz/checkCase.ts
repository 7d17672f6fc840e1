// Checks that the sizes and lengths of a saved case are those of a batch of its model, before anything so large is made.
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import { compile } from '../../compiler/index.ts'
import { type Dim, evaluate, product, symbol, symbolsOf } from '../../compiler/ir/dim.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import type { FuzzCase } from './fuzzCase.ts'

/** Greatest count of numbers in the batch and the weights of a case: those that the fuzzer saves have some hundreds. */
const most = 1_000_000

/**
 * RNN410 for a case whose sizes are missing or too large, or whose lengths are not those of its axes. A program that does not compile is
 * left to the checks.
 */
export function checkCase({ source, sizes, lengths }: FuzzCase, file: string): void {
  const malformed = (reason: string): never => fail('RNN410', { file, reason })
  const signature = signatureOf(source)
  if (signature === undefined) return
  const { inputs, targets, parameters } = signature
  const ports = [...inputs, ...targets]
  const counts = [
    ...ports.map(({ axes, item }) => product([batch, ...axes.map(axis => axis.size), ...item])),
    ...parameters.map(({ shape }) => product(shape)),
  ]
  const unknown = counts.flatMap(symbolsOf).find(name => !Object.hasOwn(sizes, name))
  if (unknown !== undefined) malformed(`its sizes lack \`${unknown}\``)
  const count = counts.reduce((sum, dim) => sum + evaluate(dim, sizes), 0)
  if (!(count <= most)) malformed(`its sizes come to ${count} numbers; the limit is ${most}`)
  for (const { axes } of ports) {
    for (const [i, { name, size }] of axes.entries()) {
      if (!Object.hasOwn(lengths, name)) continue
      const sequences = evaluate(product([batch, ...axes.slice(0, i).map(axis => axis.size)]), sizes)
      if (lengths[name].length !== sequences)
        malformed(`it has ${lengths[name].length} lengths of \`${name}\` for ${sequences} sequences`)
      const longer = lengths[name].find(length => length > evaluate(size, sizes))
      if (longer !== undefined) malformed(`a length of \`${name}\` is ${longer}, and its size ${evaluate(size, sizes)}`)
    }
  }
}

const batch: Dim = symbol('B')

function signatureOf(source: string): Signature | undefined {
  try {
    return compile(source).signature
  } catch (error) {
    if (error instanceof RnnError) return undefined
    throw error
  }
}
