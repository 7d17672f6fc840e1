// The report of a training as one HTML page: how it ended, curves, predictions beside the truth, the model and its data as text.
import { counted } from '../../dsl/counted.ts'
import { describePort } from '../../runtime/data/bindSizes.ts'
import { numbersOf, type Report } from '../../runtime/session.ts'
import type { EpochReport } from '../../runtime/train.ts'
import { formula, parameterCount } from '../describeSignature.ts'
import { ownSources } from '../openSource.ts'
import { ranBy } from '../output.ts'
import { type TrainedModel, trainingText } from '../trainingReport.ts'
import { drawChart } from './chart.ts'
import { element, htmlPage, htmlTable, type Markup } from './html.ts'

/** Writes the page. `compared` are sections on the predictions for the part of that name. */
export function trainingPage(trained: TrainedModel, part: string, compared: readonly Markup[]): string {
  const { plan, result, summary, tested, inUnits } = trained
  const [ending] = trainingText(trained).split('\n')
  const { model } = plan
  const losses = {
    training: summary.training,
    validation: summary.validation,
    test: tested,
    'test, in the units of the data': inUnits,
  }
  return htmlPage(
    `Training of ${model.signature.name}`,
    element('p', {}, `${ending}.`),
    lossTable(losses),
    element('h2', {}, 'Curves'),
    ...curves(result.history),
    ...(compared.length === 0 ? [] : [element('h2', {}, `Predictions for the ${part} part`), ...compared]),
    element('h2', {}, 'Data'),
    htmlTable(dataRows(trained)),
    element('h2', {}, 'Model'),
    htmlTable([
      ['input or target', 'type'],
      ...[...model.signature.inputs, ...model.signature.targets].map(port => [port.name, describePort(port)]),
    ]),
    htmlTable([
      ['weight', 'shape'],
      ...model.signature.parameters.map(p => [p.name, `[${p.shape.map(formula).join(', ')}]`]),
    ]),
    element('p', {}, `${formula(parameterCount(model.signature))} weights, ${plan.precision}, on ${ranBy(result)}.`),
    ...ownSources(model.program).flatMap(([file, text]) => [element('h3', {}, file), element('pre', {}, text)]),
  )
}

function lossTable(parts: Readonly<Record<string, Report | undefined>>): Markup {
  const shown = Object.entries(parts).flatMap(([part, report]) =>
    report === undefined ? [] : [[part, numbersOf(report)] as const],
  )
  const names = [...new Set(shown.flatMap(([, report]) => Object.keys(report)))]
  return htmlTable([
    ['', ...names],
    ...shown.map(([part, report]) => [
      part,
      ...names.map(name => (name in report ? Number(report[name].toPrecision(5)) : '')),
    ]),
  ])
}

/** A chart of the loss and each metric, one of the rate, and one of the norm of the gradients. */
function curves(history: readonly EpochReport[]): Markup[] {
  const all = history.map(({ training, validation = {}, ...e }) => {
    return { ...e, training: numbersOf(training), validation: numbersOf(validation) }
  })
  const names = [...new Set(all.flatMap(e => [e.training, e.validation].flatMap(Object.keys)))]
  const curve = (name: string, read: (epoch: (typeof all)[number]) => number | undefined) => ({
    name,
    points: all.flatMap(e => {
      const value = read(e)
      return value === undefined ? [] : [[e.epoch, value] as const]
    }),
  })
  const charts = [
    ...names.map(name => ({
      title: name,
      curves: [curve('training', e => e.training[name]), curve('validation', e => e.validation[name])],
    })),
    { title: 'learning rate', curves: [curve('rate', e => e.rate)] },
    { title: 'norm of the gradients, mean of the epoch', curves: [curve('norm', e => e.gradientNorm)] },
  ]
  return charts.flatMap(({ title, curves: all }) => {
    const chart = drawChart({ title, x: 'epoch', curves: all.filter(c => c.points.length > 0) })
    return chart === undefined ? [] : [element('div', {}, chart)]
  })
}

function dataRows({ plan: { data, batch, seed } }: TrainedModel): (readonly (string | number)[])[] {
  const parts = { training: data.train, validation: data.validation, test: data.test }
  return [
    ['part', 'examples'],
    ...Object.entries(parts).map(([part, found]) => [part, found?.count ?? 0]),
    ...Object.entries(data.sizes).map(([name, size]) => [`size ${name}`, size]),
    ['batch', counted(batch, 'example')],
    ['seed', seed],
  ]
}
