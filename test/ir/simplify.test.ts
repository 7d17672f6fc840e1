// Each rule of simplify by an example in IR text: before and after.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { readGraph } from '../../compiler/ir/read.ts'
import { cse } from '../../compiler/passes/cse.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { rewriteBlock } from '../../compiler/passes/rewrite.ts'
import { simplify, simplifyRules } from '../../compiler/passes/simplify.ts'
import { becomes, graphText, outcome } from './passes.ts'

interface Example {
  readonly rule: string
  readonly before: string
  readonly after: string
}

/** Equations on x, y: real[B, 3], a table v: real[B, V] and labels i: int[B], to an output r; `%k = c(2)` is 2 everywhere. */
const on = (rule: string, before: string, after: string): Example => {
  const whole = (text: string): string =>
    `input x: real[B, 3]\ninput y: real[B, 3]\ninput v: real[B, V]\ninput i: int[B]\n${text.replaceAll(
      /(%\w+) = c\((\S+)\)/g,
      '$1_c = constant($2, real)\n$1 = broadcast($1_c, [-2, -1], [B, 3])',
    )}${/output/.test(text) ? '' : '\noutput r'}`
  return { rule, before: whole(before), after: whole(after) }
}

const isX = 'output r %x'

/** A loop over the steps before the lengths in i, as far as its body. */
const validSteps = `%p = iota(5)
    %places = broadcast(%p, [-1], [B])
    %lengths = broadcast(%i, [-2], [5])
    %t = lt(%places, %lengths)
    %e, %s = scan(5, false) {
      const %x = %x
      carry %h = %y
      each %t = %t
      %q = broadcast(%t, [-1], [3])`

