// The files of the fixtures and of our programs for them.
import { readFileSync } from 'node:fs'
import { type Fixture, type FixtureEntry, fixtures } from './fixture.ts'

export const folder = new URL('fixtures/', import.meta.url)

export const readFixture = (name: string): Fixture => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

export const readProgram = (name: string): string =>
  readFileSync(new URL(`programs/${name}.rnn`, import.meta.url), 'utf8')

/** Each fixture with our program. */
export const kerasCases = (): { entry: FixtureEntry; fixture: Fixture; source: string }[] =>
  fixtures.map(entry => ({ entry, fixture: readFixture(entry.name), source: readProgram(entry.name) }))
