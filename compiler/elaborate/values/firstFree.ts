// Finds names that are still free.

/** Gives the name, or the first of `name_2`, `name_3`, … that is not taken. */
export function firstFree(name: string, taken: (name: string) => boolean): string {
  let found = name
  for (let i = 2; taken(found); i++) found = `${name}_${i}`
  return found
}
