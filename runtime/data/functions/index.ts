// The table of data functions: one file each.
import { classes } from './classes.ts'
import { csv } from './csv.ts'
import type { DataFunction } from './function.ts'
import { jsonl } from './jsonl.ts'
import { log } from './log.ts'
import { log1p } from './log1p.ts'
import { minmax } from './minmax.ts'
import { padded } from './padded.ts'
import { ordered, shuffled } from './split.ts'
import { sqrt } from './sqrt.ts'
import { standardize } from './standardize.ts'
import { truncated } from './truncated.ts'
import { windows } from './windows.ts'

const all: readonly DataFunction[] = [
  csv,
  jsonl,
  classes,
  standardize,
  minmax,
  log1p,
  log,
  sqrt,
  windows,
  truncated,
  padded,
  ordered,
  shuffled,
]

export const dataFunctions: ReadonlyMap<string, DataFunction> = new Map(all.map(f => [f.name, f]))
