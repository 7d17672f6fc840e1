// The passes that move work out of loops, and join it, by examples in IR text: before and after.
import { describe, it } from 'vitest'
import { dce } from '../../compiler/passes/dce.ts'
import { fuseBiases } from '../../compiler/passes/fuseBiases.ts'
import { fuseGates } from '../../compiler/passes/fuseGates.ts'
import { groupTerms } from '../../compiler/passes/groupTerms.ts'
import { hoist } from '../../compiler/passes/hoist.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { sink } from '../../compiler/passes/sink.ts'
import { splitConcat } from '../../compiler/passes/splitConcat.ts'
import { throughGather } from '../../compiler/passes/throughGather.ts'
import { becomes } from './passes.ts'

const inputs = `input x: real[T, B, 2]
input d: real[T, B, 3]
input W: real[3, 2]
input V: real[3, 2]
input U: real[3, 3]
input h0: real[B, 3]
input b: real[3]
input c: real[3]
input M: real[3, 5]
`

const makes = (pass: Pass, before: string, after: string): void => becomes([pass, dce], inputs + before, inputs + after)
const keeps = (pass: Pass, text: string): void => becomes([pass], inputs + text, inputs + text)

/** A loop over x with a state h, and what its body computes. */
const loop = (consts: string, each: string, body: string, results: string): string => `${results} = scan(T, false) {
  ${consts}
  carry %h = %h0
  ${each}
  ${body}
}`

describe('split-concat', () => {
  it('makes a product with two things joined the sum of two products', () => {
    makes(
      splitConcat,
      '%j = concat(%h0, %h0, axis=-1)\n%M6 = concat(%U, %U, axis=-1)\n%r = matmul(%j, %M6)\noutput r',
      `%M6 = concat(%U, %U, axis=-1)
%left = slice(%M6, -1, 0, 3)
%p = matmul(%h0, %left)
%right = slice(%M6, -1, 3, 3)
%q = matmul(%h0, %right)
%r = add(%p, %q)
output r`,
    )
  })

  it('leaves other axes alone', () => {
    keeps(splitConcat, '%j = concat(%h0, %h0, axis=-2)\n%r = matmul(%j, %U)\noutput r')
  })
})

describe('group-terms', () => {
  it('adds what needs no recurrence first', () => {
    makes(
      groupTerms,
      `${loop('const %U = %U\n  const %c = %h0', 'each %a = %d', '%m = matmul(%h, %U)\n  %s = add(%a, %m)\n  %n = add(%s, %c)\n  next %n', '%r')}\noutput r`,
      `${loop('const %U = %U\n  const %c = %h0', 'each %a = %d', '%m = matmul(%h, %U)\n  %s = add(%c, %a)\n  %n = add(%s, %m)\n  next %n', '%r')}\noutput r`,
    )
  })

  it('leaves sums alone of which a part is used by itself', () => {
    keeps(
      groupTerms,
      `${loop('const %U = %U\n  const %c = %h0', 'each %a = %d', '%m = matmul(%h, %U)\n  %s = add(%a, %m)\n  %n = add(%s, %c)\n  next %n\n  yield %s', '%r, %q')}\noutput r\noutput q`,
    )
  })
})

