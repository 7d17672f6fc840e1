// Turns mistakes on the command line itself into diagnostics with codes.
import type { Command, CommanderError } from 'commander'
import { settingNames } from '../compiler/elaborate/models/settings.ts'
import { namesFor } from '../dsl/borrowedWords.ts'
import { diagnostic, fail, RnnError } from '../dsl/diagnostics.ts'
import { didYouMean } from '../dsl/suggest.ts'

/** Turns an error of commander about arguments into one of the catalogue. `program` knows the commands and options. */
export function argumentError({ code, message }: CommanderError, program: Command, args: readonly string[]): RnnError {
  const quoted = [...message.matchAll(/'([^']*)'/g)].map(([, text]) => text)
  const command = program.commands.find(c => c.name() === args.find(a => !a.startsWith('-')))
  const name = command === undefined ? 'rnnc' : `rnnc ${command.name()}`
  const swallowed = args.includes('--set') && code === 'commander.missingArgument'
  const help = swallowed ? 'put the file first: `--set` takes every argument that follows it' : `see \`${name} --help\``
  const wrong = (what: string, expected: string, found: string): RnnError =>
    new RnnError([diagnostic('RNN509', { what, expected, found }, { help })])
  switch (code) {
    case 'commander.unknownOption': {
      const [flag] = (quoted[0] ?? '').split('=')
      const known = (command ?? program).options.flatMap(o => (o.long === undefined ? [] : [o.long]))
      const setting = known.includes('--set') ? settingOf(flag) : undefined
      if (setting !== undefined)
        return new RnnError([diagnostic('RNN505', { option: 'option', value: flag }, { help: setting })])
      return unknown('option', flag, [...known, '--help'], help)
    }
    case 'commander.unknownCommand':
      return unknown(
        'command',
        quoted[0] ?? '',
        program.commands.map(c => c.name()),
        help,
      )
    case 'commander.missingArgument':
      return wrong(name, (quoted[0] ?? message).toUpperCase(), 'nothing')
    case 'commander.optionMissingArgument':
      return wrong(quoted[0] ?? name, 'a value', 'nothing')
    case 'commander.missingMandatoryOptionValue':
      return wrong(name, `\`${quoted[0]}\``, 'nothing')
    case 'commander.excessArguments': {
      const [expected, found] = message.match(/\d+/g) ?? []
      return wrong(name, expected === '1' ? '1 argument' : `${expected} arguments`, found)
    }
    default:
      return wrong(name, 'other arguments', message.replace(/^error: /, ''))
  }
}

/** Advice for an option that is a setting of `train`, or a hyper-parameter of its optimizer. */
function settingOf(flag: string): string | undefined {
  const word = flag.replace(/^--?/, '').replaceAll('-', '_')
  const name = namesFor(word)[0] ?? word
  if (name === 'rate') return 'the rate is a number of the optimizer, set by name: `--set rate=0.01`'
  return settingNames.includes(name)
    ? `settings are set by name: \`--set ${name}=${name === 'clip' ? 'norm(1)' : '10'}\``
    : undefined
}

function unknown(option: string, value: string, known: readonly string[], otherwise: string): RnnError {
  const help = didYouMean(value, known)
  return new RnnError([diagnostic('RNN505', { option, value }, { help: help ?? otherwise })])
}

/** Finds one of some words. RNN505 for another. */
export function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find(c => c === value)
  return found ?? fail('RNN505', { option, value }, { help: didYouMean(value, choices) })
}

/** Finds the value of a name. RNN505 with the nearest name if there is none; `others` are names that are handled elsewhere. */
export const byName = <T>(
  option: string,
  value: string,
  choices: ReadonlyMap<string, T>,
  others: readonly string[] = [],
): T =>
  choices.get(value) ?? fail('RNN505', { option, value }, { help: didYouMean(value, [...choices.keys(), ...others]) })

/** Reads a whole number from `least` on. RNN509 for anything else. */
export function wholeNumber(option: string, value: string, least: 0 | 1 = 0): number {
  const number = Number(value)
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  return fail('RNN509', { what: option, expected: `a whole number of at least ${least}`, found: `\`${value}\`` })
}

/** Throws RNN509 for a text that is not a finite number. */
export function readNumber(option: string, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  return fail('RNN509', { what: option, expected: 'a number', found: `\`${text}\`` })
}

/** Reads a time in ms: `60s`, `2m`, `1.5h`; a bare number is seconds. RNN509 for anything else. */
export function milliseconds(option: string, text: string, expected = 'a time, such as 60s or 2m'): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? []
  if (number === undefined || Number(number) === 0)
    return fail('RNN509', { what: option, expected, found: `\`${text}\`` })
  return Number(number) * { s: 1000, m: 60_000, h: 3_600_000 }[unit === 'm' || unit === 'h' ? unit : 's']
}
