// Joins inputs that a generated module reads as one: by a view where they lie end to end, by a copy where they do not.

export const joinNames = ['createJoin', 'joined', 'handBack', 'storeJoined', 'store'] as const

/** The text of the helpers of `store` and `run`. */
export const joinText = `function createJoin() {
  return { view: undefined, copy: undefined }
}

// One array for parts that lie end to end in memory; a copy where they do not.
function joined(kept, parts) {
  const [{ buffer, byteOffset, constructor }] = parts
  let end = byteOffset
  let length = 0
  let together = true
  for (const part of parts) {
    together = together && part.buffer === buffer && part.byteOffset === end
    end += part.byteLength
    length += part.length
  }
  if (together) {
    const { view } = kept
    if (view?.buffer !== buffer || view.byteOffset !== byteOffset || view.length !== length) {
      kept.view = new constructor(buffer, byteOffset, length)
    }
    return kept.view
  }
  if (kept.copy?.length !== length) kept.copy = new constructor(length)
  let at = 0
  for (const part of parts) {
    kept.copy.set(part, at)
    at += part.length
  }
  return kept.copy
}

// Parts that were copied get their new values.
function handBack(whole, parts) {
  let at = 0
  for (const part of parts) {
    if (part.buffer !== whole.buffer) part.set(whole.subarray(at, at + part.length))
    at += part.length
  }
}

function storeJoined(inputs, names) {
  if (!names.every(name => Object.hasOwn(inputs, name))) return
  const parts = names.map(name => inputs[name])
  const whole = new parts[0].constructor(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  names.forEach((name, i) => {
    whole.set(parts[i], at)
    inputs[name] = whole.subarray(at, at + parts[i].length)
    at += parts[i].length
  })
}
`
