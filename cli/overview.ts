// What `rnnc --help` says of each command. The package contains it as a constant, so that its help loads no command.
import { Command } from 'commander'
import { commands } from './commandList.ts'
import { createOutput } from './output.ts'

export interface Overview {
  readonly name: string
  /** Its options and arguments: `[options] <file>`. */
  readonly usage: string
  readonly about: string
}

const unused = { input: (async function* () {})(), write: () => {}, say: () => {}, color: false }

/** The commands, in the order of the help. */
export const overview: readonly Overview[] = await Promise.all(
  Object.values(commands).map(async load => {
    const program = new Command()
    const add = await load()
    add(program, createOutput(false, unused))
    const [command] = program.commands
    return { name: command.name(), usage: command.usage(), about: command.description() }
  }),
)
