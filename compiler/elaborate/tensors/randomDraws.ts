// Emits random draws as equations: counter-based, so that no rearrangement, batching or resume changes them.
// A draw is a hash of (seed, training step, place in the text, scan steps, example, position, element).
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { fill, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { joinFacts } from '../values/facts.ts'
import { formatBoth, formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Init } from '../values/signature.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { checkAxes } from './checkAxes.ts'
import { expand, joinAxes, shapeOf, tensor } from './layout.ts'
import { placesOf } from './lengths.ts'
import { inOrder } from './order.ts'
import { commonItem } from './pointwise.ts'

/** Names of the scalar int inputs of a graph with draws. No name of a program starts with `@`. */
const seedInput = '@seed'
const stepInput = '@step'

/** Draws uniformly from [0, 1), independently for each element of the axes and the item. */
function drawUniform(scope: Scope, axes: readonly Axis[], item: readonly D.Dim[]): Tensor {
  const { builder: b, session } = scope
  const place = scalar(b, session.draws++, 'int')
  const mix = (h: Tensor, x: Tensor): Tensor => {
    const all = [...new Set([...h.axes, ...x.axes])]
    const ordered = axes.filter(a => all.includes(a)).concat(all.filter(a => !axes.includes(a)))
    return tensor(b.emit('mix', [expand(scope, h, ordered, []), expand(scope, x, ordered, [])]), ordered, [])
  }
  let hash = tensor(b.emit('mix', [drawKey(scope), place]), [], [])
  for (const step of scope.steps()) hash = mix(hash, step)
  for (const axis of [...axes].reverse()) hash = mix(hash, placesOf(scope, axis))
  const shape = shapeOf(axes, item)
  let value = expand(scope, hash, axes, item)
  item.forEach((size, i) => {
    const rank = shape.length
    const positions = b.emit('iota', [], { size: D.unlabelled(size) })
    const others = shape.map((_, d) => d).filter(d => d !== axes.length + i)
    const spread = b.emit('broadcast', [positions], { at: others.map(d => d - rank), sizes: others.map(d => shape[d]) })
    value = b.emit('mix', [value, others.length === 0 ? positions : spread])
  })
  return tensor(b.emit('unit', [value]), axes, item)
}

/** Gives the hash of seed and training step, emitted once. */
function drawKey(scope: Scope): Value {
  const { session } = scope
  if (session.drawKey === undefined) {
    const seed = session.root.param({ dtype: 'int', shape: [] }, { hint: seedInput })
    const step = session.root.param({ dtype: 'int', shape: [] }, { hint: stepInput })
    session.drawKey = session.root.emit('mix', [seed, step], {}, { hint: 'draw' })
  }
  return session.drawKey
}

/** Draws 1 with probability p, else 0, for each element of `like`; gives p itself outside of training. */
export function bernoulli(scope: Scope, p: Tensor, like: Tensor, span: Span): Tensor {
  const shaped = commonItem([like, p], span, 'bernoulli')
  if (shaped.item.length > like.item.length) {
    const caret = `the probability is ${formatItem(p)}, and the draw is for ${formatItem(like)}`
    const help = 'the probability is one number, or one for each element that is drawn'
    fail(
      'RNN203',
      { operation: 'bernoulli', left: formatBoth(p.item), right: formatBoth(like.item) },
      { span, caret, help },
    )
  }
  checkAxes(scope, [like, p], span)
  const facts = joinFacts([p])
  const axes = joinAxes([like, p])
  const limit = expand(scope, inOrder(scope, p), axes, like.item)
  if (!scope.session.training) return tensor(limit, axes, like.item, { facts, name: '' })
  const u = drawUniform(scope, axes, like.item)
  const below = scope.builder.emit('lt', [u.value, limit])
  return tensor(scope.builder.emit('real', [below]), axes, like.item, { facts, name: '' })
}

/** Emits the initial value of a state: numbers and draws over its whole type. */
export function drawInitial(
  scope: Scope,
  init: Init,
  type: { readonly item: readonly D.Dim[]; readonly axes: readonly Axis[] },
  span: Span,
): Tensor {
  const b = scope.builder
  const shape = shapeOf(type.axes, type.item)
  const constant = (value: number): Value => fill(b, scalar(b, value), shape)
  const binary = (op: PlainOp, x: Value, y: Value): Value => b.emit(op, [x, y])
  const build = (i: Init): Value => {
    switch (i.kind) {
      case 'number':
        return constant(i.value)
      case 'negate':
        return b.emit('neg', [build(i.value)])
      case 'binary':
        return binary(
          ({ '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const)[i.op],
          build(i.left),
          build(i.right),
        )
      case 'draw':
        return draw(i.initializer, i.args)
    }
  }
  const uniform = (): Value => drawUniform(scope, type.axes, type.item).value
  const draw = (name: string, args: readonly number[]): Value => {
    if (name === 'zeros') return constant(0)
    if (name === 'ones') return constant(1)
    if (name === 'uniform') {
      const [low, high] = args
      return binary('add', constant(low), binary('mul', constant(high - low), uniform()))
    }
    if (name === 'normal') {
      // Box & Muller 1958; 1 - u keeps the logarithm finite.
      const radius = b.emit('sqrt', [
        binary('mul', constant(-2), b.emit('log', [binary('sub', constant(1), uniform())])),
      ])
      const angle = b.emit('cos', [binary('mul', constant(2 * Math.PI), uniform())])
      return binary('mul', constant(args[0] ?? 1), binary('mul', radius, angle))
    }
    return fail(
      'RNN210',
      { what: 'a state', expected: 'initialized with zeros, ones, normal or uniform', found: name },
      { span },
    )
  }
  return tensor(build(init), type.axes, type.item, { name: '' })
}
