import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Parameter } from '../../compiler/elaborate/values/signature.ts'
import { parseDim } from '../../compiler/ir/dim.ts'
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeOrigin,
  encodeCheckpoint,
  matchParameters,
} from '../../runtime/checkpoint.ts'
import { encodeSafetensors, headerEnd, type Tensor } from '../../runtime/safetensors.ts'
import { failing } from './support.ts'

const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(0.5),
})

const checkpoint: Checkpoint = {
  version: '0.1.0',
  sources: [{ path: 'a.rnn', text: 'model m { input x: [3] } # “é”' }],
  model: 'm',
  settings: { units: 64, data: 'b.csv' },
  fitted: { calls: {}, ports: { y: { kind: 'classes', labels: ['a'] } }, sizes: { K: 1 } },
  seed: 7,
  summary: { epochs: 3, loss: [1.5, 1, 0.5], stopped: null },
  parameters: new Map([['enc.W', tensor(2, 3)]]),
  training: new Map([['m.enc.W', { shape: [2, 3], data: new Float64Array(6).fill(0.1) }]]),
}

test('a checkpoint comes back as it was', () => {
  assert.deepEqual(decodeCheckpoint(encodeCheckpoint(checkpoint), 'f'), checkpoint)
  const { fitted: _, ...bare } = { ...checkpoint, training: new Map() }
  assert.deepEqual(decodeCheckpoint(encodeCheckpoint(bare), 'f'), bare)
})

test('what weights are of is read from the start of their file', async () => {
  const bytes = encodeCheckpoint(checkpoint)
  const end = headerEnd(bytes.subarray(0, 8)) ?? assert.fail('it has a header')
  assert.ok(end < bytes.length)
  const { version, model, sources } = checkpoint
  assert.deepEqual(decodeOrigin(bytes.subarray(0, end), 'f'), { version, model, sources })
  await failing('RNN502', () => decodeOrigin(bytes.subarray(0, end - 16), 'f'))
  await failing('RNN502', () => decodeOrigin(Uint8Array.of(1, 2, 3), 'f'))
  assert.equal(headerEnd(new TextEncoder().encode('model m {')), undefined)
})

test('weights of others, and damaged metadata, are RNN502', async () => {
  const metadata = { rnnc: '1', model: 'm', seed: '1', sources: '[]', settings: '{}', summary: '{}' }
  const read = (metadata: Record<string, string>) =>
    failing('RNN502', () => decodeCheckpoint(encodeSafetensors({ tensors: new Map(), metadata }), 'f'))
  assert.match((await read({})).message, /without a model/)
  assert.match((await read({ ...metadata, sources: '[{"path": 1}]' })).message, /`sources`/)
  assert.match((await read({ ...metadata, settings: '{' })).message, /`settings`/)
  assert.match((await read({ ...metadata, fitted: '{}' })).message, /`fitted`/)
  assert.match((await read({ ...metadata, seed: 'x' })).message, /`seed`/)
})

test('what was fitted has its form, or is RNN502', async () => {
  const read = (fitted: string) =>
    decodeCheckpoint(
      encodeSafetensors({
        tensors: new Map(),
        metadata: { rnnc: '1', model: 'm', seed: '1', sources: '[]', settings: '{}', summary: '{}', fitted },
      }),
      'f',
    )
  const port = (x: string) => `{"calls": {}, "ports": {"x": ${x}}, "sizes": {}}`
  const chain = (steps: string) => port(`{"kind": "numbers", "chains": [${steps}]}`)
  const good = chain('[], [{"kind": "add", "value": -1.5}, {"kind": "log1p"}]')
  assert.deepEqual(read(good).fitted, JSON.parse(good))
  for (const bad of [
    '',
    'null',
    '[]',
    '3',
    '"x"',
    '{}',
    '{"calls": {}, "ports": {}}',
    '{"calls": [], "ports": {}, "sizes": {}}',
    '{"calls": {}, "ports": {}, "sizes": {"K": 1.5}}',
    '{"calls": {}, "ports": {}, "sizes": {"K": -1}}',
    '{"calls": {}, "ports": {}, "sizes": {"K": 1e400}}',
    '{"calls": {}, "ports": {}, "sizes": {"K": "3"}}',
    '{"calls": {}, "ports": {}, "sizes": {"K": 3, "K": 4}}',
    port('null'),
    port('{"kind": "words"}'),
    port('{"kind": "classes"}'),
    port('{"kind": "classes", "labels": ["a", 1]}'),
    port('{"kind": "classes", "labels": ["a", "b", "a"]}'),
    port('{"kind": "numbers", "chains": []}'),
    port('{"kind": "numbers", "chains": {}}'),
    chain('{}'),
    chain('[null]'),
    chain('[{"kind": "add"}]'),
    chain('[{"kind": "add", "value": null}]'),
    chain('[{"kind": "multiply", "value": 1e400}]'),
    chain('[{"kind": "divide", "value": 0}]'),
    chain('[{"kind": "cosine"}]'),
  ]) {
    assert.match((await failing('RNN502', () => read(bad))).message, /its `fitted` cannot be read/, bad)
  }
})

const parameter = (name: string, ...shape: (number | string)[]): Parameter => ({
  name,
  shape: shape.map(d => parseDim(String(d))),
  init: { kind: 'number', value: 0 },
})
const match = (stored: Record<string, Tensor>, ...parameters: Parameter[]) =>
  matchParameters(new Map(Object.entries(stored)), { model: 'm', parameters, sizes: { V: 5 } }, 'f')

test('parameters are matched by path and shape, in the order of the model', () => {
  const stored = { b: tensor(2), a: tensor(5, 1) }
  assert.deepEqual(
    [...match(stored, parameter('a', 'V', 1), parameter('b', 2))],
    [
      ['a', stored.a],
      ['b', stored.b],
    ],
  )
})

test('RNN501 lists both sides, and proposes a rename where there is one choice', async () => {
  const stored = { 'LSTM.W': tensor(2, 3), 'LSTM.b': tensor(4), c: tensor(9) }
  const wanted = [parameter('enc.W', 2, 3), parameter('enc.b', 4), parameter('enc.d', 4), parameter('c', 8)]
  const { message, help } = await failing('RNN501', () => match(stored, ...wanted))
  assert.match(message, /`f` does not fit model `m`/)
  assert.match(message, /`c` is \[8\] in the model, \[9\] in the weights/)
  assert.match(message, /the weights lack `enc\.W` \[2, 3\], `enc\.b` \[4\], `enc\.d` \[4\]/)
  assert.match(message, /the model lacks `LSTM\.W` \[2, 3\], `LSTM\.b` \[4\]/)
  // Of the shape [4] two are missing: no guess.
  assert.equal(help, 'these may have been renamed: `LSTM.W` in the weights is `enc.W`')
})

test('a long list is cut', async () => {
  const many = Array.from({ length: 20 }, (_, i) => parameter(`p${i}`, 1))
  assert.match((await failing('RNN501', () => match({}, ...many))).message, /`p7` \[1\], 12 more/)
})
