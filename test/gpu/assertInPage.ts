// What a page has for node:assert.

const fail = (message: unknown): never => {
  throw message instanceof Error ? message : new Error(String(message))
}
/** As JSON, which has no infinities and no NaN of its own. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v))
const same = (a: unknown, b: unknown): boolean => text(a) === text(b)

export default {
  fail,
  ok: (value: unknown, message?: unknown): void => {
    if (!value) fail(message ?? 'not true')
  },
  equal: (a: unknown, b: unknown, message?: unknown): void => {
    if (!Object.is(a, b)) fail(`${message ?? ''}: ${a} is not ${b}`)
  },
  deepEqual: (a: unknown, b: unknown, message?: unknown): void => {
    if (!same(a, b)) fail(`${message ?? ''}: ${text(a)} is not ${text(b)}`)
  },
}
