// cse by examples in IR text.
import { describe, it } from 'vitest'
import { cse } from '../../compiler/passes/cse.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { becomes } from './passes.ts'

const inputs = 'input x: real[T, 2]\ninput y: real[T, 2]\ninput s: real[2]\n'

const makes = (before: string, after: string): void => becomes([cse, dce], inputs + before, inputs + after)
const keeps = (text: string): void => becomes([cse], inputs + text, inputs + text)

describe('cse', () => {
  it('makes duplicates one, and what follows from them', () => {
    makes(
      '%a = tanh(%x)\n%b = tanh(%x)\n%c = mul(%a, %y)\n%d = mul(%b, %y)\n%r = sub(%c, %d)\noutput r',
      '%a = tanh(%x)\n%c = mul(%a, %y)\n%r = sub(%c, %c)\noutput r',
    )
  })

  it('knows which operands may change places', () => {
    makes('%a = add(%x, %y)\n%b = add(%y, %x)\noutput a\noutput b', '%a = add(%x, %y)\noutput a\noutput b %a')
    keeps('%a = sub(%x, %y)\n%b = sub(%y, %x)\noutput a\noutput b')
    keeps('%a = max(%x, %y)\n%b = max(%y, %x)\noutput a\noutput b')
  })

  it('tells attributes apart', () => {
    keeps('%a = softmax(%x, -1)\n%b = softmax(%x, -2)\noutput a\noutput b')
    keeps('%a = constant(0, real)\n%b = constant(-0, real)\n%c = constant(0, int)\noutput a\noutput b\noutput c')
    makes(
      '%a = slice(%x, -2, 0, T-1)\n%b = slice(%x, -2, 0, T-1)\noutput a\noutput b',
      '%a = slice(%x, -2, 0, T-1)\noutput a\noutput b %a',
    )
  })

  it('works inside bodies', () => {
    makes(
      `%h = scan(T, false) {
        carry %h = %s
        each %a = %x
        %p = mul(%h, %a)
        %q = mul(%a, %h)
        %n = sub(%p, %q)
        next %n
      }
      output h`,
      `%h = scan(T, false) {
        carry %h = %s
        each %a = %x
        %p = mul(%h, %a)
        %n = sub(%p, %p)
        next %n
      }
      output h`,
    )
  })

  it('makes parameters of a body that stand for one value one', () => {
    makes(
      `%h = scan(T, false) {
        const %k = %s
        const %l = %s
        carry %h = %s
        each %a = %x
        each %b = %x
        %p = mul(%a, %k)
        %q = mul(%b, %l)
        %r = add(%p, %q)
        %n = add(%h, %r)
        next %n
      }
      output h`,
      `%h = scan(T, false) {
        const %k = %s
        carry %h = %s
        each %a = %x
        %p = mul(%a, %k)
        %r = add(%p, %p)
        %n = add(%h, %r)
        next %n
      }
      output h`,
    )
  })

  it('makes equal outputs of a scan one', () => {
    makes(
      `%h, %p, %q = scan(T, false) {
        carry %h = %s
        each %a = %x
        %n = add(%h, %a)
        next %n
        yield %n, %n
      }
      %r = mul(%p, %q)
      output r`,
      `%h, %p = scan(T, false) {
        carry %h = %s
        each %a = %x
        %n = add(%h, %a)
        next %n
        yield %n
      }
      %r = mul(%p, %p)
      output r`,
    )
  })

  const sum = (result: string, reverse: boolean, op = 'add', from = '%x'): string =>
    `%${result} = scan(T, ${reverse}) {
      carry %h = %s
      each %a = ${from}
      %n = ${op}(%h, %a)
      next %n
    }\n`

  it('makes equal scans one', () => {
    makes(`${sum('a', false)}${sum('b', false)}output a\noutput b`, `${sum('a', false)}output a\noutput b %a`)
  })

  it('tells scans apart by direction, body and operands', () => {
    keeps(`${sum('a', false)}${sum('b', true)}output a\noutput b`)
    keeps(`${sum('a', false)}${sum('b', false, 'mul')}output a\noutput b`)
    keeps(`${sum('a', false)}${sum('b', false, 'add', '%y')}output a\noutput b`)
  })

  it('does not take a body for the same that gives other results', () => {
    const two = (result: string, kept: string): string =>
      `%${result} = scan(T, false) {
        carry %h = %s
        each %a = %x
        %m = mul(%h, %a)
        %n = add(%m, %a)
        next ${kept}
      }\n`
    keeps(`${two('a', '%m')}${two('b', '%n')}output a\noutput b`)
  })
})
