// The two pictures of the example, drawn by Vega-Lite without a browser.
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { mean, type Record, type Rows, type Run } from './experiment.ts'

export async function toSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return svg
}

const font = 'DejaVu Sans, Verdana, sans-serif'
const ink = '#222222'
const accent = '#d1495b'

const common = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 16,
  config: {
    font,
    title: { fontSize: 18, subtitleFontSize: 13, anchor: 'start', offset: 14, subtitlePadding: 6, color: ink },
    axis: { labelFontSize: 13, titleFontSize: 14, titlePadding: 10, titleFontWeight: 'normal', gridColor: '#e8e8e8' },
    legend: { labelFontSize: 13, titleFontSize: 14, orient: 'top', titleFontWeight: 'normal', symbolStrokeWidth: 3 },
    view: { stroke: null },
  },
} as const

/** Predicted and actual figures: the whole record with the test years marked, and the test years alone. */
export function forecastPlot(
  record: Record,
  runs: readonly Run[],
  years: readonly number[],
  mae: string,
): TopLevelSpec {
  const { figures, window, test } = record
  const actual = years.map((year, row) => ({ year, kind: 'actual', sunspots: figures[row] }))
  const predicted = years.slice(window).map((year, i) => {
    const all = runs.map(run => run.predictions[window + i])
    return { year, kind: 'predicted', sunspots: mean(all), low: Math.min(...all), high: Math.max(...all) }
  })
  const values = [...actual, ...predicted]
  const [first, last] = [years[test.start], years[test.end - 1]]
  const panel = (from: number, height: number, marked: boolean) => ({
    width: 900,
    height,
    data: { values: values.filter(value => value.year >= from) },
    layer: [
      ...(marked
        ? [
            {
              data: { values: [{ from: first, to: last, text: 'test years' }] },
              mark: { type: 'rect' as const, color: '#f3e7c9', opacity: 0.8 },
              encoding: { x: { field: 'from', type: 'quantitative' as const }, x2: { field: 'to' } },
            },
          ]
        : []),
      {
        transform: [{ filter: "datum.kind === 'predicted'" }],
        mark: { type: 'area' as const, opacity: 0.25, color: accent },
        encoding: {
          x: { field: 'year', type: 'quantitative' as const },
          y: { field: 'low', type: 'quantitative' as const },
          y2: { field: 'high' },
        },
      },
      {
        mark: { type: 'line' as const, strokeWidth: marked ? 1.3 : 2 },
        encoding: {
          x: {
            field: 'year',
            type: 'quantitative' as const,
            title: 'year',
            axis: { format: 'd', grid: false, values: decades(from, last) },
            scale: { domain: [from, last], nice: false, zero: false },
          },
          y: { field: 'sunspots', type: 'quantitative' as const, title: 'sunspots, mean of the year' },
          color: {
            field: 'kind',
            type: 'nominal' as const,
            title: null,
            scale: { domain: ['actual', 'predicted'], range: [ink, accent] },
          },
        },
      },
      ...(marked
        ? [
            {
              data: { values: [{ year: (first + last) / 2, text: 'test years' }] },
              mark: { type: 'text' as const, fontSize: 13, color: '#7a5c00', baseline: 'bottom' as const },
              encoding: {
                x: { field: 'year', type: 'quantitative' as const },
                y: { value: -4 },
                text: { field: 'text' },
              },
            },
          ]
        : []),
    ],
  })
  return {
    ...common,
    title: {
      text: 'Sunspots, each year predicted from the actual years before it',
      subtitle: [
        `Line: mean of ${runs.length} seeds; band: smallest to largest.`,
        `Test years ${first}–${last}: mean absolute error ${mae}.`,
      ],
    },
    spacing: 40,
    vconcat: [
      panel(years[window], 220, true),
      { ...panel(first, 300, false), title: `The test years, ${first}–${last}` },
    ],
  }
}

function decades(from: number, to: number): number[] {
  const step = to - from > 100 ? 20 : 10
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step)
}

/** The losses of training and validation, epoch by epoch; a point where the weights were taken. */
export function trainingPlot(record: Record, runs: readonly Run[], years: (rows: Rows) => string): TopLevelSpec {
  const validationYears = `validation (${years(record.validation)})`
  const values = runs.flatMap(({ seed, result }) =>
    result.history.flatMap(({ epoch, training, validation }) => [
      { seed: `seed ${seed}`, epoch, part: 'training', loss: training.loss, kept: false },
      ...(validation === undefined
        ? []
        : [
            { seed: `seed ${seed}`, epoch, part: validationYears, loss: validation.loss, kept: epoch === result.epoch },
          ]),
    ]),
  )
  const losses = values.map(value => value.loss)
  const lossRange = [Math.min(...losses) * 0.9, Math.max(...losses) * 1.1]
  const x = { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { grid: false, tickMinStep: 1 } } as const
  const y = {
    field: 'loss',
    type: 'quantitative' as const,
    title: 'loss: mean squared error, scaled figures',
    scale: { type: 'log' as const, nice: false, domain: lossRange },
    axis: { values: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], format: '~g' },
  }
  const legend = { labelLimit: 300, symbolType: 'stroke', symbolSize: 500, symbolStrokeWidth: 2.5 } as const
  const color = {
    field: 'seed',
    type: 'nominal',
    title: null,
    legend,
    scale: { range: ['#00798c', '#d1495b', '#b07c00'] },
  } as const
  return {
    ...common,
    width: 820,
    height: 380,
    title: {
      text: 'Training and validation loss of the three seeds',
      subtitle: 'A point marks the epoch whose weights are kept: the best validation loss.',
    },
    data: { values },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x,
          y,
          color,
          strokeDash: {
            field: 'part',
            type: 'nominal',
            title: null,
            legend,
            scale: {
              domain: ['training', validationYears],
              range: [
                [1, 0],
                [6, 4],
              ],
            },
          },
        },
      },
      {
        transform: [{ filter: 'datum.kept' }],
        mark: { type: 'point', filled: true, size: 110, opacity: 1 },
        encoding: { x, y, color },
      },
    ],
  }
}
