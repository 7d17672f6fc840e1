// The loop language: its text, what its verifier rejects, and its operations, by the interpreter and as WebAssembly to the last bit.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { encodeModule, memoryImport } from '../../compiler/backend/wasm/encodeModule.ts'
import { hasBarriers } from '../../compiler/code/barriers.ts'
import {
  add,
  apply,
  barrier,
  bind,
  call,
  constant,
  int,
  load,
  local,
  loop,
  mul,
  perform,
  read,
  set,
  store,
  when,
} from '../../compiler/code/build.ts'
import type { Func, Program, Statement } from '../../compiler/code/code.ts'
import { interpretCode } from '../../compiler/code/interpret.ts'
import { laneNumbers, type Operation, resultOf } from '../../compiler/code/operations.ts'
import { printCode } from '../../compiler/code/print.ts'
import { bytesOf, isVector, laneCount, type Type } from '../../compiler/code/types.ts'
import { verifyCode } from '../../compiler/code/verify.ts'

const func = (name: string, params: Func['params'], body: readonly Statement[], result?: Func['result']): Func => ({
  name,
  comment: `what ${name} does`,
  params,
  body,
  ...(result && { result }),
})

/** Σ i² of floats, four at a time, for n that 4 divides. */
function squares(): Program {
  const [x, n, i, sum, v] = [
    local('x', 'i32'),
    local('n', 'i32'),
    local('i', 'i32'),
    local('sum', 'f32x4'),
    local('v', 'f32x4'),
  ]
  const square = func('square', [v], [], mul(read(v), read(v)))
  const total = [0, 1, 2, 3].map(k => apply('lane', [read(sum)], [k])).reduce(add)
  const at = add(read(x), apply('shl', [read(i), int(2)]))
  const body = [
    bind(sum, constant('f32x4', 0)),
    loop(i, int(0), read(n), [set(sum, add(read(sum), call('f32x4', 'square', [load('f32x4', at)])))], 4),
    when(apply('lt', [int(0), read(n)]), [store(read(x), total, 16)], [store(read(x), constant('f32', -1), 16)]),
  ]
  return { functions: [square, func('squares', [x, n], body)] }
}

describe('the loop language', () => {
  it('prints itself', () => {
    assert.equal(
      printCode(squares()),
      `// what square does
function square(v: f32x4): f32x4 {
  return mul(v, v)
}

// what squares does
function squares(x: i32, n: i32) {
  let sum: f32x4 = f32x4 0
  for i from 0 below n by 4 {
    sum = add(sum, square(f32x4[add(x, shl(i, 2))]))
  }
  if lt(0, n) {
    f32[x + 16] = add(add(add(lane<0>(sum), lane<1>(sum)), lane<2>(sum)), lane<3>(sum))
  } else {
    f32[x + 16] = f32 -1
  }
}
`,
    )
  })

  it('runs the same by its interpreter and as WebAssembly', () => {
    verifyCode(squares())
    for (const n of [4, 8, 0]) {
      const given = Float32Array.from({ length: 16 }, (_, i) => i / 3)
      const [a, b] = [run(squares(), 'squares', given, [0, n]), run(squares(), 'squares', given, [0, n], true)]
      assert.deepEqual(a, b)
      assert.equal(new Float32Array(a.buffer)[4], n === 0 ? -1 : Math.fround(n === 4 ? 14 / 9 : 140 / 9))
    }
  })

  const x = local('x', 'f32')
  const wrong: readonly (readonly [string, readonly Statement[], RegExp])[] = [
    ['a variable before its declaration', [set(x, constant('f32', 1))], /x is set before it is declared/],
    ['a variable read too early', [bind(local('y', 'f32'), read(x))], /x is read where it is not declared/],
    ['a value of another type', [bind(x, constant('f64', 1))], /let x is f64, not f32/],
    ['a real as an address', [store(constant('f32', 1), int(1))], /an address is f32, not i32/],
    ['a vector as a test', [when(constant('i32x4', 1), [])], /a test is i32x4, not i32/],
    ['a variable declared twice', [bind(x, constant('f32', 1)), bind(x, constant('f32', 1))], /declared twice/],
    [
      'a variable of a block outside it',
      [when(int(1), [bind(x, constant('f32', 1))]), set(x, constant('f32', 1))],
      /before it is declared/,
    ],
    ['a function that is not there', [perform('g', [])], /g is no function before this one/],
    ['itself', [perform('f', [])], /f is no function before this one/],
    ['a barrier at a real', [barrier(constant('f32', 1), int(0))], /an operand of a barrier is f32, not i32/],
    ['a step of 0', [loop(local('i', 'i32'), int(0), int(1), [], 0)], /a step of 0/],
  ]
  for (const [what, body, message] of wrong) {
    it(`rejects ${what}`, () => assert.throws(() => verifyCode({ functions: [func('f', [], body)] }), message))
  }

  it('rejects a function with a result that waits, itself or by what it calls', () => {
    const result = int(1)
    const alone = { ...func('f', [], [when(int(1), [barrier(int(0), int(0))])]), result }
    assert.throws(() => verifyCode({ functions: [alone] }), /f: a function with a result waits/)
    const callers = [func('g', [], [barrier(int(0), int(0))]), { ...func('f', [], [perform('g', [])]), result }]
    assert.throws(() => verifyCode({ functions: callers }), /f: a function with a result waits/)
  })

  it('rejects operands that an operation does not take', () => {
    assert.throws(() => apply('add', [constant('f32', 1), int(1)]), /add does not take f32, i32/)
    assert.throws(() => apply('and', [constant('f32', 1), constant('f32', 1)]), /and does not take/)
  })
})

