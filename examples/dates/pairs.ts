// Writes dates.csv: dates as people write them, each beside the same date as ISO 8601 has it.
import { writeFileSync } from 'node:fs'
import { permutation, random } from '../../runtime/random.ts'

const [first, last] = ['1900-01-01', '2099-12-31']
const day = 24 * 60 * 60 * 1000

/** A part of a date in words, as `Intl` spells it. */
const part = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  return (date: Date): string => format.format(date)
}
const weekday = part({ weekday: 'long' })
const month = part({ month: 'long' })
const short = (date: Date): string => month(date).slice(0, 3)

/** The day with its ending: 1st, 2nd, 3rd, 4th, 11th. */
function ordinal(date: Date): string {
  const n = date.getUTCDate()
  const teens = n > 10 && n < 14
  return `${n}${(!teens && ['th', 'st', 'nd', 'rd'][n % 10]) || 'th'}`
}

const n = (date: Date): number => date.getUTCDate()
const year = (date: Date): number => date.getUTCFullYear()

/** Ways to write a date; none can be read as another date. */
const ways: readonly ((date: Date) => string)[] = [
  d => `${ordinal(d)} of ${month(d)} ${year(d)}`,
  d => `${n(d)} ${month(d)} ${year(d)}`,
  d => `${month(d)} ${n(d)}, ${year(d)}`,
  d => `${month(d)} ${ordinal(d)}, ${year(d)}`,
  d => `${weekday(d)}, ${n(d)} ${month(d)} ${year(d)}`,
  d => `${weekday(d).toLowerCase()} the ${ordinal(d)} of ${month(d).toLowerCase()} ${year(d)}`,
  d => `${short(d)} ${n(d)} ${year(d)}`,
  d => `${n(d)}-${short(d).toUpperCase()}-${year(d)}`,
  d => `${n(d)}.${d.getUTCMonth() + 1}.${year(d)}`,
  d => `${year(d)}/${d.getUTCMonth() + 1}/${n(d)}`,
]

/** Draws dates without repetition, each written in one of the ways; the first `count` of a longer list are the same. */
export function pairs(count: number, seed = 1): [written: string, date: string][] {
  const start = Date.parse(first)
  const days = 1 + (Date.parse(last) - start) / day
  const way = random(seed, 'ways')
  return Array.from(permutation(days, random(seed, 'dates')).subarray(0, count), place => {
    const date = new Date(start + place * day)
    return [ways[Math.floor(way() * ways.length)](date), date.toISOString().slice(0, 10)]
  })
}

/** The pairs as a CSV file. */
export const asCsv = (rows: readonly (readonly string[])[]): string =>
  [['written', 'date'], ...rows].map(row => `${row.map(cell => `"${cell}"`).join(',')}\n`).join('')

if (import.meta.main) writeFileSync(process.argv[2] ?? 'dates.csv', asCsv(pairs(20_000)))
