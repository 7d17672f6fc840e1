// dce by examples in IR text.
import { describe, it } from 'vitest'
import { dce } from '../../compiler/passes/dce.ts'
import { becomes } from './passes.ts'

const inputs = 'input x: real[T, 2]\ninput y: real[T, 2]\ninput s: real[2]\n'

const makes = (before: string, after: string): void => becomes([dce], inputs + before, inputs + after)

describe('dce', () => {
  it('drops equations that no result needs, and keeps inputs', () => {
    makes('%a = tanh(%x)\n%b = neg(%a)\n%c = exp(%y)\noutput a', '%a = tanh(%x)\noutput a')
    makes('%a = tanh(%x)\noutput x', 'output x')
  })

  it('drops a scan that nothing needs', () => {
    makes('%h = scan(T, false) {\ncarry %h = %s\neach %a = %x\n%n = add(%h, %a)\nnext %n\n}\noutput s', 'output s')
  })

  it('drops outputs, and what of the body, its constants and inputs only they need', () => {
    makes(
      `%h, %p, %q = scan(T, false) {
        const %k = %s
        carry %h = %s
        each %a = %x
        each %b = %y
        %n = add(%h, %a)
        %o = mul(%b, %k)
        %r = tanh(%o)
        next %n
        yield %r, %n
      }
      output q`,
      `%h, %q = scan(T, false) {
        carry %h = %s
        each %a = %x
        %n = add(%h, %a)
        next %n
        yield %n
      }
      output q`,
    )
  })

  it('drops carries that feed only themselves, in a circle too', () => {
    makes(
      `%e, %f, %h = scan(T, true) {
        carry %e = %s
        carry %f = %s
        carry %h = %s
        each %a = %x
        each %b = %y
        %n = add(%h, %a)
        %o = mul(%e, %b)
        %p = tanh(%f)
        next %p, %o, %n
      }
      output h`,
      `%h = scan(T, true) {
        carry %h = %s
        each %a = %x
        %n = add(%h, %a)
        next %n
      }
      output h`,
    )
  })

  it('keeps a carry that another needs some steps later', () => {
    const text = `%e, %f, %h = scan(T, false) {
        carry %e = %s
        carry %f = %s
        carry %h = %s
        each %a = %x
        %n = tanh(%e)
        next %a, %n, %f
      }
      output h`
    makes(text, text)
  })

  it('works in bodies of bodies', () => {
    makes(
      `%h = scan(T, false) {
        const %y = %y
        carry %h = %s
        each %a = %x
        %g, %f, %gs = scan(T, false) {
          carry %g = %h
          carry %f = %a
          each %b = %y
          %m = add(%g, %b)
          %n = neg(%f)
          next %m, %n
          yield %n
        }
        next %g
      }
      output h`,
      `%h = scan(T, false) {
        const %y = %y
        carry %h = %s
        %g = scan(T, false) {
          carry %g = %h
          each %b = %y
          %m = add(%g, %b)
          next %m
        }
        next %g
      }
      output h`,
    )
  })
})
