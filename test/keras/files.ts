// The files of the fixtures and of our programs for them.
import { existsSync, readFileSync } from 'node:fs'
import { type Fixture, type FixtureEntry, fixtures } from './fixture.ts'

export const folder = new URL('../../../shared/fixtures/keras/', import.meta.url)

/** Why the tests on them are left out; false where they run. */
export const skipped: string | false = existsSync(folder) ? false : '../shared/fixtures/keras is absent'

export const readFixture = (name: string): Fixture => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

export const readProgram = (name: string): string =>
  readFileSync(new URL(`programs/${name}.rnn`, import.meta.url), 'utf8')

/** Each fixture with our program. */
export const kerasCases = (): { entry: FixtureEntry; fixture: Fixture; source: string }[] =>
  fixtures.map(entry => ({ entry, fixture: readFixture(entry.name), source: readProgram(entry.name) }))
