// Checks units without expanding them: names defined twice, and the equations of states.
import type { Equation, Fn, Name, Statement, Train, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import type { LinkedProgram } from './linkProgram.ts'
import { ownUnits } from './ownUnits.ts'

/** Reports RNN107, RNN117, RNN302, RNN303, RNN306 and RNN307 in every unit and fn outside the library, used or not. */
export function checkNames(program: LinkedProgram): Diagnostic[] {
  const { models, datas, trains } = program
  return [
    ...models.flatMap(lossParam),
    ...ownUnits(program).flatMap(u => [
      ...definedTwice(definitions(u)),
      ...definedTwice(resultNames(u)),
      ...checkStates(u),
    ]),
    ...datas.flatMap(d => definedTwice(d.body.map(e => e.name))),
    ...trains.flatMap(t => definedTwice(t.settings.map(e => e.name))),
    ...trainedTwice(trains),
  ]
}

/** Lists the names that a unit defines, in the order of the text, without the equations of states. */
function definitions(unit: Unit | Fn): Name[] {
  const states = stateNames(unit.body)
  return [
    ...unit.params.map(p => p.name),
    ...unit.body.flatMap((s): readonly Name[] => {
      if ('names' in s) return s.names
      if (s.kind === 'part') return [s.name]
      if (s.kind === 'output') return s.value === undefined ? [] : [s.name]
      return s.kind === 'equation' && !s.primed && !states.has(s.name.text) ? [s.name] : []
    }),
  ]
}

/** Lists the names under which a unit gives values to its caller; a prediction has the name of its target. */
const resultNames = ({ body }: Unit | Fn): Name[] =>
  body.flatMap(s => (s.kind === 'predict' ? [s.target] : s.kind === 'output' && s.value === undefined ? [s.name] : []))

/** Reports RNN107 for each name that repeats an earlier one. */
function definedTwice(names: readonly Name[]): Diagnostic[] {
  return repeated(names, name => name.text).map(({ item, first }) => {
    const labels = [{ span: first.span, text: 'first defined here' }]
    return diagnostic('RNN107', { name: item.text }, { span: item.span, labels })
  })
}

/** Finds the items that repeat the key of an earlier one, each with the first item of that key. */
function repeated<T>(items: readonly T[], key: (item: T) => string): { readonly item: T; readonly first: T }[] {
  const firsts = new Map<string, T>()
  return items.flatMap(item => {
    const first = firsts.get(key(item))
    if (first !== undefined) return [{ item, first }]
    firsts.set(key(item), item)
    return []
  })
}

/** Reports RNN107 for a model with two `train` blocks: nothing says which of them is meant. */
function trainedTwice(trains: readonly Train[]): Diagnostic[] {
  return repeated(trains, t => t.model.text).map(({ item: { model }, first }) => {
    const labels = [{ span: first.model.span, text: 'first defined here' }]
    const help = 'a model has one `train` block; `--set` changes its numbers for one run: `--set epochs=20`'
    return diagnostic('RNN107', { name: `train ${model.text}` }, { span: model.span, labels, help })
  })
}

/** Reports RNN117 for a param named `loss`, which a report would take for the loss. */
function lossParam({ body }: Unit): Diagnostic[] {
  const names = body.flatMap(s => (s.kind === 'param' ? s.names : [])).filter(n => n.text === 'loss')
  const help = '`loss` is the sum of all losses: give the param another name'
  return names.map(({ text, span }) => diagnostic('RNN117', { name: text }, { span, help }))
}

const stateNames = (body: readonly Statement[]): ReadonlySet<string> =>
  new Set(body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : [])))

/** Advice for a state whose next value seems to have a name of its own, as h_t. */
function nextAs(state: string, equations: readonly Equation[]): { help?: string } {
  const own = [`${state}_t`, `${state}t`, `${state}_new`, `${state}_next`, `new_${state}`, `next_${state}`, `${state}1`]
  const found = equations.find(e => !e.primed && own.includes(e.name.text))
  return found === undefined
    ? {}
    : { help: `the value after the step is written \`${state}'\`, not \`${found.name.text}\`` }
}

/** Reports RNN302, RNN303, RNN306, RNN307 and RNN117 in the equations and the names of states. */
function checkStates({ body }: Unit | Fn): Diagnostic[] {
  const states = stateNames(body)
  const equations = body.flatMap(s => (s.kind === 'equation' ? [s] : []))
  const primed = equations.filter(e => e.primed)
  const plain = equations.filter(e => !e.primed && states.has(e.name.text))
  const given = new Set([...primed, ...plain].map(e => e.name.text))
  return [
    ...plain.map(({ name }) => diagnostic('RNN303', { state: name.text }, { span: name.span })),
    ...primed
      .filter(e => !states.has(e.name.text))
      .map(({ name: { text, span } }) => diagnostic('RNN306', { name: text }, { span })),
    ...repeated(
      primed.filter(e => states.has(e.name.text)),
      e => e.name.text,
    ).map(({ item: { name }, first }) => {
      const labels = [{ span: first.name.span, text: 'first defined here' }]
      return diagnostic('RNN307', { state: name.text }, { span: name.span, labels })
    }),
    ...body.flatMap(s =>
      s.kind === 'state'
        ? s.names
            .filter(n => !given.has(n.text))
            .map(n => diagnostic('RNN302', { state: n.text }, { span: n.span, ...nextAs(n.text, equations) }))
        : [],
    ),
    ...body
      .flatMap(s => (s.kind === 'state' || s.kind === 'input' ? s.names : []))
      .flatMap(({ text, span }) => {
        const help = '`from` passes states to a cell in a call, so no input or state can have this name'
        return text === 'from' ? [diagnostic('RNN117', { name: text }, { span, help })] : []
      }),
  ]
}
