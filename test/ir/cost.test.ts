// What a graph costs, in symbols.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { cost } from '../../compiler/ir/cost.ts'
import { format } from '../../compiler/ir/dim.ts'
import { readGraph } from '../../compiler/ir/read.ts'

describe('cost', () => {
  it('counts contractions and operations inside and outside loops', () => {
    const { graph, context } = readGraph(`graph rnn {
      input w: real[H, D]
      input u: real[H, H]
      input s: real[B, H]
      input x: real[T, B, D]
      %z = matmul(%x, %w)
      %h = scan(T, false) {
        const %u = %u
        carry %h = %s
        each %z = %z
        %r = matmul(%h, %u)
        %n = add(%r, %z)
        next %n
      }
      output h
    }`)
    const { equations, contractions, flops } = cost(context, graph)
    assert.equal(equations, 4)
    assert.deepEqual(contractions, { outside: 1, inside: 1 })
    assert.equal(format(flops.inside), '2*B*H*H*T + B*H*T')
    assert.equal(format(flops.total), '2*B*D*H*T + 2*B*H*H*T + B*H*T')
  })

  it('multiplies the trip counts of nested loops', () => {
    const { graph, context } = readGraph(`graph nested {
      input x: real[T, U]
      %s = constant(0, real)
      %h = scan(T, false) {
        carry %h = %s
        each %row = %x
        %g = scan(U, false) {
          carry %g = %h
          each %a = %row
          %n = add(%g, %a)
          next %n
        }
        next %g
      }
      output h
    }`)
    assert.equal(format(cost(context, graph).flops.total), 'T*U')
  })
})
