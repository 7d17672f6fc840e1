// Lists the commands.
import type { AddCommand } from './describeUse.ts'

/** The commands, each in a file that is loaded when it is asked for. */
export const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  check: async () => (await import('./commands/check.ts')).check,
  fmt: async () => (await import('./commands/fmt.ts')).fmt,
  train: async () => (await import('./commands/train.ts')).train,
  eval: async () => (await import('./commands/eval.ts')).evaluate,
  predict: async () => (await import('./commands/predict.ts')).predict,
  generate: async () => (await import('./commands/generate.ts')).generate,
  build: async () => (await import('./commands/build.ts')).build,
  explain: async () => (await import('./commands/explain.ts')).explain,
  gradcheck: async () => (await import('./commands/gradcheck.ts')).gradcheck,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnose,
  types: async () => (await import('./commands/types.ts')).types,
  fuzz: async () => (await import('./commands/fuzz.ts')).fuzz,
}
