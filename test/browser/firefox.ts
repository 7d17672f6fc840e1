// Firefox, as Debian has it. Playwright drives only builds of its own, so that a page reports to its server itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site, Told } from './site.ts'

const executablePath = '/usr/bin/firefox-esr'

/** Why the tests in Firefox are left out; false where they run. Where `CI` is set a missing browser is a failure. */
export const firefoxMissing: string | false =
  existsSync(executablePath) || process.env.CI
    ? false
    : `there is no Firefox: install Debian's firefox-esr (${executablePath})`

/** Opens a page in a Firefox of its own, and gives what it puts into its `<output>`. Fails if it reports an error but the `refused` ones. */
export async function openInFirefox(site: Site, path: string, refused: RegExp, timeout: number): Promise<unknown> {
  assert.ok(existsSync(executablePath), `${executablePath} is missing, and CI is set: .ci/run installs it`)
  const home = mkdtempSync(join(tmpdir(), 'firefox-'))
  const [page, hash] = path.split('#')
  const args = ['--headless', '--no-remote', '--profile', home, `${site.url}${page}?reported#${hash}`]
  const firefox = spawn(executablePath, args, { stdio: 'ignore', env: { ...process.env, HOME: home } })
  const gone = new Promise(resolve => firefox.once('close', resolve))
  let last: Told = { errors: [], text: '' }
  try {
    await new Promise<void>((resolve, reject) => {
      const tooLate = (): void => reject(new Error(`no result after ${timeout} ms\n${last.errors.join('\n')}`))
      const timer = setTimeout(tooLate, timeout)
      site.listen(told => {
        last = told
        if (told.text === '') return
        clearTimeout(timer)
        resolve()
      })
    })
    assert.deepEqual(
      last.errors.filter(e => !refused.test(e)),
      [],
    )
    return JSON.parse(last.text)
  } finally {
    firefox.kill()
    await gone
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}
