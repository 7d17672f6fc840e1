// Chooses the axis along which a model runs as a stream, and checks that no output reads ahead along it.
import { type Diagnostic, diagnostic } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import type { LoweredModel } from '../elaborate/models/lowerModel.ts'
import { throwAll } from '../elaborate/values/collectProblems.ts'
import { pathOf } from '../elaborate/values/facts.ts'
import { splitName } from '../elaborate/values/shortenedName.ts'
import { baseOf } from '../elaborate/values/tensor.ts'
import { refuseStream } from './crossAxis.ts'

/**
 * Chooses the axis: the one asked for, else that of the targets that the model reads late, else the only one, or the only one that the
 * outputs are over. Throws RNN334 if there is none, or more than one to choose from.
 */
export function axisOfStream(model: LoweredModel, asked: string | undefined): string {
  const ports = [...model.inputs, ...model.targets.filter(t => model.fedBack.includes(t.name))]
  const first = (all: readonly { readonly axes: LoweredModel['inputs'][number]['axes'] }[]): string[] => [
    ...new Set(all.flatMap(p => p.axes.slice(0, 1).map(a => a.name))),
  ]
  const axes = first(ports)
  const late = first(model.targets.filter(t => model.fedBack.includes(t.name)))
  const refuse = (reason: string, help?: string): never => refuseStream(model, reason, help)
  if (asked !== undefined) {
    const other = late.find(axis => axis !== asked)
    if (axes.includes(asked) && other !== undefined) return refuse(`it reads its own answers along \`${other}\``)
    if (axes.includes(asked)) return asked
    const known = [...axes].map(a => `\`${a}\``).join(', ')
    const all = axes.length === 0 ? 'it has none' : `they are along ${known}`
    return refuse(`no input is over an axis \`${asked}\`; ${all}`, didYouMean(asked, axes))
  }
  const choices = late.length > 0 ? late : axes
  if (choices.length === 0) return refuse('none of its inputs is over an axis')
  if (choices.length === 1) return choices[0]
  const answered = choices.filter(axis => model.outputs.some(o => o.axes.some(a => splitName(a.name).base === axis)))
  if (answered.length === 1) return answered[0]
  return refuse(
    `its inputs are over several axes: ${choices.join(' and ')}`,
    'name the axis: `--over NAME`, or `{ over }` in the library',
  )
}

/** Throws RNN331 for each output that needs what comes later along the axis. */
export function checkAhead(model: LoweredModel, axis: string): void {
  const { lineOf, stream } = model.session
  throwAll(
    model.outputs.flatMap((output): Diagnostic[] => {
      const cause = [...output.facts.ahead].find(([a]) => stream?.places.has(a) || stream?.places.has(baseOf(a)))?.[1]
      if (cause === undefined) return []
      const name = `\`${output.name}\``
      const values = { axis, operation: cause.operation, line: lineOf(cause.span), value: cause.value, output: name }
      return [
        diagnostic('RNN331', values, {
          span: output.span,
          labels: [{ span: cause.span, text: 'needs later steps' }],
          help: pathOf(cause, lineOf(cause.span), name),
        }),
      ]
    }),
  )
}