const examples: readonly Example[] = [
  on('fold', '%a = c(2)\n%b = c(3)\n%r = mul(%a, %b)', '%r = c(6)'),
  on('fold', '%a = constant(4, int)\n%b = real(%a)\n%r = sqrt(%b)', '%r = constant(2, real)'),
  on('fold', '%a = c(0)\n%r = log(%a)', '%a = c(0)\n%r = log(%a)'),
  on('add-zero', '%k = c(0)\n%r = add(%x, %k)', isX),
  on('add-zero', '%k = c(0)\n%r = add(%k, %x)', isX),
  on('sub-zero', '%k = c(0)\n%r = sub(%x, %k)', isX),
  on('sub-zero', '%k = c(0)\n%r = sub(%k, %x)', '%r = neg(%x)'),
  on('mul-one', '%k = c(1)\n%r = mul(%x, %k)', isX),
  on('mul-one', '%k = c(-1)\n%r = mul(%k, %x)', '%r = neg(%x)'),
  on('mul-one', '%k = c(0)\n%r = mul(%k, %x)', '%k = c(0)\n%r = mul(%k, %x)'),
  on('div-one', '%k = c(1)\n%r = div(%x, %k)', isX),
  on('div-one', '%k = c(1)\n%r = div(%k, %x)', '%k = c(1)\n%r = div(%k, %x)'),
  on('scale-twice', '%a = c(2)\n%b = c(3)\n%c = mul(%x, %a)\n%r = mul(%b, %c)', '%k = c(6)\n%r = mul(%x, %k)'),
  on(
    'scale-twice',
    '%a = c(1e200)\n%c = mul(%x, %a)\n%r = mul(%a, %c)',
    '%a = c(1e200)\n%c = mul(%x, %a)\n%r = mul(%a, %c)',
  ),
  on('neg-neg', '%a = neg(%x)\n%r = neg(%a)', isX),
  on('neg-neg', '%a = sub(%x, %y)\n%r = neg(%a)', '%r = sub(%y, %x)'),
  on('add-neg', '%a = neg(%y)\n%r = add(%x, %a)', '%r = sub(%x, %y)'),
  on('add-neg', '%a = neg(%x)\n%r = add(%a, %y)', '%r = sub(%y, %x)'),
  on('add-neg', '%a = neg(%y)\n%r = sub(%x, %a)', '%r = add(%x, %y)'),
  on('exp-less-one', '%k = c(1)\n%e = exp(%x)\n%r = sub(%e, %k)', '%r = expm1(%x)'),
  on('exp-less-one', '%k = c(-1)\n%e = exp(%x)\n%r = add(%e, %k)', '%r = expm1(%x)'),
  on('exp-less-one', '%k = c(1)\n%e = exp(%x)\n%r = sub(%k, %e)', '%n = expm1(%x)\n%r = neg(%n)'),
  on('small-power', '%k = c(1)\n%r = pow(%x, %k)', isX),
  on('small-power', '%k = c(2)\n%r = pow(%x, %k)', '%r = mul(%x, %x)'),
  on('small-power', '%k = c(3)\n%r = pow(%x, %k)', '%a = mul(%x, %x)\n%r = mul(%a, %x)'),
  on('small-power', '%k = c(0.5)\n%r = pow(%x, %k)', '%r = sqrt(%x)'),
  on('small-power', '%k = c(0)\n%r = pow(%x, %k)', '%r = c(1)'),
  on('small-power', '%k = c(-1)\n%r = pow(%x, %k)', '%k = c(1)\n%r = div(%k, %x)'),
  on('small-power', '%k = c(-2)\n%r = pow(%x, %k)', '%k = c(1)\n%a = div(%k, %x)\n%r = mul(%a, %a)'),
  on('small-power', '%k = c(-0.5)\n%r = pow(%x, %k)', '%k = c(1)\n%a = sqrt(%x)\n%r = div(%k, %a)'),
  on('small-power', '%k = c(1.5)\n%r = pow(%x, %k)', '%k = c(1.5)\n%r = pow(%x, %k)'),
  on('where-known', '%t = constant(1, bool)\n%k = broadcast(%t, [-2, -1], [B, 3])\n%r = where(%k, %x, %y)', isX),
  on('where-known', '%t = constant(0, bool)\n%k = broadcast(%t, [-2, -1], [B, 3])\n%r = where(%k, %y, %x)', isX),
  on('where-known', '%t = lt(%x, %y)\n%r = where(%t, %x, %x)', isX),
  on('real-real', '%r = real(%x)', isX),
  on('not-not', '%t = lt(%x, %y)\n%a = not(%t)\n%r = not(%a)', '%r = lt(%x, %y)'),
  on(
    'known-moves',
    '%k = c(2)\n%r = transpose(%k, [-1, -2])',
    '%k_c = constant(2, real)\n%r = broadcast(%k_c, [-2, -1], [3, B])',
  ),
  on(
    'known-moves',
    '%k = c(2)\n%r = slice(%k, -1, 1, 2)',
    '%k = constant(2, real)\n%r = broadcast(%k, [-2, -1], [B, 2])',
  ),
  on('known-moves', '%k = c(2)\n%r = reshape(%k, [3*B])', '%k = constant(2, real)\n%r = broadcast(%k, [-1], [3*B])'),
  on('known-moves', '%k = constant(2, real)\n%r = broadcast(%k, [-1, -2], [3, B])', '%r = c(2)'),
  on('zero-moves', '%k = c(0)\n%r = pad(%k, -1, 1, 5)', '%k = constant(0, real)\n%r = broadcast(%k, [-2, -1], [B, 5])'),
  on('zero-moves', '%k = c(0)\n%r = pick(%k, %i, -1, 0)', '%k = constant(0, real)\n%r = broadcast(%k, [-1], [B])'),
  on('zero-moves', '%k = c(1)\n%r = pick(%k, %i, -1, 0)', '%k = c(1)\n%r = pick(%k, %i, -1, 0)'),
  on('reshape-reshape', '%a = reshape(%x, [3*B])\n%r = reshape(%a, [3, B])', '%r = reshape(%x, [3, B])'),
  on('reshape-reshape', '%a = reshape(%x, [3*B])\n%r = reshape(%a, [B, 3])', isX),
  on('reshape-reshape', '%r = reshape(%x, [B, 3])', isX),
  on('transpose-transpose', '%a = transpose(%x, [-1, -2])\n%r = transpose(%a, [-1, -2])', isX),
  on('transpose-transpose', '%r = transpose(%x, [-2, -1])', isX),
  on(
    'transpose-transpose',
    '%a = reshape(%x, [B, 3, 1])\n%b = transpose(%a, [-1, -2])\n%r = transpose(%b, [-2, -1, -3])',
    '%a = reshape(%x, [B, 3, 1])\n%r = transpose(%a, [-1, -2, -3])',
  ),
  on(
    'broadcast-broadcast',
    '%a = broadcast(%x, [-2], [4])\n%r = broadcast(%a, [-4, -1], [5, 6])',
    '%r = broadcast(%x, [-4, -3, -1], [5, 4, 6])',
  ),
  on('broadcast-broadcast', '%r = broadcast(%x, [], [])', isX),
  on('slice-all', '%r = slice(%x, -2, 0, B)', isX),
  on('slice-slice', '%a = slice(%x, -1, 1, 2)\n%r = slice(%a, -1, 1, 1)', '%r = slice(%x, -1, 2, 1)'),
  on('slice-concat', '%a = concat(%x, %v, axis=-1)\n%r = slice(%a, -1, 3, V)', 'output r %v'),
  on('slice-concat', '%a = concat(%x, %y, axis=-1)\n%r = slice(%a, -1, 4, 2)', '%r = slice(%y, -1, 1, 2)'),
  on(
    'slice-concat',
    '%a = concat(%x, %y, axis=-1)\n%r = slice(%a, -1, 2, 2)',
    '%a = concat(%x, %y, axis=-1)\n%r = slice(%a, -1, 2, 2)',
  ),
  on('slice-pad', '%a = pad(%x, -1, 1, 6)\n%r = slice(%a, -1, 1, 3)', isX),
  on('pad-nothing', '%r = pad(%x, -1, 0, 3)', isX),
  on('concat-one', '%r = concat(%x, axis=-1)', isX),
  on('sum-nothing', '%r = sum(%x, [])', isX),
  on(
    'sum-of-pads',
    '%a = pad(%x, -1, V, V + 6)\n%b = pad(%v, -1, 0, V + 6)\n%c = pad(%y, -1, V + 3, V + 6)\n%d = add(%a, %b)\n%r = add(%d, %c)',
    '%r = concat(%v, %x, %y, axis=-1)',
  ),
  on(
    'sum-of-pads',
    '%a = pad(%x, -1, 0, 6)\n%b = pad(%y, -1, 3, 6)\n%k = concat(%y, %x, axis=-1)\n%c = add(%a, %k)\n%r = add(%c, %b)',
    '%k = concat(%y, %x, axis=-1)\n%a = concat(%x, %y, axis=-1)\n%r = add(%a, %k)',
  ),
  // A pad that is a summand twice stays once beside the concat.
  on(
    'sum-of-pads',
    '%a = pad(%x, -1, 0, 6)\n%b = pad(%y, -1, 3, 6)\n%c = add(%a, %a)\n%r = add(%c, %b)',
    '%a = pad(%x, -1, 0, 6)\n%k = concat(%x, %y, axis=-1)\n%r = add(%k, %a)',
  ),
  on(
    'sum-of-pads',
    '%a = pad(%x, -1, 0, 6)\n%b = pad(%y, -1, 2, 6)\n%r = add(%a, %b)',
    '%a = pad(%x, -1, 0, 6)\n%b = pad(%y, -1, 2, 6)\n%r = add(%a, %b)',
  ),
  ...[
    ['%a = mul(%x, %x)\n%r = sqrt(%a)', '%r = abs(%x)'],
    ['%a = mul(%x, %x)\n%s = sum(%a, [-1])\n%r = sqrt(%s)', '%r = norm(%x, axes=[-1])'],
    [
      '%a = mul(%x, %x)\n%s = sum(%a, [-1, -2])\n%k = constant(4, real)\n%m = div(%s, %k)\n%r = sqrt(%m)',
      '%n = norm(%x, axes=[-1, -2])\n%k = constant(2, real)\n%r = div(%n, %k)',
    ],
    ['%a = mul(%x, %x)\n%b = mul(%y, %y)\n%s = add(%a, %b)\n%r = sqrt(%s)', '%r = hypot(%x, %y)'],
    ['%a = mul(%x, %x)\n%k = c(9)\n%s = add(%a, %k)\n%r = sqrt(%s)', '%k = c(3)\n%r = hypot(%x, %k)'],
    [
      '%a = mul(%x, %x)\n%t = lt(%x, %y)\n%k = c(0)\n%b = where(%t, %a, %k)\n%s = sum(%b, [-1])\n%r = sqrt(%s)',
      '%t = lt(%x, %y)\n%k = c(0)\n%b = where(%t, %x, %k)\n%r = norm(%b, axes=[-1])',
    ],
    [
      '%p = reshape(%v, [B, 1, V])\n%q = reshape(%v, [B, V, 1])\n%a = bmm(%p, %q, false, false)\n%s = reshape(%a, [B])\n%r = sqrt(%s)',
      '%p = reshape(%v, [B, 1, V])\n%n = norm(%p, axes=[-1])\n%r = reshape(%n, [B])',
    ],
    ['%a = mul(%x, %y)\n%s = sum(%a, [-1])\n%r = sqrt(%s)', '%a = mul(%x, %y)\n%s = sum(%a, [-1])\n%r = sqrt(%s)'],
    [
      '%k = c(-1)\n%a = mul(%x, %x)\n%s = add(%a, %k)\n%r = sqrt(%s)',
      '%k = c(-1)\n%a = mul(%x, %x)\n%s = add(%a, %k)\n%r = sqrt(%s)',
    ],
  ].map(([before, after]) => on('root-of-squares', before, after)),
  on(
    'log-softmax',
    '%p = softmax(%v, -1)\n%r = log(%p)',
    '%l = logsumexp(%v, -1)\n%k = broadcast(%l, [-1], [V])\n%r = sub(%v, %k)',
  ),
  on(
    'log-picked-softmax',
    '%p = softmax(%v, -1)\n%q = pick(%p, %i, -1, 0)\n%r = log(%q)',
    '%l = logsumexp(%v, -1)\n%a = pick(%v, %i, -1, 0)\n%r = sub(%a, %l)',
  ),
  on('log-sigmoid', '%p = sigmoid(%x)\n%r = log(%p)', '%r = log_sigmoid(%x)'),
  on(
    'log-complement',
    '%p = sigmoid(%x)\n%k = c(1)\n%q = sub(%k, %p)\n%r = log(%q)',
    '%n = neg(%x)\n%r = log_sigmoid(%n)',
  ),
  on(
    'log-complement',
    '%p = sigmoid(%x)\n%k = c(1)\n%q = sub(%k, %p)\n%s = sub(%k, %q)\n%r = log(%s)',
    '%r = log_sigmoid(%x)',
  ),
  on(
    'log-complement-moves',
    '%p = sigmoid(%x)\n%q = reshape(%p, [3*B])\n%c = constant(1, real)\n%k = broadcast(%c, [-1], [3*B])\n%s = sub(%k, %q)\n%r = log(%s)',
    '%n = neg(%x)\n%l = log_sigmoid(%n)\n%r = reshape(%l, [3*B])',
  ),
  ...[
    ['reshape', '', '[3, B]'],
    ['transpose', '', '[-1, -2]'],
    ['slice', '', '-1, 1, 2'],
    ['pick', '%i, ', '-1, 0'],
    ['reverse', '%i, ', '-1, 0'],
  ].map(([op, more, attrs]) =>
    on(
      'log-moves',
      `%p = sigmoid(%x)\n%q = ${op}(%p, ${more}${attrs})\n%r = log(%q)`,
      `%l = log_sigmoid(%x)\n%r = ${op}(%l, ${more}${attrs})`,
    ),
  ),
  on(
    'log-moves',
    '%p = softmax(%v, -1)\n%q = concat(%p, %x, axis=-1)\n%s = slice(%q, -1, 1, V)\n%r = log(%s)',
    '%l = logsumexp(%v, -1)\n%b = broadcast(%l, [-1], [V])\n%d = sub(%v, %b)\n%m = log(%x)\n%q = concat(%d, %m, axis=-1)\n%r = slice(%q, -1, 1, V)',
  ),
  on('log-moves', '%q = slice(%x, -1, 1, 2)\n%r = log(%q)', '%q = slice(%x, -1, 1, 2)\n%r = log(%q)'),
  on(
    'log-moves',
    '%p = sigmoid(%x)\n%q = pad(%p, -1, 1, 6)\n%r = log(%q)',
    '%p = sigmoid(%x)\n%q = pad(%p, -1, 1, 6)\n%r = log(%q)',
  ),
  on(
    'sigmoid-written-out',
    '%n = neg(%x)\n%e = exp(%n)\n%k = c(1)\n%s = add(%k, %e)\n%r = div(%k, %s)',
    '%r = sigmoid(%x)',
  ),
  on('sigmoid-written-out', '%e = exp(%x)\n%k = c(1)\n%s = add(%e, %k)\n%r = div(%e, %s)', '%r = sigmoid(%x)'),
  on(
    'sigmoid-written-out',
    '%e = exp(%x)\n%k = c(2)\n%s = add(%e, %k)\n%r = div(%e, %s)',
    '%e = exp(%x)\n%k = c(2)\n%s = add(%e, %k)\n%r = div(%e, %s)',
  ),
  on(
    'softmax-written-out',
    '%e = exp(%x)\n%s = sum(%e, [-1])\n%b = broadcast(%s, [-1], [3])\n%r = div(%e, %b)',
    '%r = softmax(%x, -1)',
  ),
  on(
    'softmax-written-out',
    '%e = exp(%x)\n%a = slice(%e, -2, 0, 3)\n%s = sum(%a, [-1])\n%b = broadcast(%s, [-2], [3])\n%r = div(%a, %b)',
    '%e = exp(%x)\n%a = slice(%e, -2, 0, 3)\n%s = sum(%a, [-1])\n%b = broadcast(%s, [-2], [3])\n%r = div(%a, %b)',
  ),
  on('log-exp', '%e = exp(%x)\n%r = log(%e)', isX),
  on(
    'log-exp',
    '%e = exp(%x)\n%k = c(1)\n%s = add(%k, %e)\n%r = log(%s)',
    '%n = neg(%x)\n%l = log_sigmoid(%n)\n%r = neg(%l)',
  ),
  on('log1p-stable', '%e = exp(%x)\n%r = log1p(%e)', '%n = neg(%x)\n%l = log_sigmoid(%n)\n%r = neg(%l)'),
  on('log1p-stable', '%p = sigmoid(%x)\n%n = neg(%p)\n%r = log1p(%n)', '%n = neg(%x)\n%r = log_sigmoid(%n)'),
  on('log1p-stable', '%n = neg(%x)\n%r = log1p(%n)', '%n = neg(%x)\n%r = log1p(%n)'),
  on(
    'log-selection',
    '%p = softmax(%v, -1)\n%q = pick(%p, %i, -1, 0)\n%c = constant(1, real)\n%k = broadcast(%c, [-1], [B])\n%s = sub(%k, %q)\n%r = log(%s)',
    `%p = softmax(%v, -1)
    %q = pick(%p, %i, -1, 0)
    %c = constant(1, real)
    %k = broadcast(%c, [-1], [B])
    %ones = broadcast(%c, [-2, -1], [B, V])
    %w = place(%k, %i, -1, 0, V)
    %u = sub(%ones, %w)
    %z = constant(0, real)
    %zeros = broadcast(%z, [-2, -1], [B, V])
    %t = lt(%zeros, %u)
    %total = logsumexp(%v, -1)
    %b = broadcast(%total, [-1], [V])
    %l = sub(%v, %b)
    %m = constant(-Infinity, real)
    %none = broadcast(%m, [-2, -1], [B, V])
    %o = where(%t, %l, %none)
    %far = logsumexp(%o, -1)
    %h = constant(0.5, real)
    %half = broadcast(%h, [-1], [B])
    %most = lt(%half, %q)
    %nothing = broadcast(%z, [-1], [B])
    %minus = neg(%q)
    %small = where(%most, %nothing, %minus)
    %near = log1p(%small)
    %r = where(%most, %far, %near)`,
  ),
  on(
    'log-complement-product',
    '%p = sigmoid(%x)\n%q = sigmoid(%y)\n%a = mul(%p, %q)\n%k = c(1)\n%s = sub(%k, %a)\n%r = log(%s)',
    `%n = neg(%x)
    %l = log_sigmoid(%n)
    %a = log_sigmoid(%x)
    %m = neg(%y)
    %b = log_sigmoid(%m)
    %s = add(%a, %b)
    %p = reshape(%l, [B, 3, 1])
    %q = reshape(%s, [B, 3, 1])
    %c = concat(%p, %q, axis=-1)
    %r = logsumexp(%c, -1)`,
  ),
  on(
    'log-combined',
    '%p = sigmoid(%x)\n%q = sigmoid(%y)\n%a = mul(%p, %q)\n%r = log(%a)',
    '%a = log_sigmoid(%x)\n%b = log_sigmoid(%y)\n%r = add(%a, %b)',
  ),
  on(
    'log-combined',
    '%p = sigmoid(%x)\n%q = exp(%y)\n%a = div(%p, %q)\n%r = log(%a)',
    '%a = log_sigmoid(%x)\n%r = sub(%a, %y)',
  ),
  on(
    'log-combined',
    '%p = exp(%x)\n%s = sum(%p, [-1, -2])\n%r = log(%s)',
    '%a = logsumexp(%x, -2)\n%r = logsumexp(%a, -1)',
  ),
  on('log-combined', '%p = exp(%x)\n%s = mul(%p, %y)\n%r = log(%s)', '%p = exp(%x)\n%s = mul(%p, %y)\n%r = log(%s)'),
  on(
    'log-moves',
    '%p = sigmoid(%x)\n%t = lt(%x, %y)\n%q = exp(%y)\n%w = where(%t, %p, %q)\n%r = log(%w)',
    '%t = lt(%x, %y)\n%p = log_sigmoid(%x)\n%r = where(%t, %p, %y)',
  ),
  on(
    'log-complement-moves',
    '%p = sigmoid(%x)\n%q = sigmoid(%y)\n%w = max(%p, %q)\n%k = c(1)\n%s = sub(%k, %w)\n%r = log(%s)',
    '%m = neg(%x)\n%p = log_sigmoid(%m)\n%n = neg(%y)\n%q = log_sigmoid(%n)\n%r = min(%p, %q)',
  ),
  on(
    'concat-concat',
    '%a = concat(%x, %y, axis=-1)\n%b = concat(%a, %x, axis=-1)\n%r = concat(%y, %b, axis=-1)',
    '%r = concat(%y, %x, %y, %x, axis=-1)',
  ),
  on(
    'concat-concat',
    '%a = concat(%x, %x, axis=-2)\n%b = concat(%y, %y, axis=-2)\n%r = concat(%a, %b, axis=-1)',
    '%a = concat(%x, %x, axis=-2)\n%b = concat(%y, %y, axis=-2)\n%r = concat(%a, %b, axis=-1)',
  ),
  on(
    'broadcast-late',
    '%a = slice(%x, -2, 0, 1)\n%b = slice(%y, -2, 0, 1)\n%p = broadcast(%a, [-1], [4])\n%q = broadcast(%b, [-1], [4])\n%r = mul(%p, %q)',
    '%a = slice(%x, -2, 0, 1)\n%b = slice(%y, -2, 0, 1)\n%m = mul(%a, %b)\n%r = broadcast(%m, [-1], [4])',
  ),
  on(
    'broadcast-late',
    '%a = slice(%x, -2, 0, 3)\n%p = broadcast(%a, [-1], [3])\n%q = broadcast(%a, [-2], [3])\n%r = mul(%p, %q)',
    '%a = slice(%x, -2, 0, 3)\n%p = broadcast(%a, [-1], [3])\n%q = broadcast(%a, [-2], [3])\n%r = mul(%p, %q)',
  ),
  on(
    'last-step',
    `%h, %s = scan(4, false) {
      const %x = %x
      carry %h = %y
      %n = mul(%h, %x)
      next %n
      yield %n
    }
    %l = slice(%s, -3, 3, 1)
    %r = reshape(%l, [B, 3])`,
    `%r = scan(4, false) {
      const %x = %x
      carry %h = %y
      %n = mul(%h, %x)
      next %n
    }`,
  ),
  on(
    'last-step',
    `%h, %s = scan(4, true) {
      const %x = %x
      carry %h = %y
      %n = mul(%h, %x)
      next %n
      yield %n
    }
    %l = slice(%s, -3, 0, 1)
    %r = reshape(%l, [B, 3])`,
    `%r = scan(4, true) {
      const %x = %x
      carry %h = %y
      %n = mul(%h, %x)
      next %n
    }`,
  ),
  ...['%s = scan(4, false) {;yield %n;3', '%s = scan(4, true) {;yield %n;0', '%s = scan(4, false) {;yield %h;3'].map(
    (varied, i) => {
      const [scan, stacked, last] = varied.split(';')
      const start = i < 2 ? 3 - Number(last) : last
      // The other end, and what enters the last step.
      const text = `%h, ${scan}
      const %x = %x
      carry %h = %y
      %n = mul(%h, %x)
      next %n
      ${stacked}
    }
    %l = slice(%s, -3, ${start}, 1)
    %r = reshape(%l, [B, 3])`
      return on('last-step', text, text)
    },
  ),
  ...['%m', '%k'].map(stacked =>
    on(
      'last-valid-step',
      `${validSteps}
      %m = mul(%h, %x)
      %k = where(%q, %m, %h)
      next %k
      yield ${stacked}
    }
    %one = constant(1, int)
    %ones = broadcast(%one, [-1], [B])
    %j = sub(%i, %ones)
    %r = pick(%s, %j, -3, 1)`,
      `${validSteps.replace('%e, %s', '%e')}
      %m = mul(%h, %x)
      %k = where(%q, %m, %h)
      next %k
    }
    %zero = constant(0, int)
    %zeros = broadcast(%zero, [-1], [B])
    %some = lt(%zeros, %i)
    %rows = broadcast(%some, [-1], [3])
    %nothing = c(0)
    %r = where(%rows, %e, %nothing)`,
    ),
  ),
  on(
    'sliced-inputs',
    `%a = slice(%x, -1, 0, 2)
    %b = slice(%x, -1, 1, 2)
    %r = scan(B, false) {
      each %p = %a
      each %q = %b
      %s = sub(%p, %q)
      yield %s
    }`,
    `%r = scan(B, false) {
      each %x = %x
      %p = slice(%x, -1, 0, 2)
      %q = slice(%x, -1, 1, 2)
      %s = sub(%p, %q)
      yield %s
    }`,
  ),
  on(
    'log-enters-scan',
    `%ps = scan(B, false) {
      each %a = %v
      %p = softmax(%a, -1)
      yield %p
    }
    %q = pick(%ps, %i, -1, 0)
    %r = log(%q)`,
    `%ls = scan(B, false) {
      each %a = %v
      %l = logsumexp(%a, -1)
      %k = broadcast(%l, [-1], [V])
      %d = sub(%a, %k)
      yield %d
    }
    %r = pick(%ls, %i, -1, 0)`,
  ),
  on(
    'log-enters-scan',
    `%one = c(1)
    %qs = scan(B, true) {
      each %a = %x
      %p = sigmoid(%a)
      yield %p
    }
    %s = sub(%one, %qs)
    %r = log(%s)`,
    `%ls = scan(B, true) {
      each %a = %x
      %n = neg(%a)
      %l = log_sigmoid(%n)
      yield %l
    }
    output r %ls`,
  ),
  on(
    'log-leaves-scan',
    `%p = softmax(%v, -1)
    %h, %r = scan(B, false) {
      carry %h = %y
      each %a = %p
      each %j = %i
      %q = pick(%a, %j, -1, 0)
      %l = log(%q)
      next %h
      yield %l
    }`,
    `%t = logsumexp(%v, -1)
    %k = broadcast(%t, [-1], [V])
    %d = sub(%v, %k)
    %r = scan(B, false) {
      each %a = %d
      each %j = %i
      %l = pick(%a, %j, -1, 0)
      yield %l
    }`,
  ),
  on(
    'log-leaves-scan',
    `%p = sigmoid(%x)
    %r = scan(B, false) {
      const %p = %p
      each %b = %y
      %k = constant(1, real)
      %one = broadcast(%k, [-2, -1], [B, 3])
      %q = sub(%one, %p)
      %l = log(%q)
      yield %l
    }`,
    `%n = neg(%x)
    %l = log_sigmoid(%n)
    %r = broadcast(%l, [-3], [B])`,
  ),
  on(
    'known-constant',
    `%k = constant(2, real)
    %h, %r = scan(B, false) {
      const %k = %k
      carry %h = %y
      each %a = %x
      %b = broadcast(%k, [-2, -1], [B, 3])
      %n = mul(%h, %b)
      next %n
      yield %h
    }`,
    `%h, %r = scan(B, false) {
      carry %h = %y
      %k = constant(2, real)
      %b = broadcast(%k, [-2, -1], [B, 3])
      %n = mul(%h, %b)
      next %n
      yield %h
    }`,
  ),
  on(
    'constant-carry',
    `%h, %r, %e = scan(B, false) {
      carry %h = %y
      carry %g = %y
      %n = mul(%h, %g)
      next %n, %g
      yield %n
    }
    output r
    output s %h`,
    `%h = scan(B, false) {
      const %g = %y
      carry %h = %y
      %n = mul(%h, %g)
      next %n
    }
    output r %y
    output s %h`,
  ),
  on(
    'passed-output',
    `%h, %a, %b, %c = scan(B, false) {
      const %k = %y
      carry %h = %x
      each %a = %x
      %two = constant(2, real)
      %n = mul(%h, %k)
      next %n
      yield %a, %k, %two
    }
    output h
    output a
    output b
    output c`,
    `%1 = broadcast(%y, [-3], [B])
    %2 = constant(2, real)
    %3 = broadcast(%2, [-1], [B])
    %h = scan(B, false) {
      const %k = %y
      carry %h = %x
      %n = mul(%h, %k)
      next %n
    }
    output h
    output a %x
    output b %1
    output c %3`,
  ),
]

const noOther = (name: string): typeof simplify => ({
  ...simplify,
  run: (context, block) =>
    rewriteBlock(
      context,
      block,
      simplifyRules.filter(r => r.name !== name),
    ),
})

describe('simplify', () => {
  for (const { rule, before, after } of examples) {
    it(`${rule}: ${before.split('\n').slice(4).join('; ')}`, () => {
      becomes([simplify, cse, dce], before, after)
      if (outcome([cse, dce], before) === outcome([cse, dce], after)) return
      const without = outcome([noOther(rule), cse, dce], before)
      assert.notEqual(without, outcome([simplify, cse, dce], before), 'the example does not need its rule')
    })
  }

  it('every rule has an example', () => {
    const missing = simplifyRules.filter(r => !examples.some(e => e.rule === r.name)).map(r => r.name)
    assert.deepEqual(missing, [])
  })

  it('gives back the block itself where nothing applies', () => {
    const { graph, context } = readGraph(graphText('input x: real[3]\n%y = tanh(%x)\noutput y'))
    for (const pass of [simplify, cse, dce]) assert.equal(pass.run(context, graph), graph)
  })
})
