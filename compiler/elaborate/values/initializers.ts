// Lists the initializers of params and states, with the arguments that each takes; runtime/initializers.ts draws their numbers.

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

/** Allowed ranges of the arguments with these names; others may be any finite number. */
const ranges: Readonly<Record<string, { readonly expected: string; readonly fits: (x: number) => boolean }>> = {
  fan_in: { expected: 'a number above 0', fits: x => x > 0 },
  fan_out: { expected: 'a number above 0', fits: x => x > 0 },
  sd: { expected: 'a number of at least 0', fits: x => x >= 0 },
}

/** Finds the first argument outside its range, and words the range that it should be in. */
export function outOfRange(
  name: InitializerName,
  args: readonly number[],
): { readonly place: number; readonly argument: string; readonly expected: string } | undefined {
  const lists: readonly (readonly string[])[] = initializers[name]
  const names = lists.find(list => list.length === args.length) ?? []
  for (const [place, argument] of names.entries()) {
    const expected =
      argument === 'b'
        ? { expected: `a number of at least ${args[0]}`, fits: (x: number) => x >= args[0] }
        : ranges[argument]
    if (expected !== undefined && !expected.fits(args[place])) return { place, argument, expected: expected.expected }
    if (!Number.isFinite(args[place])) return { place, argument, expected: 'a finite number' }
  }
  return undefined
}

/** Tells whether `name` can be called with `count` arguments. */
export const takes = (name: InitializerName, count: number): boolean =>
  initializers[name].some(names => names.length === count)
