// Values of data in messages: short, on one line, and without what a terminal would obey.

/** The beginning of a text, its control characters as JSON writes them. */
export function shown(text: string, longest = 60): string {
  const begin = text.length > longest ? `${text.slice(0, longest - 1)}…` : text
  return begin.replace(/\p{Cc}/gu, character => JSON.stringify(character).slice(1, -1))
}

/** A value of JSON; of objects in objects no more than that. */
export function shownJson(value: unknown): string {
  const isNested = typeof value === 'object' && value !== null && Object.values(value).some(v => typeof v === 'object')
  return isNested ? '{…}' : shown(JSON.stringify(value) ?? '')
}
