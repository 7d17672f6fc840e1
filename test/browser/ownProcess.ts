// Browsers that run a page in a process of its own. Playwright drives only builds of its own, so that a page tells its server what it finds.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site, Told } from './site.ts'

interface Program {
  readonly path: string
  /** What installs it on Debian. */
  readonly packages: string
  /** The command that opens an address, with its files in the folder `home`. */
  readonly command: (address: string, home: string) => readonly [file: string, ...args: string[]]
  readonly env?: Readonly<Record<string, string>>
  /** The same for pages that are cross-origin isolated. */
  readonly envIsolated?: Readonly<Record<string, string>>
}

const firefox = '/usr/bin/firefox-esr'
const webkit = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** Number of a display for one browser: others may start at the same time, each for a server with a port of its own. */
const display = (address: string): string => String(100 + (Number(new URL(address).port) % 10_000))

/** Firefox, and WebKit, which is what Safari runs pages with. */
const programs = {
  firefox: {
    path: firefox,
    packages: 'firefox-esr',
    command: (address, home) => [firefox, '--headless', '--no-remote', '--profile', home, address],
  },
  webkit: {
    path: webkit,
    packages: 'webkit2gtk-driver xvfb xauth',
    command: address => ['xvfb-run', '--server-num', display(address), webkit, address],
    // It has no other way to run as root, or without a GPU.
    env: { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1' },
    // Safari lets these pages share memory by itself.
    envIsolated: { JSC_useSharedArrayBuffer: '1' },
  },
} as const satisfies Readonly<Record<string, Program>>

export type OwnProcess = keyof typeof programs

/** Why the tests in a browser are left out; false where they run. Where `CI` is set a missing browser is a failure. */
export function missing(name: OwnProcess): string | false {
  const { path, packages } = programs[name]
  return existsSync(path) || process.env.CI ? false : `there is no ${name}: install Debian's ${packages} (${path})`
}

/** Opens a page in a browser of its own, and gives what it puts into its `<output>`. Fails if it tells of an error but the `refused` ones. */
export async function openInOwnProcess(
  name: OwnProcess,
  site: Site,
  path: string,
  refused: RegExp,
  timeout: number,
): Promise<unknown> {
  const program: Program = programs[name]
  assert.ok(existsSync(program.path), `${program.path} is missing, and CI is set: .ci/run installs it`)
  const home = mkdtempSync(join(tmpdir(), `${name}-`))
  const [page, hash] = path.split('#')
  const [file, ...args] = program.command(`${site.url}${page}?reported#${hash}`, home)
  // A group of its own, as it starts others.
  const browser = spawn(file, args, {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      ...program.env,
      ...(site.isolated && program.envIsolated),
    },
  })
  const gone = new Promise(resolve => browser.once('close', resolve))
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
    if (browser.pid !== undefined) process.kill(-browser.pid)
    await gone
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
