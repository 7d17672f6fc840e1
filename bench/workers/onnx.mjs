// An ONNX file with one LSTM node, written byte by byte: protobuf needs no library for so little.
import { reals } from './serve.ts'

const varint = n => {
  const bytes = []
  for (let rest = BigInt(n); ; ) {
    const low = Number(rest & 127n)
    rest >>= 7n
    if (rest === 0n) return [...bytes, low]
    bytes.push(low | 128)
  }
}
const utf8 = new TextEncoder()
const int = (field, n) => Uint8Array.from([...varint(field << 3), ...varint(n)])
const bytes = (field, content) =>
  Buffer.concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(content.length)]), content])
const text = (field, s) => bytes(field, utf8.encode(s))
const message = (field, ...parts) => bytes(field, Buffer.concat(parts))

const FLOAT = 1
/** ValueInfoProto: name, type.tensor_type (elem_type, shape.dim*.dim_value). */
const port = (field, name, shape) =>
  message(
    field,
    text(1, name),
    message(2, message(1, int(1, FLOAT), message(2, ...shape.map(d => message(1, int(1, d)))))),
  )
/** TensorProto: dims, data_type, name, raw_data. */
const constant = (name, shape) => {
  const values = reals(shape.reduce((n, d) => n * d, 1)).map(v => v * 0.2)
  return message(5, ...shape.map(d => int(1, d)), int(2, FLOAT), text(8, name), bytes(9, new Uint8Array(values.buffer)))
}

/** The bytes of a model over [T, 1, D]; `carried`: with h and c as inputs, and next_h and next_c as outputs. */
export function lstmModel({ T, D, H, directions, carried }) {
  const state = [directions, 1, H]
  const INT = 2
  const STRING = 3
  const attributes = [
    message(5, text(1, 'hidden_size'), int(3, H), int(20, INT)),
    ...(directions === 2 ? [message(5, text(1, 'direction'), text(4, 'bidirectional'), int(20, STRING))] : []),
  ]
  const inputs = ['x', 'W', 'R', 'B', ...(carried ? ['', 'h', 'c'] : [])]
  const outputs = ['y', ...(carried ? ['next_h', 'next_c'] : [])]
  const node = message(
    1,
    ...inputs.map(n => text(1, n)),
    ...outputs.map(n => text(2, n)),
    text(4, 'LSTM'),
    ...attributes,
  )
  const graph = message(
    7,
    node,
    text(2, 'bench'),
    constant('W', [directions, 4 * H, D]),
    constant('R', [directions, 4 * H, H]),
    constant('B', [directions, 8 * H]),
    port(11, 'x', [T, 1, D]),
    ...(carried ? [port(11, 'h', state), port(11, 'c', state)] : []),
    port(12, 'y', [T, directions, 1, H]),
    ...(carried ? [port(12, 'next_h', state), port(12, 'next_c', state)] : []),
  )
  // ir_version, opset_import.version
  return new Uint8Array(Buffer.concat([int(1, 8), graph, message(8, int(2, 14))]))
}