describe('hoist', () => {
  it('takes the product with a per-step input out of the loop, and what follows from it', () => {
    makes(
      hoist,
      `${loop('const %W = %W\n  const %k = %h0', 'each %a = %x', '%p = matmul(%a, %W)\n  %s = add(%p, %k)\n  %n = add(%s, %h)\n  next %n', '%r')}\noutput r`,
      `%p = matmul(%x, %W)
%k = broadcast(%h0, [-3], [T])
%s = add(%p, %k)
${loop('', 'each %a = %s', '%n = add(%a, %h)\n  next %n', '%r')}
output r`,
    )
  })

  it('takes what is the same at every step out of the loop', () => {
    makes(
      hoist,
      `${loop('const %k = %h0', 'each %a = %d', '%e = exp(%k)\n  %s = mul(%a, %e)\n  %n = add(%s, %h)\n  next %n', '%r')}\noutput r`,
      `%e = exp(%h0)
${loop('const %e = %e', 'each %a = %d', '%s = mul(%a, %e)\n  %n = add(%s, %h)\n  next %n', '%r')}
output r`,
    )
  })

  it('takes weights that are joined at each step out of the loop', () => {
    makes(
      hoist,
      `input V4: real[T, 3, 3]
input W4: real[T, 2, 3]
${loop('', 'each %V = %V4\n  each %W = %W4', '%VW = concat(%V, %W, -2)\n  %p = matmul(%h, %VW)\n  %n = slice(%p, -1, 1, 3)\n  next %n', '%r')}
output r`,
      `input V4: real[T, 3, 3]
input W4: real[T, 2, 3]
%VW = concat(%V4, %W4, -2)
${loop('', 'each %VW = %VW', '%p = matmul(%h, %VW)\n  %n = slice(%p, -1, 1, 3)\n  next %n', '%r')}
output r`,
    )
  })

  it('leaves pointwise work on per-step inputs in the kernel of the loop', () => {
    keeps(hoist, `${loop('', 'each %a = %d', '%e = exp(%a)\n  %n = add(%e, %h)\n  next %n', '%r')}\noutput r`)
  })

  it('takes a view of a step again inside the loop', () => {
    makes(
      hoist,
      `${loop('const %W = %W', 'each %a = %x', '%p = matmul(%a, %W)\n  %s = slice(%p, -2, 0, 1)\n  %t = exp(%s)\n  %o = slice(%h, -2, 0, 1)\n  %q = add(%t, %o)\n  next %h\n  yield %q', '%r, %y')}\noutput y`,
      `%p = matmul(%x, %W)
%s = slice(%p, -2, 0, 1)
%t = exp(%s)
${loop('', 'each %t = %t', '%o = slice(%h, -2, 0, 1)\n  %q = add(%t, %o)\n  next %h\n  yield %q', '%r, %y')}
output y`,
    )
  })

  it('leaves inner loops first', () => {
    makes(
      hoist,
      `%r = scan(T, false) {
  const %W = %W
  const %x = %x
  carry %h = %h0
  %g = scan(T, false) {
    const %W = %W
    carry %h = %h
    each %a = %x
    %p = matmul(%a, %W)
    %n = add(%p, %h)
    next %n
  }
  next %g
}
output r`,
      `%p = matmul(%x, %W)
%r = scan(T, false) {
  const %p = %p
  carry %h = %h0
  %g = scan(T, false) {
    carry %h = %h
    each %p = %p
    %n = add(%p, %h)
    next %n
  }
  next %g
}
output r`,
    )
  })
})

describe('fuse-gates', () => {
  it('joins the weights of products with one operand', () => {
    makes(
      fuseGates,
      '%p = matmul(%x, %W)\n%q = matmul(%x, %V)\n%r = mul(%p, %q)\noutput r',
      `%WV = concat(%W, %V, axis=-2)
%pq = matmul(%x, %WV)
%p = slice(%pq, -1, 0, 3)
%q = slice(%pq, -1, 3, 3)
%r = mul(%p, %q)
output r`,
    )
  })

  it('joins only weights of one type', () => {
    makes(
      fuseGates,
      `input I: int[3, 2]
input J: int[3, 2]
%p = matmul(%x, %W)
%i = matmul(%x, %I)
%q = matmul(%x, %V)
%j = matmul(%x, %J)
%r = mul(%p, %q)
%k = mul(%i, %j)
output r
output k`,
      `input I: int[3, 2]
input J: int[3, 2]
%IJ = concat(%I, %J, axis=-2)
%ij = matmul(%x, %IJ)
%i = slice(%ij, -1, 0, 3)
%j = slice(%ij, -1, 3, 3)
%WV = concat(%W, %V, axis=-2)
%pq = matmul(%x, %WV)
%p = slice(%pq, -1, 0, 3)
%q = slice(%pq, -1, 3, 3)
%r = mul(%p, %q)
%k = mul(%i, %j)
output r
output k`,
    )
  })

  it('leaves a product alone whose weights need the other', () => {
    keeps(fuseGates, '%p = matmul(%U, %U)\n%q = matmul(%U, %p)\noutput q')
  })
})

describe('fuse-biases', () => {
  it('joins the biases of the parts, in the order of their places', () => {
    makes(
      fuseBiases,
      `%U6 = concat(%U, %U, axis=-2)
%p = matmul(%h0, %U6)
%second = slice(%p, -1, 3, 3)
%first = slice(%p, -1, 0, 3)
%kb = broadcast(%b, [-2], [B])
%kc = broadcast(%c, [-2], [B])
%s = add(%second, %kc)
%f = add(%kb, %first)
%r = mul(%s, %f)
output r`,
      `%bc = concat(%b, %c, axis=-1)
%k = broadcast(%bc, [-2], [B])
%U6 = concat(%U, %U, axis=-2)
%p = matmul(%h0, %U6)
%sum = add(%p, %k)
%f = slice(%sum, -1, 0, 3)
%s = slice(%sum, -1, 3, 3)
%r = mul(%s, %f)
output r`,
    )
  })
})

describe('through-gather', () => {
  it('makes a product with gathered rows one op', () => {
    makes(
      throughGather,
      'input i: int[T, B]\n%e = gather(%U, %i)\n%r = matmul(%e, %U)\noutput r',
      'input i: int[T, B]\n%r = gather_matmul(%U, %i, %U)\noutput r',
    )
  })

  it('leaves rows of more than one dimension alone', () => {
    keeps(throughGather, 'input i: int[T]\ninput E: real[9, B, 3]\n%e = gather(%E, %i)\n%r = matmul(%e, %U)\noutput r')
  })
})

