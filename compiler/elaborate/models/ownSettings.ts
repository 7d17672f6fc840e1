// Settings of training that a program gives itself, beside those of the `train` block.
import type { Train, Unit } from '../../../dsl/ast.ts'
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
import { parse } from '../../../dsl/parse.ts'
import type { LinkedProgram } from '../linking/linkProgram.ts'

export interface OwnSettings {
  /** Names of the settings that were given. */
  readonly names: readonly string[]
  /** Block of these and of the settings before, as far as they are not replaced. */
  readonly train: Train
  /** The program, with the text of the settings among its sources. */
  readonly program: LinkedProgram
}

/** Names the text of the settings, for messages; settings that were given before keep theirs. */
function unusedName(sources: ReadonlyMap<string, string>): string {
  const name = 'the settings of the training'
  for (let n = 1; ; n++) {
    const file = n === 1 ? name : `${name}, ${n}`
    if (!sources.has(file)) return file
  }
}

/** Reads settings as a `train` block has them. Throws RnnError with all errors of their form, RNN231 for anything but equations. */
export function withOwnSettings(
  program: LinkedProgram,
  unit: Unit,
  before: Train | undefined,
  settings: string,
): OwnSettings {
  const { text: model } = unit.name
  const file = unusedName(program.sources)
  const text = `train ${model} on ${model} {\n${settings}\n}`
  const block = blockIn(text, file)
  if (block === undefined) {
    const expected = 'equations, such as `epochs = 20; batch = 16`'
    return fail('RNN231', { what: 'the settings', expected, found: `\`${settings}\`` })
  }
  const names = block.settings.map(s => s.name.text)
  const kept = before?.settings.filter(s => !names.includes(s.name.text)) ?? []
  return {
    names,
    train: { ...block, settings: [...kept, ...block.settings], span: before?.span ?? block.span },
    program: { ...program, sources: new Map([...program.sources, [file, text]]) },
  }
}

/** Reads a text that is one `train` block; undefined for another. Throws RnnError with all errors of its form. */
export function blockIn(text: string, file: string): Train | undefined {
  const { program, diagnostics } = parse(text, file)
  if (diagnostics.length > 0) throw new RnnError(diagnostics)
  const [block, ...others] = program.items
  return block?.kind === 'train' && others.length === 0 ? block : undefined
}
