// Writes values of data for messages: short, on one line, and without control characters, which a terminal would obey.

/** Gives the beginning of a text, its control characters as JSON writes them. */
export function shown(text: string, longest = 60): string {
  const begin = text.length > longest ? `${text.slice(0, longest - 1)}…` : text
  return begin.replace(/\p{Cc}/gu, character => JSON.stringify(character).slice(1, -1))
}

/** Writes a value of JSON; for objects or lists inside it only `{…}`. */
export function shownJson(value: unknown): string {
  const isNested = typeof value === 'object' && value !== null && Object.values(value).some(v => typeof v === 'object')
  return isNested ? '{…}' : shown(JSON.stringify(value) ?? '')
}
