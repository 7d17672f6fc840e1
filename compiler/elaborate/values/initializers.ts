// The names that may stand after the `=` of a param or a state, and how many arguments each takes. What they draw is runtime/initializers.ts.

/** For each initializer, the argument lists it can be called with. An empty list means that it may stand without a call. */
export const initializers = {
  zeros: [[]],
  ones: [[]],
  normal: [['sd']],
  uniform: [['a', 'b']],
  glorot_uniform: [[], ['fan_in', 'fan_out']],
  glorot_normal: [[], ['fan_in', 'fan_out']],
  he_uniform: [[], ['fan_in']],
  he_normal: [[], ['fan_in']],
  orthogonal: [[], ['gain']],
} as const satisfies Record<string, readonly (readonly string[])[]>

export type InitializerName = keyof typeof initializers

export const isInitializer = (name: string): name is InitializerName => Object.hasOwn(initializers, name)

/** What the arguments of these names are; others may be any number. */
const ranges: Readonly<Record<string, { readonly expected: string; readonly fits: (x: number) => boolean }>> = {
  fan_in: { expected: 'a number above 0', fits: x => x > 0 },
  fan_out: { expected: 'a number above 0', fits: x => x > 0 },
  sd: { expected: 'a number from 0', fits: x => x >= 0 },
}

/** The first argument that is outside of its range, and what it should be. */
export function outOfRange(
  name: InitializerName,
  args: readonly number[],
): { readonly place: number; readonly argument: string; readonly expected: string } | undefined {
  const lists: readonly (readonly string[])[] = initializers[name]
  const names = lists.find(list => list.length === args.length) ?? []
  for (const [place, argument] of names.entries()) {
    const expected =
      argument === 'b' ? { expected: `a number from ${args[0]}`, fits: (x: number) => x >= args[0] } : ranges[argument]
    if (expected !== undefined && !expected.fits(args[place])) return { place, argument, expected: expected.expected }
    if (!Number.isFinite(args[place])) return { place, argument, expected: 'a finite number' }
  }
  return undefined
}

/** Whether `name` can be called with `count` arguments. */
export const takes = (name: InitializerName, count: number): boolean =>
  initializers[name].some(names => names.length === count)
