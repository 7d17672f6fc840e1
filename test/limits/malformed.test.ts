// Malformed files at every door: whatever a file holds, a command takes it or says what is wrong with it, with a code and exit code 1. It
// never ends in another way, takes no more memory than a file of its size may need, and leaves every other file as it was. The functions
// of the library take any value or throw an error of the catalogue.
// `RNNC_MALFORMED=100000 npx vitest run test/limits/malformed.test.ts` tries so many files instead of some.
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { workplace } from '../cli/support.ts'
import { anything, libraryDoors } from '../support/anything.ts'
import { doors } from '../support/doors.ts'
import { judge, opened } from '../support/judge.ts'
import { drawDamages } from '../support/malformed.ts'

const asked = Number(process.env.RNNC_MALFORMED ?? 1000)

const shares = doors.reduce((sum, { share = 1 }) => sum + share, 0)

/** A failure of a long run is shown as it is: to shrink it would take as long again. */
const options = (numRuns: number) => ({ numRuns: Math.ceil(numRuns), endOnFailure: asked > 10_000 })

const { folder } = workplace()

describe('malformed files are taken or explained', () => {
  doors.forEach((door, number) => {
    it(
      door.name,
      async () => {
        const own = await opened(door, folder, number)
        await fc.assert(
          fc.asyncProperty(drawDamages(door.format), fc.constantFrom(...door.commands), (damages, command) =>
            judge(own, damages, command),
          ),
          options((asked * (door.share ?? 1)) / shares),
        )
      },
      asked > 10_000 ? 0 : undefined,
    )
  })
})

describe('the library takes a value or throws an error with a code', async () => {
  for (const [name, call] of Object.entries(await libraryDoors())) {
    it(name, async () => {
      await fc.assert(fc.asyncProperty(anything, call), options(asked / 100))
    })
  }
})
