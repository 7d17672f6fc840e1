// The functions of a built module that take lists in lists, iterables and objects, check them, and count the batch.
export const plainHelpers: Readonly<Record<string, string>> = {
  plain: `// Flat arrays, from lists in lists, iterables, or one object for each example. Sequences are padded, and their lengths counted.
function plain(given, { batch, inputs, sizes, lengths, others }, texts) {
  const names = Object.keys(inputs)
  const all = \`{ \${names.join(', ')} }\`
  if (typeof given !== 'object' || given === null) throw new TypeError(\`pass \${all}, or a list of such objects\`)
  const rows = typeof given[Symbol.iterator] === 'function' ? Array.from(given) : undefined
  const check = (object, at) => {
    if (typeof object !== 'object' || object === null) throw new TypeError(\`\${at} is \${shown(object)}, not \${all}\`)
    const own = rows === undefined ? [...Object.values(sizes), ...Object.values(lengths), batch, ...others] : []
    const other = Object.keys(object).find(name => !names.includes(name) && !own.includes(name))
    if (other !== undefined) throw new TypeError(\`\${at}\${at && '.'}\${other} is no input; the inputs are \${names.join(', ')}\`)
  }
  if (rows === undefined) check(given, '')
  rows?.forEach((row, i) => check(row, \`[\${i}]\`))
  const flat = rows === undefined ? { ...given } : {}
  const extents = {}
  for (const name of names) {
    const value = rows === undefined ? (Object.hasOwn(given, name) ? given[name] : undefined) : rows.map(row => row[name])
    const at = i => (rows === undefined ? \`\${name}[\${i}]\` : \`[\${i}].\${name}\`)
    if (value === undefined || ArrayBuffer.isView(value)) continue
    const list = listOf(value, name)
    const isFlat = rows === undefined && (inputs[name].length === 0 || typeof list[0] !== 'object' || list[0] === null)
    flat[name] = isFlat ? list : flattened(list, inputs[name], at, texts.includes(name), extents, name)
    if (isFlat) continue
    if (given[batch] !== undefined && rows === undefined && given[batch] !== list.length) throw new RangeError(\`\${name} has \${list.length} examples, not \${given[batch]}\`)
    flat[batch] = list.length
  }
  for (const [symbol, { most, counts }] of Object.entries(extents)) {
    flat[sizes[symbol]] = most
    flat[lengths[symbol]] = counts
  }
  return { flat, rows: rows?.length }
}`,
  listOf: `// A list as an array.
function listOf(value, at) {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return value
  if (value === undefined) throw new TypeError(\`\${at} is missing\`)
  if (typeof value === 'object' && value !== null && (typeof value[Symbol.iterator] === 'function' || value.length >= 0)) return Array.from(value)
  throw new TypeError(\`\${at} is \${shown(value)}, not a list\`)
}`,
  shown: `// A value in a message.
function shown(value) {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? 'an object' : String(value)
}`,
  flattened: `// The elements of examples in one array. \`dims\` are numbers, and the names of axes whose lengths differ: these are noted in \`extents\`.
function flattened(examples, dims, at, isText, extents, name) {
  const most = dims.map(dim => (typeof dim === 'number' ? dim : 0))
  const lists = (value, depth, at) => {
    if (depth === dims.length) {
      const isRight = typeof value === 'string' ? isText : typeof value === 'boolean' || Number.isFinite(value)
      if (isRight) return value
      throw new TypeError(\`\${at} is \${shown(value)}, not a \${typeof value === 'number' ? 'finite ' : ''}number\${isText ? ' or a label' : ''}\`)
    }
    const list = listOf(value, at)
    if (typeof dims[depth] !== 'number') most[depth] = Math.max(most[depth], list.length)
    else if (list.length !== most[depth]) throw new RangeError(\`\${at} has \${list.length} elements, not \${most[depth]}\`)
    return Array.from(list, (child, i) => lists(child, depth + 1, \`\${at}[\${i}]\`))
  }
  const read = Array.from(examples, (example, i) => lists(example, 0, at(i)))
  const counts = dims.map((_, depth) => new Int32Array(most.slice(0, depth).reduce((n, size) => n * size, read.length)))
  const flat = new Array(most.reduce((n, size) => n * size, read.length)).fill(0)
  // Padding repeats the element before it, so that a logarithm stays as finite as that of the data.
  const put = (value, depth, place) => {
    if (depth === dims.length) {
      flat[place] = value
      return
    }
    counts[depth][place] = value.length
    for (let i = 0; i < most[depth] && value.length > 0; i++) put(value[Math.min(i, value.length - 1)], depth + 1, place * most[depth] + i)
    if (depth + 1 < dims.length) for (let i = value.length; i < most[depth]; i++) counts[depth + 1][place * most[depth] + i] = 0
  }
  read.forEach((example, i) => put(example, 0, i))
  dims.forEach((dim, depth) => {
    if (typeof dim === 'number') return
    const known = (extents[dim] ??= { most: most[depth], counts: counts[depth], name })
    const wrong = known.counts.length === counts[depth].length ? known.counts.findIndex((n, i) => n !== counts[depth][i]) : 0
    if (wrong >= 0) throw new RangeError(\`\${known.name} and \${at(wrong)} have different lengths\`)
  })
  return flat
}`,
  asRows: `// One object for each example, of results in flat arrays; what is past the end of a sequence is left out.
function asRows(results, outputs, { flat, rows }, lengths, sizes) {
  const row = (values, dims, b) => {
    const extents = dims.map(dim => (typeof dim === 'number' ? dim : sizes[dim[0]] - dim[1]))
    const nest = (place, depth) => {
      if (depth === dims.length) return values[place]
      const counts = typeof dims[depth] === 'number' ? undefined : flat[lengths[dims[depth][0]]]
      const length = counts === undefined ? extents[depth] : Math.max(0, counts[counts.length === rows ? b : place] - dims[depth][1])
      return Array.from({ length }, (_, i) => nest(place * extents[depth] + i, depth + 1))
    }
    return nest(b, 0)
  }
  return Array.from({ length: rows }, (_, b) =>
    Object.fromEntries(Object.entries(outputs).map(([name, dims]) => [name, row(results[name], dims, b)])),
  )
}`,
}
