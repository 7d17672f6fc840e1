// Settings of `train` from outside the file, as texts: `clip=norm(1)`, `optimizer.rate=0.01`. They stand in the block as if written there.
import type { Equation, Expr, Span, Train, Unit } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { trainBlockOf } from '../linking/blocksOfModel.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'
import { blockIn } from './ownSettings.ts'

/** Texts by what they set: a setting, or `optimizer.NAME` for a hyper-parameter of the optimizer. */
export type SettingTexts = Readonly<Record<string, string>>

const ofOptimizer = 'optimizer.'

/** Lists the hyper-parameters of a model's optimizer; none without a `train` block or where its optimizer is not a named cell. */
export function optimizerNames(program: LinkedProgram, model: Unit): readonly string[] {
  const optimizer = trainBlockOf(program, model)?.settings.find(e => e.name.text === 'optimizer')?.value
  return optimizer === undefined ? [] : paramsOf(program, optimizer)
}

function paramsOf({ topLevel }: LinkedProgram, optimizer: Expr): readonly string[] {
  const callee = optimizer.kind === 'call' ? optimizer.callee : optimizer
  const entity = callee.kind === 'name' ? topLevel.get(callee.name) : undefined
  return entity?.kind === 'template' ? entity.unit.params.map(p => p.name.text) : []
}

/**
 * Puts settings in a model's `train` block, in place of those of the file. Each has a text of its own, for messages, as if it were the
 * file `--set NAME`; `onText` receives it before it is read. RNN508 without a block or with more than one value, and syntax errors.
 */
export function withSettingTexts(
  program: LinkedProgram,
  model: Unit,
  texts: SettingTexts,
  onText: (file: string, text: string) => void = () => {},
): LinkedProgram {
  let changed = program
  for (const [name, text] of Object.entries(texts)) changed = withSetting(changed, model, { name, text }, onText)
  return changed
}

function withSetting(
  program: LinkedProgram,
  model: Unit,
  { name, text }: { readonly name: string; readonly text: string },
  onText: (file: string, text: string) => void,
): LinkedProgram {
  const train = trainBlockOf(program, model)
  if (train === undefined) {
    const reason = `\`${model.name.text}\` has no \`train\` block`
    return fail('RNN508', { text: `${name}=${text}`, reason }, { span: model.name.span })
  }
  const file = `--set ${name}`
  const read = (source: string): Equation => {
    onText(file, source)
    return onlySetting(source, file) ?? fail('RNN508', { text: `${name}=${text}`, reason: 'it is not one value' })
  }
  const block = (setting: string): string => `train ${model.name.text} on ${train.data.text} { ${setting} }`
  const alone = block(`${name.replace(ofOptimizer, '')} = ${text}`)
  const setting = read(alone)
  const isOfOptimizer = name.startsWith(ofOptimizer)
  const source = isOfOptimizer ? block(`optimizer = ${optimizerText(program, train, setting, text)}`) : alone
  const equation = isOfOptimizer ? read(source) : setting
  const settings = [...train.settings.filter(e => e.name.text !== equation.name.text), equation]
  const trains = program.trains.map(t => (t === train ? { ...train, settings } : t))
  return { ...program, sources: new Map([...program.sources, [file, source]]), trains }
}

/** The setting of a block that has no other. Throws the syntax errors of the text. */
function onlySetting(source: string, file: string): Equation | undefined {
  const settings = blockIn(source, file)?.settings ?? []
  return settings.length === 1 ? settings[0] : undefined
}

/** Writes the optimizer of a block with one hyper-parameter more, or with another value for it. */
function optimizerText(program: LinkedProgram, train: Train, { name }: Equation, text: string): string {
  const optimizer = train.settings.find(e => e.name.text === 'optimizer')?.value
  if (optimizer === undefined) return fail('RNN209', { callee: 'train', name: 'optimizer' }, { span: train.span })
  const params = paramsOf(program, optimizer)
  const written = ({ file, start, end }: Span): string => program.sources.get(file)?.slice(start, end) ?? ''
  const args = (optimizer.kind === 'call' ? optimizer.args : []).map((arg, i) => ({
    name: arg.kind === 'named' ? arg.name.text : (params[i] ?? ''),
    text: written(arg.span),
  }))
  const place = args.findIndex(arg => arg.name === name.text)
  const all =
    place < 0
      ? [...args.map(arg => arg.text), `${name.text} = ${text}`]
      : args.map((arg, i) => (i < place ? arg.text : `${arg.name} = ${i === place ? text : valueIn(arg)}`))
  return `${written(optimizer.kind === 'call' ? optimizer.callee.span : optimizer.span)}(${all.join(', ')})`
}

/** The value of an argument, which may be written with its name. */
const valueIn = ({ name, text }: { readonly name: string; readonly text: string }): string =>
  text.replace(new RegExp(`^${name}\\s*=(?!=)\\s*`), '')
