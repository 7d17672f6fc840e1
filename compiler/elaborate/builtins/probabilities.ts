// Built-in functions of probabilities and labels, with which losses and metrics are written.
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { makersOf, type Value } from '../../ir/graph.ts'
import { isProbability, logSources } from '../../ir/probability.ts'
import { type View, viewOf } from '../../ir/view.ts'
import { constantTensor, toReal } from '../tensors/constants.ts'
import { matchLabels, toldApart } from '../tensors/labels.ts'
import { tensor, withItem } from '../tensors/layout.ts'
import { pointwise } from '../tensors/pointwise.ts'
import { bernoulli } from '../tensors/randomDraws.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import { staticValue } from '../values/entity.ts'
import { formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { builtin } from './builtin.ts'

/** Makes a view of the values of a scope's block; it follows parameters of a scan's body to the values outside. */
function viewOfScope({ builder, around }: Scope): View {
  const outside = around && {
    view: viewOfScope(around.scope),
    of: (v: Value): Value => around.bindings().find(b => b.inner === v)?.outer ?? v,
  }
  return viewOf(makersOf(builder.eqns), v => outside && { view: outside.view, value: outside.of(v) })
}

export const probabilityBuiltins: readonly Builtin[] = [
  /**
   * Gives the value itself; throws RNN213 unless it ends in a softmax or a sigmoid, whose logits the stable form needs. With a label
   * it is the probability of yes, which is label 1: RNN416 for more than two labels.
   */
  builtin('probability', 'p, label', [1, 2], ({ scope, span }, p, label) => {
    const text = scope.call?.argument || p.name
    const view = viewOfScope(scope)
    if (!isProbability(view, p.value)) {
      const [callee, value] = [scope.call?.callee ?? 'probability', p.name || text || 'its first argument']
      return fail(
        'RNN213',
        { callee, value, source: sourceOf(p) },
        {
          span: scope.call?.span ?? span,
          ...(logSources(view, p.value, 'itself').hasLogits && { help: keeps(value) }),
        },
      )
    }
    if (label !== undefined) {
      const choice = { text, labels: D.constant(2) }
      matchLabels(scope, label, choice, span)
    }
    return { ...p, asked: p.value, choice: { text, labels: toldApart(p.item) } }
  }),
  /** Gives the most likely class of a distribution: the index of the largest element, or p > 0.5 for a single number. */
  builtin('decide', 'p', 1, ({ scope, span }, p) => {
    const choice = { text: scope.call?.argument || p.name, labels: toldApart(p.item) }
    const single = p.item.length === 0 || (p.item.length === 1 && D.asNumber(p.item[0]) === 1)
    if (!single) {
      if (p.item.length !== 1)
        fail('RNN229', { operation: '`decide`', expected: 'a vector or one number', found: formatItem(p) }, { span })
      const value = scope.builder.emit('argmax', [p.value], { axis: -1 })
      return tensor(value, p.axes, [], { reversed: p.reversed, facts: p.facts, name: '', choice })
    }
    const flat = toReal(scope, withItem(scope, p, []))
    const above = pointwise(scope, 'lt', [constantTensor(scope, 0.5), flat], span)
    const int = (v: number): Tensor => constantTensor(scope, v, 'int')
    return { ...pointwise(scope, 'where', [above, int(1), int(0)], span), choice }
  }),
  /** Gives a vector that is 1 at the place of a label and 0 elsewhere, with as many elements as `p` distinguishes labels. */
  builtin('one_hot', 'label, p', 2, ({ scope, span }, label, p) => {
    if (label.dtype !== 'int' || label.item.length > 0) {
      const found = formatItem(label)
      fail('RNN229', { operation: '`one_hot`', expected: 'a class, a token or a whole number', found }, { span })
    }
    const choice = { text: scope.call?.argument || p.name, labels: toldApart(p.item) }
    matchLabels(scope, label, choice, span)
    const size = D.unlabelled(choice.labels)
    const places = tensor(scope.builder.emit('iota', [], { size }), [], [size], { name: 'one_hot' })
    return { ...toReal(scope, pointwise(scope, 'eq', [places, { ...label, coding: undefined }], span)), name: '' }
  }),
  /** Gives the probability of label 1 of two. RNN229 for a distribution over more, RNN416 for a label with more. */
  builtin('positive', 'p, label', 2, ({ scope, span }, p, label) => {
    const places = D.asNumber(D.product(p.item))
    if (p.item.length > 1 || (places !== undefined && places > 2)) {
      const operation = `\`${scope.call?.callee ?? 'positive'}\``
      const other = [...scope.session.library.keys()].find(name => name.endsWith(`_${scope.call?.callee}`))
      const help = other && `for more classes: \`${other}\``
      const values = { operation, expected: 'the probability of one of two labels', found: formatItem(p) }
      fail('RNN229', values, { span: scope.call?.span ?? span, ...(help && { help }) })
    }
    const choice = { text: scope.call?.argument || p.name, labels: D.constant(2) }
    matchLabels(scope, label, choice, span)
    if (p.item.length === 0) return { ...p, name: '' }
    // Of several, label 1 is the last of two: a size that is not known yet is checked with the data.
    const attrs = { axis: -1, start: D.constant(places === 1 ? 0 : 1), size: D.constant(1) }
    const value = scope.builder.emit('slice', [p.value], attrs)
    return withItem(scope, { ...p, value, item: [D.constant(1)], name: '' }, [])
  }),
  builtin('bernoulli', 'p, like', 2, (call, p, like) => {
    checkChance(call)
    return bernoulli(call.scope, toReal(call.scope, p), like, call.span)
  }),
]

/** Words the help for a value that holds probabilities, but whose logarithm and that of 1 - value are not both known. */
const keeps = (value: string): string =>
  `\`${value}\` contains a softmax or sigmoid; indices, slices, joins, \`1 - p\`, \`where\`, products, and sums of elements of one softmax keep its logits: use only these, or write the logarithm yourself`

/** Throws RNN230 for a static probability that is not from 0 to 1. */
function checkChance({ scope, args: [p], spans: [span] }: Call): void {
  const chance = staticValue(p)
  if (chance === undefined || (chance >= 0 && chance <= 1)) return
  const what = `\`${sourceText(scope, span)}\`, the probability of \`bernoulli\`,`
  fail('RNN230', { what, expected: 'a number from 0 to 1', found: String(chance) }, { span })
}

/** Gives the text that a value comes from, for RNN213. */
const sourceOf = (p: Tensor): string => p.source ?? 'something else'
