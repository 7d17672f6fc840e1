// The functions of a built module that are the same for every model. Each is written only where it is used.

/** Text of each function, by its name. */
const helpers: Readonly<Record<string, string>> = {
  own: `// A property of an object itself.
function own(object, name) {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}`,
  size: `// A size of the batch: as given, or what the length of an input tells.
function size(name, given, input, elements, each) {
  if (given === undefined && elements === undefined) throw new TypeError(\`\${input} is missing\`)
  const found = given ?? (each === 0 ? 0 : elements / each)
  if (Number.isInteger(found) && found >= 0) return found
  if (given !== undefined) throw new RangeError(\`\${name} must be a whole number, not \${given}\`)
  throw new RangeError(\`\${input} has \${elements} elements, which is not a multiple of \${each}: pass \${name}\`)
}`,
  array: `// An array of the type that the network reads; another array of numbers is copied into one.
function array(name, values, Type, length) {
  if (values === undefined) throw new TypeError(\`\${name} is missing\`)
  if (values.length !== length) throw new RangeError(\`\${name} has \${values.length} elements, not \${length}\`)
  return values instanceof Type ? values : Type.from(numbers(name, values))
}`,
  numbers: `// The values, none of which JavaScript would take for a number though it is none, as null for 0.
function numbers(name, values) {
  if (ArrayBuffer.isView(values)) return values
  const wrong = Array.prototype.findIndex.call(values, value => typeof value !== 'number' && typeof value !== 'boolean')
  if (wrong < 0) return values
  const found = values[wrong]
  throw new TypeError(\`\${name}[\${wrong}] is \${typeof found === 'string' ? JSON.stringify(found) : found}, not a number\`)
}`,
  wholes: `// As \`array\`, for whole numbers that 32 bits hold.
function wholes(name, values, length) {
  const found = array(name, values, Int32Array, length)
  const wrong = found.findIndex((whole, i) => whole !== Number(values[i]))
  if (wrong >= 0) throw new RangeError(\`\${name}[\${wrong}] is \${values[wrong]}, not a whole number of 32 bits\`)
  return found
}`,
  codes: `// As \`array\`, for whole numbers from 0 below \`limit\`.
function codes(name, values, length, limit) {
  const found = array(name, values, Int32Array, length)
  const wrong = found.findIndex((code, i) => code < 0 || code >= limit || code !== Number(values[i]))
  if (wrong >= 0) throw new RangeError(\`\${name}[\${wrong}] is \${values[wrong]}, not a whole number below \${limit}\`)
  return found
}`,
  scale: `// From the units of the data to the numbers that the network sees; one function for each component.
function scale(name, values, functions) {
  // What is missing is named by \`run\`.
  if (values === undefined) return undefined
  return Float64Array.from(numbers(name, values), (value, i) => functions[i % functions.length](value))
}`,
  unscale: `// From the numbers of the network to the units of the data.
function unscale(values, functions) {
  return Float64Array.from(values, (value, i) => functions[i % functions.length](value))
}`,
  finite: `// The numbers of an answer: what is NaN or infinite is none.
function finite(name, values) {
  const wrong = values.findIndex(value => !Number.isFinite(value))
  if (wrong >= 0) throw new RangeError(\`\${name}[\${wrong}] is \${values[wrong]}: an input is NaN, or too large\`)
  return values
}`,
  indices: `// The place of each label in the list.
function indices(name, values, labels) {
  // What is missing is named by \`run\`.
  if (values === undefined) return undefined
  const places = new Map(labels.map((label, index) => [label, index]))
  return Int32Array.from(values, value => {
    const index = typeof value === 'number' ? value : (places.get(value) ?? -1)
    if (index < 0) throw new RangeError(\`\${name}: the network was not trained on "\${value}"\`)
    return index
  })
}`,
  decide: `// The most likely class of each distribution; of a single probability, whether it is above a half.
function decide(values, width) {
  if (width === 1) return Array.from(values, p => (p > 0.5 ? 1 : 0))
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width)
    return row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity))
  })
}`,
  decode: `// Numbers from base64.
function decode(text, Type) {
  return new Type(Uint8Array.from(atob(text), character => character.charCodeAt(0)).buffer)
}`,
}

/** Collects the helpers that a text calls, and those that they call. */
export function helpersFor(text: string): string {
  const found = new Set<string>()
  const collect = (from: string): void => {
    for (const [name, body] of Object.entries(helpers)) {
      if (found.has(body) || !from.includes(`${name}(`)) continue
      found.add(body)
      collect(body)
    }
  }
  collect(text)
  return [...found].join('\n\n')
}
