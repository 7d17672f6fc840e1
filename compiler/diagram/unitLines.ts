// Writes what a unit consists of: its states, its params with their shapes, and the equations of a cell of the user's own.
import type { Expr, Statement } from '../../dsl/ast.ts'
import { inLibrary } from '../../dsl/standardLibrary.ts'
import type { Instance } from '../elaborate/values/entity.ts'
import { formatDims } from '../elaborate/values/formatType.ts'
import { unlabelled } from '../ir/dim.ts'
import { type SourceTexts, shortened } from './sourceTexts.ts'
import { type Seen, typeOfName } from './watch.ts'

/** Lines of a box for a unit that has no other units inside. */
export const leafLines = (instance: Instance, seen: ReadonlyMap<Expr, Seen>, texts: SourceTexts): string[] => [
  ...stateLines(instance, seen, texts),
  ...paramLines(instance),
  ...(inLibrary(instance.unit.span) ? [] : equationLines(instance, texts)),
]

/** `W_i, W_f: [64, 28]`: params of one shape share a line. */
export function paramLines({ weights }: Instance): string[] {
  const byShape = Map.groupBy(weights.values(), w =>
    [formatDims(w.item.map(unlabelled)), ...w.axes.map(a => `over ${a.name}`)].join(' '),
  )
  return [...byShape].map(([shape, some]) => shortened(`${some.map(w => w.local).join(', ')}: ${shape}`))
}

/** `state h, c: [64]`; the type is as it is declared, where no expression reads the state. */
function stateLines({ unit }: Instance, seen: ReadonlyMap<Expr, Seen>, texts: SourceTexts): string[] {
  return unit.body.flatMap(s => {
    if (s.kind !== 'state') return []
    const names = s.names.map(n => n.text)
    const type = names.map(name => typeOfName(seen, name)).find(t => t !== undefined) ?? texts(s.type.span)
    return shortened(`state ${names.join(', ')}: ${type}`)
  })
}

function equationLines({ unit }: Instance, texts: SourceTexts): string[] {
  const isShown = (s: Statement): boolean => s.kind === 'equation' || s.kind === 'return'
  return unit.body.filter(isShown).map(s => shortened(texts(s.span)))
}
