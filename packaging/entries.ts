// The entries of the package: what a program imports by each name, and the command.

/** The source of each entry, by the name of its file in `dist`. */
export const entries: Readonly<Record<string, string>> = {
  index: 'runtime/index.ts',
  gpu: 'runtime/gpu.ts',
  node: 'runtime/node/index.ts',
  predict: 'runtime/modules.ts',
  trust: 'trust/index.ts',
}

/** The entries that share nothing with others but what is below, so that a program that imports one loads little else. */
export const alone: readonly string[] = ['predict']

/** Modules that all entries share: an error is of the same class, whichever of them throws it. */
export const sharedByAll: Readonly<Record<string, string>> = { diagnostics: 'dsl/diagnostics.ts' }

/** The command, and what starts it. */
export const command = { rnnc: 'cli/run.ts', start: 'packaging/start.ts' } as const
