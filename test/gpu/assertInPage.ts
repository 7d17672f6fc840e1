// What a page has for node:assert.

const fail = (message: unknown): never => {
  throw message instanceof Error ? message : new Error(String(message))
}
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export default {
  fail,
  ok: (value: unknown, message?: unknown): void => {
    if (!value) fail(message ?? 'not true')
  },
  equal: (a: unknown, b: unknown, message?: unknown): void => {
    if (!Object.is(a, b)) fail(`${message ?? ''}: ${a} is not ${b}`)
  },
  deepEqual: (a: unknown, b: unknown, message?: unknown): void => {
    if (!same(a, b)) fail(`${message ?? ''}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`)
  },
}
