// Deals the sites of mutants out to threads.

/** The thread that judges the mutants of a site. */
export function dealt(site: string, threads: number): number {
  let sum = 0
  for (let i = 0; i < site.length; i++) sum = (31 * sum + site.charCodeAt(i)) % 65521
  return sum % threads
}

/** Whether the name of a mutant of a site, which is `site: change`, may have that part. */
export function mayHold(site: string, part: string): boolean {
  const end = part.indexOf(': ')
  return end < 0 || site.endsWith(part.slice(0, end))
}