describe('sink', () => {
  it('makes a sum of outer products over the steps one contraction', () => {
    makes(
      sink,
      `%z = constant(0, real)
%zero = broadcast(%z, [-2, -1], [3, 2])
%h, %r = scan(T, true) {
  const %U = %U
  carry %h = %h0
  carry %sum = %zero
  each %d = %d
  each %x = %x
  %m = matmulT(%h, %U)
  %n = add(%m, %d)
  %o = outer(%n, %x)
  %s = add(%sum, %o)
  next %n, %s
}
output h
output r`,
      `%z = constant(0, real)
%zero = broadcast(%z, [-2, -1], [3, 2])
%h, %sum, %ns = scan(T, true) {
  const %U = %U
  carry %h = %h0
  carry %sum = %zero
  each %d = %d
  %m = matmulT(%h, %U)
  %n = add(%m, %d)
  next %n, %sum
  yield %n
}
%o = outer(%ns, %x)
%r = add(%sum, %o)
output h
output r`,
    )
  })

  it('takes a product that only leaves the loop out of it, and what follows', () => {
    makes(
      sink,
      `%h, %r = scan(T, false) {
  const %M = %M
  carry %h = %h0
  each %d = %d
  %n = add(%h, %d)
  %m = matmulT(%n, %M)
  %y = tanh(%m)
  next %n
  yield %y
}
output r`,
      `%h, %ns = scan(T, false) {
  carry %h = %h0
  each %d = %d
  %n = add(%h, %d)
  next %n
  yield %n
}
%m = matmulT(%ns, %M)
%r = tanh(%m)
output r`,
    )
  })

  it('takes products that an outer loop adds up out of both loops, moved or not', () => {
    makes(
      sink,
      `%z = constant(0, real)
%zero = broadcast(%z, [-3, -2, -1], [5, 2, 3])
%h, %r = scan(T, true) {
  carry %h = %h0
  carry %sum = %zero
  each %x = %x
  %x5 = broadcast(%x, [-3], [5])
  %g, %os = scan(5, true) {
    carry %h = %h
    each %x = %x5
    %n = tanh(%h)
    %o = outer(%n, %x)
    %t = transpose(%o, [-1, -2])
    next %n
    yield %t
  }
  %s = add(%sum, %os)
  next %g, %s
}
output h
output r`,
      `%z = constant(0, real)
%zero = broadcast(%z, [-3, -2, -1], [5, 2, 3])
%h, %sum, %ns, %x5 = scan(T, true) {
  carry %h = %h0
  carry %sum = %zero
  each %x = %x
  %x5 = broadcast(%x, [-3], [5])
  %g, %ns = scan(5, true) {
    carry %h = %h
    %n = tanh(%h)
    next %n
    yield %n
  }
  next %g, %sum
  yield %ns, %x5
}
%nl = transpose(%ns, [-3, -4, -2, -1])
%n = reshape(%nl, [5, B*T, 3])
%xl = transpose(%x5, [-3, -4, -2, -1])
%xs = reshape(%xl, [5, B*T, 2])
%o = bmm(%n, %xs, ta=true, tb=false)
%t = transpose(%o, [-1, -2])
%r = add(%sum, %t)
output h
output r`,
    )
  })

  it('adds up products over the steps as one, with the steps among what it contracts', () => {
    makes(
      sink,
      `input a: real[T, B, 2, 1]
input e: real[T, B, 1, 3]
%z = constant(0, real)
%zero = broadcast(%z, [-3, -2, -1], [B, 2, 3])
%r = scan(T, false) {
  carry %sum = %zero
  each %a = %a
  each %e = %e
  %o = bmm(%a, %e, ta=false, tb=false)
  %s = add(%sum, %o)
  next %s
}
output r`,
      `input a: real[T, B, 2, 1]
input e: real[T, B, 1, 3]
%z = constant(0, real)
%zero = broadcast(%z, [-3, -2, -1], [B, 2, 3])
%sum = scan(T, false) {
  carry %sum = %zero
  next %sum
}
%al = reshape(%a, [T, B, 2])
%as = transpose(%al, [-2, -1, -3])
%cl = reshape(%e, [T, B, 3])
%cs = transpose(%cl, [-2, -3, -1])
%o = bmm(%as, %cs, ta=false, tb=false)
%r = add(%sum, %o)
output r`,
    )
  })

  it('leaves in the loop what would take much more memory outside', () => {
    keeps(
      sink,
      `%h, %r = scan(T, false) {
  carry %h = %h0
  each %d = %d
  %n = add(%h, %d)
  %w = broadcast(%n, [-3], [9])
  %y = sum(%w, [-2, -1])
  next %n
  yield %y
}
output h
output r`,
    )
  })
})
