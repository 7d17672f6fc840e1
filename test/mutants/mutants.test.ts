// Mutation testing at a small scale: every rule and pass has mutants, a few of them die, and a compiler without one lives.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { type Context, createBuilder } from '../../compiler/ir/builder.ts'
import { constant } from '../../compiler/ir/dim.ts'
import type { Block, Eqn } from '../../compiler/ir/graph.ts'
import { newContext, ops } from '../../compiler/ir/ops/index.ts'
import { dropOnesRules } from '../../compiler/passes/dropOnes.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import { passes } from '../../compiler/passes/pipeline.ts'
import { once } from '../../runtime/once.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import { equivalent } from './equivalent.ts'
import { listener, watchedPass } from './instrument.ts'
import { isDerivative, killer, lineUp, withMutant } from './lineup.ts'
import { programs } from './run.ts'

/** A product with an embedding's rows and one with joined vectors, which few programs have. */
const embedded: FuzzCase = {
  source: `cell Joined(units) {
  input x: [D]
  state h: [units]
  param W: [units, units + D]
  h' = tanh(W @ [h, x])
  return h'
}
model M {
  input i: token of 3 over T
  target y: [2]
  z = relu(0.5 + (i |> embedding(2) |> SimpleRNN(2) |> Joined(2) |> last))
  loss mse(z, y)
  output z
}
`,
  sizes: { B: 2, T: 3 },
  lengths: { T: [3, 2] },
  data: 1,
}

/** A model that reads its own answers, and where it is. */
const generating: FuzzCase = {
  source: `model M {
  input x: [2] over T
  target y: [2] over T
  p = x * (1 + position(over T)) / 4 + SimpleRNN(2)(delay(GRU(2)(y)))
  loss mse(p, y)
  output p
}
`,
  sizes: { B: 2, T: 3 },
  lengths: { T: [3, 2] },
  data: 1,
}

/** A model that reads a memory once and starts with what it found, and three gates of one vector. */
const decoding: FuzzCase = {
  source: `layer Decoder(units) {
  input x: [A] over T, m: [A] over S
  part encode = LSTM(units), decode = LSTM(units)
  read = encode(m)
  return decode(x + repeat(tanh(sum(read, over S)), over T), from = read.final)
}
model M {
  input x: [2] over T, m: [2] over S
  target y: [2] over T
  param W0, W1, W2: [2, 2]
  z = Decoder(2)(sigmoid(W0 @ x) * tanh(W1 @ x) - sin(W2 @ x), m)
  loss mse(z, y)
  output z
}
`,
  sizes: { B: 2, T: 3, S: 3 },
  lengths: { T: [3, 2], S: [2, 3] },
  data: 1,
}

/** Operations that few random programs have. */
const seldom: FuzzCase = {
  source: `model M {
  input x: [2] over T, i: token of 3 over T
  target y: [2]
  param w: [2]
  z = dense(2)(x) % 5 + sin(i |> embedding(2))
  a = (exp(min(z, delay(z))) - 1) / (1 + sqrt(1 + sum(z^2)))
  loss mse(w * last(relu(a + 0.3) + a), y)
  output a
}
`,
  sizes: { B: 2, T: 3 },
  lengths: { T: [3, 2] },
  data: 1,
}

const written = [embedded, generating, decoding, seldom]
const some = [...written, ...programs({ seed: 1, drawn: 120 })]
const lines = some.map(fuzzCase => once(() => lineUp(fuzzCase)))

