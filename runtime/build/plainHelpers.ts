// The functions of a built module that take lists in lists, iterables and objects, check them, and count the batch.
export const plainHelpers: Readonly<Record<string, string>> = {
  plain: `// Flat arrays, from lists in lists, iterables, or one object for each example. Sequences are padded, and their lengths counted.
function plain(given, { batch, inputs, sizes, lengths, others }, texts) {
  const names = Object.keys(inputs)
  const all = \`{ \${names.join(', ')} }\`
  if (typeof given !== 'object' || given === null) throw new TypeError(\`pass \${all}, or a list of such objects\`)
  const rows = typeof given[Symbol.iterator] === 'function' ? Array.from(given) : undefined
  const known = rows ? names : [...names, batch, ...Object.values(sizes), ...Object.values(lengths), ...others]
  for (const [i, object] of (rows ?? [given]).entries()) {
    const at = rows ? \`[\${i}]\` : ''
    if (typeof object !== 'object' || object === null) throw new TypeError(\`\${at} is \${shown(object)}, not \${all}\`)
    const other = Object.keys(object).find(name => !known.includes(name))
    if (other !== undefined) throw new TypeError(\`\${at}\${at && '.'}\${other} is no input; the inputs are \${names.join(', ')}\`)
  }
  const flat = rows ? {} : { ...given }
  const found = {}
  for (const name of names) {
    const value = rows ? rows.map(row => own(row, name)) : own(given, name)
    if (value === undefined) throw new TypeError(\`\${name} is missing\`)
    if (ArrayBuffer.isView(value)) continue
    const list = (flat[name] = listOf(value, name))
    const nests = list.length === 0 ? given[batch] === undefined : typeof list[0] === 'object' && list[0] !== null
    if (!rows && (inputs[name].length === 0 || !nests)) continue
    if (!rows && (given[batch] ?? list.length) !== list.length) throw new RangeError(\`\${name} has \${list.length} examples, not \${given[batch]}\`)
    flat[batch] = list.length
    flat[name] = flattened(list, inputs[name], i => (rows ? \`[\${i}].\${name}\` : \`\${name}[\${i}]\`), texts.includes(name), found, name)
  }
  for (const [axis, { most, counts }] of Object.entries(found)) {
    flat[sizes[axis]] = most
    flat[lengths[axis]] = counts
  }
  return { flat, rows: rows?.length }
}`,
  listOf: `// A list as an array.
function listOf(value, at) {
  if (value === undefined) throw new TypeError(\`\${at} is missing\`)
  if (typeof value !== 'object' || !(value?.[Symbol.iterator] || value?.length >= 0)) throw new TypeError(\`\${at} is \${shown(value)}, not a list\`)
  return Array.isArray(value) ? value : Array.from(value)
}`,
  shown: `// A value in a message.
function shown(value) {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? 'an object' : String(value)
}`,
  // Only what may be wrong gets a name of its place: names of all numbers take longer than all else.
  flattened: `// The elements of examples. Each of \`dims\` is a number, or the name of an axis, of which the lengths are added to \`found\`.
function flattened(examples, dims, at, isText, found, name) {
  const most = dims.map(dim => (typeof dim === 'number' ? dim : 0))
  const read = (value, depth, at) => {
    if (depth === dims.length) {
      if (typeof value === 'string' ? isText : typeof value === 'boolean' || Number.isFinite(value)) return value
      throw new TypeError(\`\${at} is \${shown(value)}, not a \${typeof value === 'number' ? 'finite ' : ''}number\${isText ? ' or a label' : ''}\`)
    }
    const list = listOf(value, at)
    if (typeof dims[depth] !== 'number') most[depth] = Math.max(most[depth], list.length)
    else if (list.length !== most[depth]) throw new RangeError(\`\${at} has \${list.length} elements, not \${most[depth]}\`)
    return [...list].map((v, i) => (depth + 1 === dims.length && Number.isFinite(v) ? v : read(v, depth + 1, \`\${at}[\${i}]\`)))
  }
  const all = examples.map((example, i) => read(example, 0, at(i)))
  const room = depth => most.slice(0, depth).reduce((n, size) => n * size, all.length)
  const counts = dims.map((_, depth) => new Int32Array(room(depth)))
  const flat = new Array(room(dims.length)).fill(0)
  // Padding repeats the element before it, so that a logarithm of it is finite where those of the data are.
  const put = (value, depth, place, isPadding) => {
    if (depth === dims.length) return void (flat[place] = value)
    if (!isPadding) counts[depth][place] = value.length
    for (let i = 0; i < most[depth] && value.length > 0; i++)
      put(value[Math.min(i, value.length - 1)], depth + 1, place * most[depth] + i, isPadding || i >= value.length)
  }
  all.forEach((example, i) => put(example, 0, i, false))
  dims.forEach((dim, depth) => {
    if (typeof dim === 'number') return
    const first = (found[dim] ??= { most: most[depth], counts: counts[depth], name })
    const wrong = first.counts.length === counts[depth].length ? first.counts.findIndex((n, i) => n !== counts[depth][i]) : 0
    if (wrong >= 0) throw new RangeError(\`\${first.name} and \${name} have different lengths\`)
  })
  flat.place = index => {
    let rest = index
    const inner = most.reduceRight((path, size) => {
      const i = rest % size
      rest = (rest - i) / size
      return \`[\${i}]\${path}\`
    }, '')
    return at(rest) + inner
  }
  return flat
}`,
  asRows: `// An object for each example, from flat results; what is past the end of a sequence is left out.
function asRows(results, outputs, { flat, rows }, lengths, sizes) {
  const row = (values, dims, b) => {
    const nest = (place, depth) => {
      if (depth === dims.length) return values[place]
      const [axis, less] = [dims[depth]].flat()
      const most = less === undefined ? axis : sizes[axis] - less
      const counts = flat[lengths[axis]]
      const length = counts === undefined ? most : Math.max(0, counts[counts.length === rows ? b : place] - less)
      const list = []
      for (let i = 0; i < length; i++) list.push(nest(place * most + i, depth + 1))
      return list
    }
    return nest(b, 0)
  }
  return Array.from({ length: rows }, (_, b) =>
    Object.fromEntries(Object.entries(outputs).map(([name, dims]) => [name, row(results[name], dims, b)])),
  )
}`,
}
