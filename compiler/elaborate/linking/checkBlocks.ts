// Checks the references between `train` blocks, `data` blocks and models, before any expression is evaluated.
import type { Data, Expr, Span, Unit } from '../../../dsl/ast.ts'
import { allExprs } from '../../../dsl/children.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import { didYouMean, suggest } from '../../../dsl/suggest.ts'
import type { LinkedProgram } from './linkProgram.ts'

/** Reports RNN106 for unknown models or data, RNN421 for data of another model, RNN401 for unfed ports, RNN105 for idle equations. */
export function checkBlocks({ models, datas, trains }: LinkedProgram): Diagnostic[] {
  const unknown = (name: { text: string; span: Span }, known: readonly { name: { text: string } }[]): Diagnostic[] => {
    const names = known.map(k => k.name.text)
    if (names.includes(name.text)) return []
    return [diagnostic('RNN106', { name: name.text }, { span: name.span, help: didYouMean(name.text, names) })]
  }
  const inTrain = trains.flatMap(train => {
    const data = datas.find(d => d.name.text === train.data.text)
    if (
      data !== undefined &&
      data.model.text !== train.model.text &&
      models.some(m => m.name.text === train.model.text)
    )
      return [
        diagnostic(
          'RNN421',
          { data: data.name.text, other: data.model.text, model: train.model.text },
          { span: train.data.span, labels: [{ span: data.model.span, text: 'declared here' }] },
        ),
      ]
    return [...unknown(train.model, models), ...unknown(train.data, datas)]
  })
  const inData = datas.flatMap(data => {
    const model = models.find(m => m.name.text === data.model.text)
    const trained = trains.some(t => t.data.text === data.name.text)
    return model === undefined ? unknown(data.model, models) : feeding(data, model, trained)
  })
  return [...inTrain, ...inData]
}

/** Checks that every input has an equation, every target too if the data is trained on, and that every equation is used. */
function feeding(data: Data, model: Unit, trained: boolean): Diagnostic[] {
  const ports = model.body.flatMap(s =>
    s.kind === 'input' || s.kind === 'target' ? s.names.map(({ text }) => ({ kind: s.kind, name: text })) : [],
  )
  const left = data.body.map(e => e.name.text)
  const missing = ports.filter(p => !left.includes(p.name) && (p.kind === 'input' || trained))
  const read = new Set(data.body.flatMap(e => readBy(e.value)))
  const known = ['split', ...ports.map(p => p.name)]
  const idle = data.body.filter(e => !known.includes(e.name.text) && !read.has(e.name.text))
  const near = (port: string): string | undefined =>
    suggest(
      port,
      idle.map(e => e.name.text),
    )
  const meant = new Set(missing.map(p => near(p.name)))
  return [
    ...missing.map(({ kind, name }) => {
      const found = near(name)
      const help = found && `\`${found}\` is defined here: rename it to \`${name}\``
      return diagnostic(
        'RNN401',
        { kind, input: name, data: data.name.text },
        { span: data.name.span, ...(help && { help }) },
      )
    }),
    ...idle
      .filter(e => !meant.has(e.name.text))
      .map(({ name: { text, span } }) => {
        const help =
          didYouMean(text, known) ??
          `all inputs and targets of \`${model.name.text}\` have data, and nothing reads this`
        return diagnostic('RNN105', { kind: 'input or target', name: text }, { span, help })
      }),
  ]
}

/** Lists the names that an expression of a data block reads. */
const readBy = (e: Expr): string[] => [...allExprs(e)].flatMap(x => (x.kind === 'name' ? [x.name] : []))