describe('mutants', () => {
  it('are found for every derivative rule and every pass, 120 or more', () => {
    const names = new Set<string>()
    let bare = [
      // `real` takes an int or a bool, to which no gradient flows.
      ...[...ops.values()].filter(op => op.vjp !== undefined && op.name !== 'real').map(op => `${op.name}.vjp `),
      ...passes.map(pass => `${pass.name} `),
      ...dropOnesRules.map(rule => `stream drop-ones ${rule.name} `),
      ...['cross ', 'unroll ', 'stage 0', 'stage 1', 'stage 2'].map(part => `stream ${part}`),
      'adjoint sum',
      'cse body ',
      'dce body ',
    ]
    for (const line of lines) {
      if (bare.length === 0 && names.size >= 120) break
      for (const name of line().reached()) names.add(name)
      bare = bare.filter(start => ![...names].some(name => name.startsWith(start)))
    }
    assert.deepEqual(bare, [])
    assert.ok(names.size >= 120, `${names.size} mutants`)
  })

  for (const name of [
    'mul.vjp cotangent: first negated',
    'scan.vjp cotangent: first dropped',
    'matmul.vjp cotangent: first doubled',
    'adjoint sum: the later left out',
    'dce scan: first step negated',
    'stream cross leaving: first mistaken',
    'stream stage 0 scan: first step negated',
    'stream stage 0 scan: last carry dropped',
    'fuse-gates concat: last operands of a type exchanged',
  ]) {
    it(`${name} is killed, and by the fuzzer as it is`, () => {
      const i = lines.findIndex(line => line().reaches(name) && line().judge(name).kind === 'killed')
      assert.ok(i >= 0)
      assert.ok(killer(name, some[i]) !== undefined)
    })
  }

  it('that change nothing are not killed', () => {
    for (const name of ['none.vjp : nothing', 'dce : nothing']) {
      assert.ok(withMutant(name))
      assert.equal(isDerivative(name), name.includes('vjp'))
      for (const [i, fuzzCase] of written.entries()) {
        assert.equal(lines[i]().judge(name).kind, 'unchanged')
        assert.equal(killer(name, fuzzCase), undefined)
      }
    }
  })

  it('called equivalent have a reason', () => {
    for (const [name, why] of Object.entries(equivalent)) assert.ok(why.length > 20, name)
  })
})

describe('mutants of a pass that moves equations', () => {
  /** sum_t tanh(a * b), with the product inside the loop or outside it. */
  const loop = (context: Context, place: 'inside' | 'outside'): Block => {
    const b = createBuilder(context)
    const real = { dtype: 'real', shape: [] } as const
    const operands = [b.param(real), b.param(real)]
    const body = createBuilder(context)
    const inner = operands.map(() => body.param(real))
    const carry = body.param(real)
    const product = place === 'inside' ? body.emit('mul', inner) : inner[0]
    const block = body.finish([body.emit('add', [carry, body.emit('tanh', [product])])])
    const outer = place === 'inside' ? operands : [b.emit('mul', operands), operands[1]]
    const zero = b.emit('constant', [], { value: 0, dtype: 'real' })
    const attrs = { length: constant(3), reverse: false, consts: 2, carries: 1 }
    const [result] = b.emitAll('scan', [...outer, zero], attrs, block)
    return b.finish([result])
  }
  const found = (context: Context, before: Block, after: Block): string[] => {
    const pass: Pass = { name: 'move', contract: 'for a test', run: () => after }
    const reached = new Set<string>()
    watchedPass(pass, listener(reached)).run(context, before)
    return [...reached]
  }

  it('are those of what came out of the body', () => {
    const context = newContext()
    const reached = found(context, loop(context, 'inside'), loop(context, 'outside'))
    assert.ok(reached.includes('move moved: operand 0 alone'), reached.join('\n'))
    assert.ok(reached.includes('move scan: first carry dropped'))
  })

  it('are those of what went into it', () => {
    const context = newContext()
    const reached = found(context, loop(context, 'outside'), loop(context, 'inside'))
    assert.ok(reached.includes('move body moved: operand 0 alone'), reached.join('\n'))
  })

  it('are found where an equation moves as it is', () => {
    const context = newContext()
    const block = loop(context, 'inside')
    const scan = block.eqns.find(e => e.body !== undefined)
    const product = scan?.body?.eqns[0]
    if (scan?.body === undefined || product === undefined) throw new Error('there is a product')
    const [given] = scan.body.params
    const rest = scan.body.eqns.slice(1).map(e => ({ ...e, ins: e.ins.map(v => (v === product.outs[0] ? given : v)) }))
    const moved: Eqn = {
      ...scan,
      ins: [product.outs[0], ...scan.ins.slice(1)],
      body: { ...scan.body, eqns: rest },
    }
    const reached = found(context, block, { ...block, eqns: [product, moved] })
    assert.ok(
      reached.some(name => name.startsWith('move equation: ')),
      reached.join('\n'),
    )
  })
})
