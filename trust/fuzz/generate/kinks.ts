// Lists the choices for how many operations of random programs have kinks and jumps, such as relu.

export const kinkChoices = ['none', 'some', 'many'] as const

export type Kinks = (typeof kinkChoices)[number]
