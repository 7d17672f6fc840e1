// The functions of a built module that are the same for every model. Each is written only where it is used.
import { memoryImport, mostPages, pageBytes } from '../../compiler/backend/wasm/encodeModule.ts'
import { plainHelpers } from './plainHelpers.ts'

/** Text of each function, by its name. */
const helpers: Readonly<Record<string, string>> = {
  ...plainHelpers,
  own: `// A property of an object itself.
function own(object, name) {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}`,
  size: `// A size of the batch: as given, or computed from the length of an input.
function size(name, given, input, elements, each) {
  if (given === undefined && elements === undefined) throw new TypeError(input ? \`\${input} is missing\` : \`pass \${name}, or a list for each example\`)
  const found = given ?? (each === 0 ? 0 : elements / each)
  if (Number.isInteger(found) && found >= 0) return found
  if (given !== undefined) throw new RangeError(\`\${name} must be a whole number, not \${given}\`)
  throw new RangeError(\`\${input} has \${elements} elements, which is not a multiple of \${each}: pass \${name}\`)
}`,
  array: `// An array of the type that the network reads; another array of numbers is copied into one.
function array(name, values, Type, length) {
  if (values === undefined) throw new TypeError(\`\${name} is missing\`)
  if (values.length !== length) throw new RangeError(\`\${name} has \${values.length} elements, not \${length}\`)
  if (values instanceof Type) return values
  const found = Type.from(numbers(name, values))
  const wrong = found.findIndex((x, i) => !Number.isFinite(x) && Number.isFinite(values[i]))
  if (wrong >= 0) throw new RangeError(notHeld(placeOf(name, values, wrong), values[wrong], values[wrong]))
  return found
}`,
  placeOf: `// Where an element of an array stood in the lists that were given.
function placeOf(name, values, i) {
  return values.place?.(i) ?? \`\${name}[\${i}]\`
}`,
  weightsIn: `// The weights of the network, by name.
function weightsIn(weights, Type, lengths) {
  if (typeof weights !== 'object' || weights === null) throw new TypeError('pass weights: \`readWeights\` of rnnc/predict reads them from a weights file')
  return Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, array(name, own(weights, name), Type, length)]))
}`,
  numbers: `// Checks that all values are numbers: JavaScript would convert null to 0.
function numbers(name, values) {
  if (ArrayBuffer.isView(values)) return values
  const wrong = Array.prototype.findIndex.call(values, value => typeof value !== 'number' && typeof value !== 'boolean')
  if (wrong < 0) return values
  const found = values[wrong]
  throw new TypeError(\`\${placeOf(name, values, wrong)} is \${shown(found)}, not a number\`)
}`,
  wholes: `// As \`array\`, for whole numbers that 32 bits hold.
function wholes(name, values, length) {
  const found = array(name, values, Int32Array, length)
  const wrong = found.findIndex((whole, i) => whole !== Number(values[i]))
  if (wrong >= 0) throw new RangeError(\`\${placeOf(name, values, wrong)} is \${values[wrong]}, not a whole number of 32 bits\`)
  return found
}`,
  codes: `// As \`array\`, for whole numbers from 0 below \`limit\`.
function codes(name, values, length, limit) {
  const found = array(name, values, Int32Array, length)
  const wrong = found.findIndex((code, i) => code < 0 || code >= limit || code !== Number(values[i]))
  if (wrong >= 0) throw new RangeError(\`\${placeOf(name, values, wrong)} is \${values[wrong]}, not a whole number below \${limit}\`)
  return found
}`,
  coded: `// As \`codes\`, of any length.
function coded(name, values, limit) {
  return codes(name, values, values.length, limit)
}`,
  scale: `// From the units of the data to the numbers that the network sees; one function for each component.
function scale(name, values, functions) {
  // \`run\` reports a missing value.
  if (values === undefined) return undefined
  const scaled = Float64Array.from(numbers(name, values), (value, i) => functions[i % functions.length](value))
  return Object.assign(scaled, { place: values.place })
}`,
  unscale: `// From the numbers of the network to the units of the data.
function unscale(values, functions) {
  return Float64Array.from(values, (value, i) => functions[i % functions.length](value))
}`,
  finite: `// Checks that the numbers of an answer are finite.
function finite(name, values) {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(\`\${name}[\${i}] is \${values[i]}: an input is NaN, or too large\`)
  }
  return values
}`,
  indices: `// The index of each label in the list.
function indices(name, values, labels) {
  // \`run\` reports a missing value.
  if (values === undefined) return undefined
  const places = new Map(labels.map((label, index) => [label, index]))
  const found = Array.from(values, value => {
    const index = typeof value === 'number' ? value : places.get(value)
    if (index === undefined) throw new RangeError(\`\${name}: the network was not trained on "\${value}"\`)
    return index
  })
  return Object.assign(found, { place: values.place })
}`,
  decide: `// The most likely class of each distribution; of a single probability, whether it is above a half.
function decide(values, width) {
  if (width === 1) return Array.from(values, p => (p > 0.5 ? 1 : 0))
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width)
    return row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity))
  })
}`,
  decode: `// Numbers from base64. The worklet of a page has no \`atob\`.
function decode(text, Type) {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const codes = new Uint8Array(128)
  for (let i = 0; i < 64; i++) codes[digits.charCodeAt(i)] = i
  const length = text.length === 0 ? 0 : (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
  const bytes = new Uint8Array(length)
  for (let at = 0, i = 0; i < text.length; i += 4) {
    const four = [0, 1, 2, 3].reduce((bits, k) => bits * 64 + (codes[text.charCodeAt(i + k)] ?? 0), 0)
    for (let shift = 16; shift >= 0 && at < length; shift -= 8) bytes[at++] = four >> shift
  }
  return new Type(bytes.buffer)
}`,
  unpack: `// The bytes of a block of LZ4.
function unpack(block, length) {
  const bytes = new Uint8Array(length)
  let [from, to] = [0, 0]
  const rest = count => {
    if (count < 15) return count
    let more
    do count += more = block[from++]
    while (more === 255)
    return count
  }
  for (;;) {
    const token = block[from++]
    for (let count = rest(token >> 4); count > 0; count--) bytes[to++] = block[from++]
    if (from >= block.length) return bytes
    const distance = block[from++] + 256 * block[from++]
    for (let count = 4 + rest(token & 15); count > 0; count--, to++) bytes[to] = bytes[to - distance]
  }
}`,
  wasmNetwork: `// A network of WebAssembly. Its memory holds the frame, where the code finds sizes and addresses, then weights, inputs and what it computes.
function wasmNetwork(backend, entry, layout) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: ${mostPages} })
  const run = new WebAssembly.Instance(binary(), { ${memoryImport.module}: { ${memoryImport.name}: memory } }).exports[entry]
  const start = 64
  let stored = {}
  let laid = new Map()
  function bind(sizes, inputs) {
    const { frame, taken, own, results } = layout(sizes)
    let end = start + 4 * frame.length
    const take = (slot, bytes) => {
      frame[slot] = Math.ceil(end / 64) * 64
      end = frame[slot] + bytes
      return frame[slot]
    }
    // What stays comes first: there it lies where it lay, whatever the sizes.
    const stays = ([, , arrays]) => arrays.every(([name, , written]) => !written && Object.hasOwn(stored, name) && stored[name] === inputs[name])
    const first = taken.filter(stays)
    const places = [...first, ...taken.filter(group => !stays(group))].flatMap(([slot, Type, arrays], i) => {
      let at = take(slot, arrays.reduce((sum, [, length]) => sum + length, 0) * Type.BYTES_PER_ELEMENT)
      return arrays.map(([name, length, written]) => {
        const place = { name, Type, at, length, written, array: array(name, inputs[name], Type, length), stays: i < first.length }
        at += length * Type.BYTES_PER_ELEMENT
        return place
      })
    })
    const addresses = own.map(([slot, bytes]) => take(slot, bytes))
    const missing = Math.ceil((end - memory.buffer.byteLength) / ${pageBytes})
    if (missing > 0) memory.grow(missing)
    new Int32Array(memory.buffer, start, frame.length).set(frame)
    const all = places.map(place => ({ ...place, view: new place.Type(memory.buffer, place.at, place.length) }))
    for (const { stays, name, at, array, view } of all) if (stays && laid.get(name) !== at) view.set(array)
    laid = new Map(all.filter(place => place.stays).map(({ name, at }) => [name, at]))
    const copied = all.filter(place => !place.stays)
    const written = all.filter(place => place.written)
    const found = Object.fromEntries([
      ...results.map(([name, Type, place, length]) => [name, new Type(memory.buffer, addresses[place], length)]),
      ...written.map(({ name, array }) => [name, array]),
    ])
    return () => {
      for (let i = 0; i < copied.length; i++) copied[i].view.set(copied[i].array)
      run(start)
      for (let i = 0; i < written.length; i++) written[i].array.set(written[i].view)
      return found
    }
  }
  return {
    backend,
    store(values) {
      stored = values
      laid = new Map()
      return values
    },
    bind,
    run: (sizes, inputs) => bind(sizes, inputs)(),
  }
}`,
  copies: `// Copies of arrays.
function copies(arrays) {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]))
}`,
  copyRow: `// Copies a row, or all, of the rows of an array.
function copyRow(from, to, rows, row) {
  if (row !== undefined && !(Number.isInteger(row) && row >= 0 && row < rows)) throw new RangeError(\`there is no row \${row}\`)
  const width = to.length / rows
  const [first, end] = row === undefined ? [0, to.length] : [row * width, (row + 1) * width]
  to.set(from.subarray(first, end), first)
}`,
  restore: `// Overwrites states by others of the same names and lengths.
function restore(states, saved) {
  for (const name of Object.keys(states)) {
    const found = saved[name]
    if (found?.length !== states[name].length) throw new RangeError(\`these are no states of this network: \${name}\`)
  }
  for (const name of Object.keys(states)) states[name].set(saved[name])
}`,
  list: `// A list of what may be a single value.
function list(value) {
  return value === undefined || typeof value === 'object' ? value : [value]
}`,
  put: `// Puts numbers into an array, through one function for each component if there are any.
function put(name, values, array, functions) {
  if (values === undefined) throw new TypeError(\`\${name} is missing\`)
  if (typeof values !== 'object') return put(name, [values], array, functions)
  if (values.length !== array.length) throw new RangeError(\`\${name} has \${values.length} elements, not \${array.length}\`)
  numbers(name, values)
  for (let i = 0; i < array.length; i++) {
    const value = functions === undefined ? values[i] : functions[i % functions.length](values[i])
    array[i] = value
    if (!Number.isFinite(array[i])) throw new RangeError(notHeld(\`\${name}[\${i}]\`, values[i], value))
  }
}`,
  notHeld: `// Says why a number is not finite in the network.
function notHeld(at, given, value) {
  if (typeof given === 'number' && !Number.isFinite(given)) return \`\${at} is \${given}, not a finite number\`
  return Number.isFinite(value) ? \`\${given} is too large for f32: \${at}\` : \`\${at} is \${given}, of which the scaling makes \${value}\`
}`,
  unscaleInto: `// As \`unscale\`, into an array that is there.
function unscaleInto(array, values, functions) {
  for (let i = 0; i < array.length; i++) array[i] = functions[i % functions.length](values[i])
  return array
}`,
  elementAt: `// One element of a sequence.
function elementAt(values, width, t) {
  return Array.prototype.slice.call(values, t * width, (t + 1) * width)
}`,
  tokens: `// The code of each token of a text, or of a list of tokens.
function tokens(name, values, labels, { by, lower, filters, unknown }) {
  const codes = new Map(labels.map((token, code) => [token, code]))
  const cut = text => {
    const cased = Array.from(lower ? text.toLowerCase() : text)
    if (by === 'elements') return [cased.join('')]
    if (by === 'characters') return cased.filter(c => !filters.includes(c))
    return cased.map(c => (filters.includes(c) ? ' ' : c)).join('').split(/\\s+/).filter(word => word !== '')
  }
  return (typeof values === 'string' ? cut(values) : Array.from(values)).flatMap(token => {
    if (typeof token === 'number') return [token]
    const code = codes.get(token) ?? unknown
    if (code === 'refused') throw new RangeError(\`\${name}: the network was not trained on "\${token}"\`)
    return code === null ? [] : [code]
  })
}`,
  choose: `// Chooses each place of an element: a label from its distribution, or the number itself where there are no labels.
function choose(p, element, labels, never, sampling, draw) {
  for (let i = 0; i < element.length; i++) {
    if (labels === 0) {
      element[i] = element instanceof Int32Array ? Math.round(p[i]) : p[i]
      continue
    }
    const own = labels === 1 ? [1 - p[i], p[i]] : Array.from(p.subarray(i * labels, (i + 1) * labels))
    const logs = own.map((x, label) => (never.includes(label) ? -Infinity : Math.log(x)))
    element[i] = draw === undefined ? likeliest(logs) : drawLabel(logs, sampling, draw)
  }
}`,
  likeliest: `// The label of the greatest number, the first of equals.
function likeliest(logs) {
  return logs.reduce((best, x, label) => (x > logs[best] ? label : best), 0)
}`,
  drawLabel: `// Draws a label from log probabilities.
function drawLabel(logs, { temperature = 1, topK, topP }, draw) {
  const order = Array.from(logs.keys()).sort((a, b) => logs[b] - logs[a] || a - b)
  const scaled = order.slice(0, topK).map(label => Math.exp((logs[label] - logs[order[0]]) / temperature))
  const sum = values => values.reduce((a, b) => a + b, 0)
  const wanted = topP === undefined ? Infinity : topP * sum(scaled)
  let count = 0
  for (let mass = 0; count < scaled.length && mass < wanted; count++) mass += scaled[count]
  const weights = scaled.slice(0, count)
  let rest = draw() * sum(weights)
  const chosen = weights.findIndex(w => (rest -= w) < 0)
  return order[chosen < 0 ? weights.findLastIndex(w => w > 0) : chosen]
}`,
  random: `// xoshiro128** (Blackman & Vigna 2018), its state hashed from a seed and a name; numbers from 0 to 1 with 53 random bits.
function random(seed, name) {
  const mix = word => {
    let h = word | 0
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, seed + 0)
  let hash = mix(bits.getInt32(0)) ^ Math.imul(bits.getInt32(4), 0x9e3779b1)
  for (let i = 0; i < name.length; i++) hash = mix(hash ^ name.charCodeAt(i)) + 0x9e3779b9
  let [a, b, c, d] = [1, 2, 3, 4].map(n => mix(hash + Math.imul(n, 0x9e3779b9)))
  const rotate = (x, by) => (x << by) | (x >>> (32 - by))
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result >>> 0
  }
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53
}`,
}

/** Collects the helpers that texts call, and those that they call. */
export function helpersFor(...texts: readonly string[]): string {
  const found = new Set<string>()
  const collect = (from: string): void => {
    for (const [name, body] of Object.entries(helpers)) {
      if (found.has(body) || !from.includes(`${name}(`)) continue
      found.add(body)
      collect(body)
    }
  }
  texts.forEach(collect)
  return [...found].join('\n\n')
}
