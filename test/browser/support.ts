// Real browsers, and pages for them. Vitest's browser mode (tried: 4.1.12 with Playwright and this chromium) runs a test, with a GPU
// too, but its page is Vite's own: under the policy `script-src 'self'`, which is what these pages prove, it does not start. Nor would the
// page load our bundle as a user's does. It adds two packages, and Vite's transforms, which nothing else here needs.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { once } from '../../runtime/once.ts'
import { missing, type OwnProcess, openInOwnProcess } from './ownProcess.ts'
import { type Site, serve } from './site.ts'

const executablePath = '/usr/bin/chromium'

/** Why the browser tests are left out; false where they run. Where `CI` is set a missing browser is a failure. */
export const skipped: string | false =
  existsSync(executablePath) || process.env.CI
    ? false
    : `there is no browser: install Debian's chromium (${executablePath})`

export type BrowserName = 'chromium' | OwnProcess

export const browsers = ['chromium', 'firefox', 'webkit'] as const satisfies readonly BrowserName[]

/** The same for each browser. */
export const skippedIn = (name: BrowserName): string | false => (name === 'chromium' ? skipped : missing(name))

/** Chromium, which asks nothing of any network; with `gpu` its WebGPU, on whatever driver there is. */
function launch({ gpu }: { readonly gpu: boolean }): Promise<Browser> {
  assert.ok(existsSync(executablePath), `${executablePath} is missing, and CI is set: .ci/run installs it`)
  const off = [...(gpu ? [] : ['gpu']), 'quic', 'background-networking', 'component-update', 'sync'].map(
    name => `--disable-${name}`,
  )
  const on = gpu ? ['--enable-unsafe-webgpu'] : []
  return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--no-first-run', ...on, ...off] })
}

/** The browsers that a file uses: the first page launches one, and it is closed after all tests of the file. */
const launched: Promise<Browser>[] = []
const browserOf = (gpu: boolean) =>
  once(() => {
    const browser = launch({ gpu })
    launched.push(browser)
    return browser
  })
const chromiums = { withGpu: browserOf(true), without: browserOf(false) }
afterAll(async () => {
  for (const browser of launched) await (await browser).close()
})

interface BundleOptions {
  /** Other modules in the place of some. */
  readonly alias?: Readonly<Record<string, string>>
  /** Modules that are left out. */
  readonly external?: readonly string[]
}

/** A module and what it imports in one file, as a browser takes it. */
export async function bundle(entry: string, { alias = {}, external = [] }: BundleOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    alias,
    external: [...external],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0].text
}

/** What the page's script puts into its `<output>`; throws what went wrong in it. */
async function openInChromium(browser: Browser, url: string, refused: RegExp, timeout: number): Promise<unknown> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(url, { waitUntil: 'commit' })
  const text = await page
    .waitForFunction(() => document.querySelector('output')?.textContent || undefined, undefined, {
      timeout,
      polling: 100,
    })
    .then(handle => handle.jsonValue())
    .catch(error => assert.fail(`${error}\n${errors.join('\n')}`))
  // The browser asks for an icon by itself.
  assert.deepEqual(
    errors.filter(e => !e.includes('404') && !refused.test(e)),
    [],
  )
  await page.close()
  assert.equal(typeof text, 'string')
  return JSON.parse(String(text))
}

/** A page that runs `/page.js`, which writes its result into `<output>`. */
const page =
  '<!doctype html><meta charset="utf-8"><title>rnnc</title><output></output><script type="module" src="/page.js"></script>'

interface PageOptions {
  /** Under the page: `page.js`, which it runs, and what that reads. Asked for once, before the tests. */
  readonly files: () => Promise<Readonly<Record<string, string>>>
  /** What the page may do: a content security policy. */
  readonly policy: string
  /** Chromium, if left out. */
  readonly browser?: BrowserName
  /** Whether it has a GPU. */
  readonly gpu?: boolean
  /** Whether it is cross-origin isolated, so that its threads may share memory. */
  readonly isolated?: boolean
  /** What the browser says about what the page may not do, where a test is about that. */
  readonly refused?: RegExp
  /** Where the page finds modules that it imports by name. */
  readonly imports?: Readonly<Record<string, string>>
}

/**
 * A page for the tests of a suite. What is given back opens it, with what is behind the `#` of its address, or another page of these
 * files, and waits for its result.
 */
export function usePage({
  files,
  policy,
  browser = 'chromium',
  gpu = false,
  isolated = false,
  refused = /(?!)/,
  imports,
}: PageOptions): (hash?: string, timeout?: number, path?: string) => Promise<unknown> {
  let site: Site
  beforeAll(async () => {
    const map = imports && `<script type="importmap">${JSON.stringify({ imports })}</script>`
    site = await serve(
      { 'index.html': page.replace('<output>', `${map ?? ''}<output>`), ...(await files()) },
      { policy, isolated },
    )
  })
  afterAll(() => site?.close())
  return async (hash = '', timeout = 60_000, path = '') => {
    const at = `${path}#${hash}`
    if (browser !== 'chromium') return openInOwnProcess(browser, site, at, refused, timeout)
    return openInChromium(await (gpu ? chromiums.withGpu() : chromiums.without()), `${site.url}${at}`, refused, timeout)
  }
}
