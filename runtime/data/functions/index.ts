// The table of data functions: one file each.
import { invertibleNames } from '../scalingSteps.ts'
import { balanced } from './balanced.ts'
import { chars } from './chars.ts'
import { classes } from './classes.ts'
import { csv } from './csv.ts'
import type { DataFunction } from './function.ts'
import { idx } from './idx.ts'
import { invertibleFunction } from './invertibleFunction.ts'
import { jsonl } from './jsonl.ts'
import { minmax } from './minmax.ts'
import { npy } from './npy.ts'
import { npz } from './npz.ts'
import { padded } from './padded.ts'
import { ordered, shuffled } from './split.ts'
import { standardize } from './standardize.ts'
import { streams } from './streams.ts'
import { text } from './text.ts'
import { truncated } from './truncated.ts'
import { tsv } from './tsv.ts'
import { windows } from './windows.ts'
import { words } from './words.ts'

const all: readonly DataFunction[] = [
  csv,
  tsv,
  jsonl,
  idx,
  npy,
  npz,
  text,
  classes,
  balanced,
  words,
  chars,
  standardize,
  minmax,
  ...invertibleNames.map(invertibleFunction),
  windows,
  streams,
  truncated,
  padded,
  ordered,
  shuffled,
]

export const dataFunctions: ReadonlyMap<string, DataFunction> = new Map(all.map(f => [f.name, f]))
