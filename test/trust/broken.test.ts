// A derivative rule broken on purpose: the fuzzer finds it, shrinks the program to a few lines, and says which rule it is.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { describeFailure } from '../../cli/commands/fuzz.ts'
import { type Builder, emitting, type OpTable, zerosLike } from '../../compiler/ir/builder.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import type { Op } from '../../compiler/ir/ops/define.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import type { OpName } from '../../compiler/ir/ops/schemas.ts'
import { checks } from '../../trust/fuzz/checks/index.ts'
import { fuzz } from '../../trust/fuzz/fuzz.ts'
import type { Check } from '../../trust/fuzz/fuzzCheck.ts'
import { printRegression, readRegression } from '../../trust/fuzz/regression.ts'

/** Always the same: by the seed, the first program that shows a fault comes early or late, and takes from 1 to 30 s to make small. */
const seed = 1

type Vjp = NonNullable<Op['vjp']>

/** The op table with one rule changed: the switch that only tests have. */
function broken(name: OpName, change: (vjp: Vjp) => Vjp): OpTable {
  const op = ops.get(name)
  if (op?.vjp === undefined) throw new Error(`${name} has no rule`)
  return new Map([...ops, [name, { ...op, vjp: change(op.vjp) }]])
}

const negated =
  (i: number) =>
  (vjp: Vjp): Vjp =>
  t =>
    vjp(t).map((d, j) => (d && i === j ? t.builder.emit('neg', [d]) : d))

const dropped =
  (i: number) =>
  (vjp: Vjp): Vjp =>
  t =>
    vjp(t).map((d, j) => (i === j ? undefined : d))

const cases: readonly (readonly [what: string, op: OpName, change: (vjp: Vjp) => Vjp])[] = [
  ['the sign of tanh', 'tanh', negated(0)],
  ['a factor of mul left out', 'mul', dropped(1)],
  ['the gradient of the weight of a product left out', 'matmul', dropped(1)],
  [
    'the gradient of a loop that runs backward left out',
    'scan',
    vjp => t => (t.eqn.attrs.reverse === true ? [] : vjp(t)),
  ],
]

/** max and min with all to the second of equals. */
const toSecond: Record<'max' | 'min', (vjp: Vjp) => Vjp> = {
  max: () => lastOfEquals((x, y) => [y, x]),
  min: () => lastOfEquals((x, y) => [x, y]),
}

const lastOfEquals =
  (order: (x: Value, y: Value) => Value[]): Vjp =>
  ({ builder: b, eqn, cotangents: [d] }) => {
    if (d === undefined) return []
    const [x, y] = eqn.ins
    const first = b.emit('lt', order(x, y))
    return [b.emit('where', [first, d, zerosLike(b, d)]), b.emit('where', [first, zerosLike(b, d), d])]
  }

/** The rule with products and quotients in which 0 times infinity is NaN. */
const withoutStrongZeros =
  (vjp: Vjp): Vjp =>
  t => {
    const { builder } = t
    const emitAll: Builder['emitAll'] = (op, ins, attrs = {}, body, note) => {
      const { strongLeft: _, strongRight: __, ...weak } = attrs
      const plain = op === 'strong_mul' ? 'mul' : op === 'strong_div' ? 'div' : op
      return builder.emitAll(plain, ins, weak, body, note)
    }
    return vjp({ ...t, builder: { ...builder, ...emitting(emitAll) } })
  }

/** The checks of the fuzzer that are meant to find it: the others would only take time. */
const named = (...names: readonly string[]): readonly Check[] => checks.filter(check => names.includes(check.name))

describe(`a wrong rule (seed ${seed})`, () => {
  for (const [what, name, change] of cases) {
    it(`is found, shrunk and explained: ${what}`, async () => {
      const report = await fuzz({ seed, runs: 200, ops: broken(name, change) })
      const [failure] = report.failures
      assert.ok(failure, `nothing was found in ${report.programs} programs`)
      const { source } = failure.case
      assert.ok(source.trim().split('\n').length < 12, `too long:\n${source}`)
      const { cause } = failure
      // A loop whose rule gives nothing shows first at what its body reads.
      assert.ok(
        name === 'scan' || cause?.ops.includes(name) === true,
        `blames ${cause?.ops} in ${failure.message}\n${source}`,
      )
      assert.ok(cause?.span, 'no line is named')
      const { code, message } = describeFailure(failure)
      assert.equal(code, 'RNN510')
      assert.match(message, /it goes wrong on (std\/\S+ )?line \d+ .*by the rule of/)
    })
  }

  for (const name of ['max', 'min'] as const) {
    it(`is found where it differs at exact ties alone: ${name}`, async () => {
      const { failures } = await fuzz({
        seed,
        runs: 1000,
        kinks: 'many',
        shrink: false,
        checks: named('derivatives'),
        ops: broken(name, toSecond[name]),
      })
      assert.equal(failures.length, 1)
    })
  }

  for (const name of ['mul', 'log', 'div', 'exp', 'matmul'] as const) {
    it(`is found where what is not chosen has an influence: ${name}`, async () => {
      const { failures } = await fuzz({
        seed,
        runs: 1000,
        shrink: false,
        checks: named('unchosen'),
        ops: broken(name, withoutStrongZeros),
      })
      assert.equal(failures.length, 1)
    })
  }

  it('is found again from the file that it was saved to', async () => {
    const table = broken('tanh', negated(0))
    const { failures } = await fuzz({ seed, runs: 200, shrink: false, ops: table })
    const text = printRegression(failures[0].case, ['tanh is wrong', failures[0].message])
    const { source, ...rest } = readRegression(text, 'case.rnn')
    assert.equal(source, text)
    assert.deepEqual(
      { ...rest },
      { sizes: failures[0].case.sizes, lengths: failures[0].case.lengths, data: failures[0].case.data },
    )
  })
})
