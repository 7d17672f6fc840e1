// The entries of the package: what a program imports by each name, and the command.

/** The source of each entry, by the name of its file in `dist`. */
export const entries: Readonly<Record<string, string>> = {
  index: 'runtime/index.ts',
  gpu: 'runtime/gpu.ts',
  node: 'runtime/node/index.ts',
  trust: 'trust/index.ts',
}

/** The command. */
export const command = { name: 'rnnc', source: 'cli/rnnc.ts' } as const
