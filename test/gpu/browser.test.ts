// Checks on WebGPU in a browser: every model, and a part of the ops and the random programs that are checked in Node.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { bundle, launch, page, resultOf, type Site, serve, skipped } from '../browser/support.ts'
import { isRecord } from '../cli/support.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const assertions = { 'node:assert/strict': here('assertInPage.ts') }

describe('WebGPU in a browser', { skip: skipped }, () => {
  let browser: Browser
  let site: Site
  before(async () => {
    // The host's part, which draws, is the js backend's: it makes functions of text.
    const policy = "default-src 'self'; script-src 'self' 'unsafe-eval'"
    site = await serve({ 'index.html': page, 'page.js': await bundle(here('page.ts'), assertions) }, policy)
    browser = await launch({ gpu: true })
  })
  after(async () => {
    await browser?.close()
    await site?.close()
  })

  it('agrees with the interpreter', async () => {
    const found = await resultOf(browser, site.url)
    assert.ok(isRecord(found) && typeof found.count === 'number')
    assert.deepEqual(found.failures, [])
    assert.equal(found.backend, 'gpu')
    assert.ok(found.count > 35)
  })
})
