// Tells a hyper-parameter its own name, for messages and for the names of anonymous instances.
import * as D from '../../ir/dim.ts'
import type { Entity } from '../values/entity.ts'

/** Labels a size by the name of its hyper-parameter, and notes it as the one that passed a recipe on. */
export const labelledHyper = (name: string, e: Entity): Entity =>
  e.kind === 'dim'
    ? { kind: 'dim', dim: D.labelled(D.unlabelled(e.dim), D.symbol(name)) }
    : e.kind === 'recipe'
      ? { ...e, via: name }
      : e
