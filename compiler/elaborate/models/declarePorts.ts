// Declares the inputs and targets of a model, with their axes and lengths, as parameters of its block in the user's layout.
import type { AxisExpr, Declaration, Expr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { broadcast } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { labelledHyper } from '../expand/labelledHyper.ts'
import { knownDim, type Resolver, resolveItem } from '../expand/typeExpressions.ts'
import { checkCount } from '../tensors/labels.ts'
import { expand, tensor } from '../tensors/layout.ts'
import { noFacts } from '../values/facts.ts'
import { declaredLength, type Scope, type Streaming } from '../values/scope.ts'
import type { Port } from '../values/signature.ts'
import type { Axis } from '../values/tensor.ts'

/** Ports, parameter names and free dims of the declarations so far. */
export interface Declared {
  readonly inputs: Port[]
  readonly targets: Port[]
  /** The names of the block's parameters, by value id. */
  readonly inputNames: Map<number, string>
  readonly freeDims: Set<string>
}

/** Declares the names of an `input` or `target` statement, and makes axes and free dims that are new. */
export function declarePorts(scope: Scope, d: Declaration, declared: Declared): void {
  const { inputNames, freeDims } = declared
  const { session, builder } = scope
  const free = (expr: Expr, least?: number): D.Dim => {
    if (expr.kind === 'name' && !scope.names.has(expr.name)) {
      const given = session.sizes.get(expr.name)
      if (given === undefined) freeDims.add(expr.name)
      scope.names.set(expr.name, labelledHyper(expr.name, given ?? { kind: 'dim', dim: D.symbol(expr.name) }))
    }
    return knownDim(scope, expr, 'a dim', undefined, least)
  }
  const axes: Axis[] = []
  for (const axis of d.type.axes) axes.push(declareAxis(scope, axis, axes, free, inputNames))
  const resolver: Resolver = {
    dim: free,
    axis: () => {
      throw new Error('axes are declared first')
    },
    item: (name, span) =>
      fail(
        'RNN210',
        {
          what: `${d.kind} type`,
          expected: '`[D]`, `real`, `int`, `bool`, `token of V` or `class of K`',
          found: `\`${name}\``,
        },
        { span },
      ),
  }
  const type = resolveItem(d.type, resolver)
  for (const { text: name, span } of d.names) {
    if (scope.names.has(name)) fail('RNN107', { name }, { span })
    const item = type.item.map(D.unlabelled)
    const shape = [session.batch.size, ...axes.map(a => a.size), ...item]
    if (type.coding !== undefined) checkCount(d.kind === 'input' ? 'input' : 'target', name, type.coding, span)
    const given = builder.param({ dtype: type.dtype, shape }, { hint: name, span })
    inputNames.set(given.id, name)
    session.ports.set(given.id, name)
    const layout = [...axes, session.batch]
    const value = expand(scope, tensor(given, [session.batch, ...axes], item), layout, item)
    const facts = d.kind === 'target' ? { ...noFacts, targets: new Set([name]) } : noFacts
    scope.names.set(name, tensor(value, layout, type.item, { coding: type.coding, facts, name }))
    const port: Port = {
      name,
      dtype: type.dtype,
      item,
      axes: axes.map(a => ({ name: a.name, size: a.size, ragged: a.lengths !== undefined })),
      ...(type.coding && { coding: { kind: type.coding.kind, size: D.unlabelled(type.coding.size) } }),
    }
    if (d.kind === 'input') declared.inputs.push(port)
    else declared.targets.push(port)
  }
}

/** Finds an axis of the model by its name, or makes a new one, which is ragged unless it has a length. */
function declareAxis(
  scope: Scope,
  axis: AxisExpr,
  before: readonly Axis[],
  free: (e: Expr) => D.Dim,
  inputNames: Map<number, string>,
): Axis {
  const { session, builder } = scope
  const { text: name, span } = axis.name
  const length = axis.length && D.unlabelled(free(axis.length))
  const known = scope.axes.get(name)
  if (known !== undefined) {
    const declared = declaredLength(session, known)
    if (length !== undefined && !D.equal(length, declared)) {
      fail('RNN204', { name, declared: `[${D.format(declared)}]`, found: `[${D.format(length)}]` }, { span })
    }
    if (before.includes(known)) fail('RNN107', { name }, { span, help: 'a value can be over an axis only once' })
    const outer = known.lengths?.axes.find(a => !a.batch && !before.includes(a))
    if (outer !== undefined) {
      const help = `the lengths of ${name} differ along ${outer.name}: \`over ${outer.name} over ${name}\``
      fail('RNN215', { value: `a value over ${name}`, axis: outer.name }, { span, help })
    }
    return known
  }
  if (scope.names.has(name)) fail('RNN107', { name }, { span })
  if (session.stream?.axis === name && before.length === 0) {
    const streamed = streamedAxis(scope, session.stream, length)
    scope.axes.set(name, streamed)
    return streamed
  }
  if (length !== undefined) {
    const fixed: Axis = { name, size: length, batch: false }
    scope.axes.set(name, fixed)
    return fixed
  }
  const given = builder.param(
    { dtype: 'int', shape: [session.batch.size, ...before.map(a => a.size)] },
    { hint: `${name}.lengths`, span },
  )
  inputNames.set(given.id, `${name}.lengths`)
  const layout = [...before, session.batch]
  const lengths = tensor(expand(scope, tensor(given, [session.batch, ...before], []), layout, []), layout, [], {
    name: `length of ${name}`,
  })
  const ragged: Axis = { name, size: D.symbol(name), batch: false, lengths }
  scope.axes.set(name, ragged)
  return ragged
}

/** The name of the input that tells, for each example of a stream, how many elements came before the window. */
export const positionInput = '@position'

/** Makes the axis of a stream: a run sees a window of it, in which every element is valid. */
function streamedAxis({ builder, session }: Scope, stream: Streaming, fixed: D.Dim | undefined): Axis {
  const axis: Axis = { name: stream.axis, size: D.symbol(stream.axis), batch: false }
  if (fixed !== undefined) stream.fixed = fixed
  const before = builder.param({ dtype: 'int', shape: [session.batch.size] }, { hint: positionInput })
  const within = broadcast(builder, builder.emit('iota', [], { size: axis.size }), [-1], [session.batch.size])
  const places = builder.emit('add', [broadcast(builder, before, [-2], [axis.size]), within], {}, { hint: 'position' })
  stream.places.set(axis, { ...tensor(places, [axis, session.batch], []), name: 'position' })
  return axis
}
