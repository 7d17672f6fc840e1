// Malformed files at every door: whatever a file holds, a command takes it or says what is wrong with it, with a code and exit code 1. It
// never ends in another way, takes no more memory than a file of its size may need, and leaves every other file as it was.
// `RNNC_MALFORMED=100000 npx vitest run test/limits/malformed.test.ts` runs so many instead of some.
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { workplace } from '../cli/support.ts'
import { doors } from '../support/doors.ts'
import { judge, opened } from '../support/judge.ts'
import { drawDamages } from '../support/malformed.ts'

const runs = Math.ceil(Number(process.env.RNNC_MALFORMED ?? 1000) / doors.length)

const { folder } = workplace()

describe('malformed files are taken or explained', () => {
  doors.forEach((door, number) => {
    it(door.name, async () => {
      const own = await opened(door, folder, number)
      await fc.assert(
        fc.asyncProperty(drawDamages(door.format), fc.constantFrom(...door.commands), (damages, command) => judge(own, damages, command)),
        { numRuns: runs, interruptAfterTimeLimit: undefined, endOnFailure: process.env.RNNC_NO_SHRINK !== undefined },
      )
    })
  })
})