describe('barriers', () => {
  /** Each thread stores its number plus 1 at its place, and after a barrier what it finds at the place of the other. */
  const exchange = (meets: boolean): Program => {
    const [own, other] = ['own', 'other'].map(name => local(name, 'i32'))
    const body = [
      store(read(own), add(read(own), int(1))),
      ...(meets ? [barrier(int(64), int(1))] : []),
      store(read(own), load('i32', read(other)), 16),
    ]
    return { functions: [func('exchange', [own, other], body)] }
  }

  it('print as text', () => {
    assert.match(printCode(exchange(true)), /\n {2}barrier 64, 1\n/)
  })

  it('let every thread see what the others stored', () => {
    const memory = new SharedArrayBuffer(256)
    verifyCode(exchange(true))
    interpretCode(exchange(true), () => memory).callInThreads('exchange', [
      [0, 4],
      [4, 0],
    ])
    assert.deepEqual([...new Int32Array(memory, 16, 2)], [5, 1])
  })

  it('are missed where a thread touches what another stores', () => {
    const memory = new SharedArrayBuffer(256)
    const machine = interpretCode(exchange(false), () => memory)
    const threads = [
      [0, 4],
      [4, 0],
    ]
    assert.throws(() => machine.callInThreads('exchange', threads), /in each other's way at byte 4/)
  })

  it('must be come to by all threads', () => {
    const last = local('last', 'i32')
    const body = [when(read(last), [barrier(int(64), int(1))])]
    const machine = interpretCode({ functions: [func('f', [last], body)] }, () => new SharedArrayBuffer(256))
    assert.throws(() => machine.callInThreads('f', [[1], [0]]), /not all threads come to a barrier/)
  })

  it('are nothing to a thread that is alone', () => {
    const alone = new Uint8Array(256)
    for (const asWasm of [false, true]) assert.equal(run(exchange(true), 'exchange', alone, [0, 8], asWasm)[0], 1)
  })
})

/** The memory after a call, from bytes at the start of it. */
function run(
  program: Program,
  name: string,
  given: Float32Array | Uint8Array,
  args: number[],
  asWasm = false,
): Uint8Array {
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  const shared = program.functions.some(f => hasBarriers(f.body))
  const memory = new WebAssembly.Memory({ initial: 1, ...(shared && { maximum: 1, shared }) })
  new Uint8Array(memory.buffer).set(bytes)
  if (!asWasm) interpretCode(program, () => memory.buffer).call(name, args)
  else {
    const module = new WebAssembly.Module(encodeModule(program, { exports: [name], relaxed: false, shared }))
    const { exports } = new WebAssembly.Instance(module, { [memoryImport.module]: { [memoryImport.name]: memory } })
    const entry = exports[name]
    assert.ok(typeof entry === 'function')
    entry(...args)
  }
  return new Uint8Array(memory.buffer.slice(0, 128))
}

const types: readonly Type[] = ['i32', 'f32', 'f64', 'f32x4', 'f64x2', 'i32x4', 'i64x2']
const operations: readonly Operation[] = [
  'add',
  'sub',
  'mul',
  'div',
  'madd',
  'neg',
  'abs',
  'sqrt',
  'floor',
  'nearest',
  'min',
  'max',
  'pmin',
  'pmax',
  'lt',
  'le',
  'eq',
  'ne',
  'below',
  'and',
  'or',
  'xor',
  'andnot',
  'shl',
  'shr',
  'select',
  'choose',
  'splat',
  'lane',
  'withLane',
  'shuffle',
  'any',
  'toF32',
  'toF64',
  'toI32',
  'bits',
  'real',
  'widen',
  'narrow',
]

/** The operands that an operation takes after the first. */
function operandsOf(op: Operation, first: Type): readonly Type[] | undefined {
  const candidates: readonly (readonly Type[])[] = [
    [first],
    ...types.map(t => [first, t]),
    ...types.flatMap(t => types.map(u => [first, t, u])),
  ]
  return candidates.find(list => {
    try {
      resultOf(op, list)
      return true
    } catch {
      return false
    }
  })
}

/** The operation on what lies at 0, 16 and 32; the result goes to 48. */
function single(op: Operation, operands: readonly Type[], lanes: readonly number[] | undefined): Program {
  const args = operands.map((t, i) => load(t, int(16 * i)))
  return { functions: [func('f', [], [store(int(48), apply(op, args, lanes))])] }
}

const special = [0, -0, 1, -1, 0.5, 2.5, 3.5, -2.5, 1e30, -1e-30, 1e300, Infinity, -Infinity, NaN, 2 ** 31, -(2 ** 31)]
const numbers = fc.oneof(fc.constantFrom(...special), fc.double({ noNaN: false }), fc.integer())

/** Sixteen bytes that are numbers of a type, or any. */
const operand = (type: Type): fc.Arbitrary<Uint8Array> => {
  if (type === 'i64x2') return fc.uint8Array({ minLength: 16, maxLength: 16 })
  const real = {
    f32: Float32Array,
    f32x4: Float32Array,
    f64: Float64Array,
    f64x2: Float64Array,
    i32: Int32Array,
    i32x4: Int32Array,
  }[type]
  const count = isVector(type) ? laneCount[type] : 16 / bytesOf[type]
  return fc.array(numbers, { minLength: count, maxLength: count }).map(list => new Uint8Array(real.from(list).buffer))
}

describe('each operation, by the interpreter and as WebAssembly', () => {
  for (const op of operations) {
    it(op, () => {
      let tried = 0
      for (const first of types) {
        const operands = operandsOf(op, first)
        if (operands === undefined) continue
        tried++
        const given = fc.record({
          bytes: fc.tuple(...operands.map(operand)),
          lane: fc.array(fc.nat(isVector(first) ? laneCount[first] - 1 : 0), { minLength: 8, maxLength: 8 }),
        })
        const property = fc.property(given, ({ bytes, lane }) => {
          const count = laneNumbers(op, first)
          const lanes = count === 0 ? undefined : lane.slice(0, count)
          const program = single(op, operands, lanes)
          verifyCode(program)
          const memory = new Uint8Array(64)
          for (const [i, b] of bytes.entries()) memory.set(b, 16 * i)
          const result = resultOf(op, operands)
          assert.deepEqual(
            comparable(result, run(program, 'f', memory, [])),
            comparable(result, run(program, 'f', memory, [], true)),
          )
        })
        fc.assert(property, { numRuns: 40 })
      }
      assert.ok(tried > 0, `${op} takes nothing`)
    })
  }
})

/** The result's bytes; a NaN is one as good as another. */
function comparable(type: Type, memory: Uint8Array): number[] {
  const at = memory.slice(48, 48 + bytesOf[type])
  if (type === 'f32' || type === 'f32x4') return [...new Float32Array(at.buffer)]
  if (type === 'f64' || type === 'f64x2') return [...new Float64Array(at.buffer)]
  return [...at]
}
