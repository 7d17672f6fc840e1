// rnnc eval: the loss and the metrics of trained weights.
import { load } from '../../compiler/index.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { loadData } from '../../runtime/data/load.ts'
import { evaluatePart } from '../../runtime/session.ts'
import {
  type AddCommand,
  backendOption,
  chooseBackend,
  chooseDtype,
  dataOption,
  dtypeOption,
  examples,
  jsonOption,
  setOption,
} from '../command.ts'
import { oneOf } from '../errors.ts'
import { figure, table } from '../output.ts'
import { dataReader } from '../program.ts'
import { createMeter } from '../progress.ts'
import { dataOf, openTrained } from '../weights.ts'

interface Options {
  readonly weights?: string
  readonly data?: string
  readonly part: string
  readonly backend: string
  readonly dtype?: string
  readonly set?: readonly string[]
}

export const evaluate: AddCommand = (program, output) =>
  program
    .command('eval')
    .description('The loss and the metrics of trained weights on a part of the data.')
    .argument('<weights>', 'a weights file, or a program together with --weights')
    .option('--weights <path>', 'weights for the program')
    .option(...dataOption)
    .option('--part <part>', 'train, validation or test', 'test')
    .option(...backendOption)
    .option(...dtypeOption)
    .option(...setOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        'rnnc eval sunspots.safetensors',
        'rnnc eval sunspots.safetensors --part validation --json',
        'rnnc eval sunspots.rnn --weights sunspots.safetensors --data newer.csv',
      ),
    )
    .action(async (path: string, options: Options) => {
      const backend = chooseBackend(options.backend)
      const name = oneOf('part', options.part, ['train', 'validation', 'test'])
      const dtype = options.dtype === undefined ? undefined : chooseDtype(options.dtype)
      const trained = await openTrained(path, { ...options, dtype }, output)
      const { model, precision, weights, fitted, checkpoint, file } = trained
      const chosen = options.data ?? trained.data
      const data = await loadData(dataOf(model), model.signature, {
        read: dataReader(file, chosen),
        path: chosen,
        fitted,
        sizes: trained.sizes,
        seed: checkpoint.seed,
      })
      const part = data[name]
      if (part === undefined || part.count === 0)
        fail('RNN405', { what: `the ${name} part` }, { span: model.data?.span })
      const executable = load(model.context, model.evaluate(), backend, precision)
      const run = {
        backend,
        precision,
        batch: model.settings.batch ?? 32,
        seed: checkpoint.seed,
        onBatch: createMeter(output, 'evaluating'),
      }
      const report = evaluatePart(model, part, data.sizes, executable, weights, run)
      output.note(
        `${model.signature.name} on the ${name} part, ${part.count} examples (${executable.backend}, ${precision})`,
      )
      output.result(
        {
          ok: true,
          model: model.signature.name,
          part: name,
          examples: part.count,
          backend: executable.backend,
          dtype: precision,
          report,
        },
        table(Object.entries(report).map(([metric, value]) => [metric, figure(value)])),
      )
    })
