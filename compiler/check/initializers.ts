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

/** Whether `name` can be called with `count` arguments. */
export const takes = (name: InitializerName, count: number): boolean =>
  initializers[name].some(names => names.length === count)
