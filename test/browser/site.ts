// A server for the pages of a test, which can tell it what they found.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'

export interface Site {
  readonly url: string
  /** Whether its pages are cross-origin isolated. */
  readonly isolated: boolean
  /** Pages with `?reported` in their address run a script that posts what is told here. */
  listen(to: (told: Told) => void): void
  close(): Promise<void>
}

/** The errors of a page so far, and what its `<output>` has by then. */
export interface Told {
  readonly errors: readonly string[]
  readonly text: string
}

/** What such a page runs before its own script. */
const reporter = `const output = document.querySelector('output')
const errors = []
const tell = error => {
  if (error !== undefined) errors.push(error)
  fetch('/told', { method: 'POST', body: JSON.stringify({ errors, text: output.textContent }) })
}
addEventListener('error', event => tell(event.message ?? 'a script cannot be loaded'), true)
addEventListener('unhandledrejection', event => tell(String(event.reason)))
addEventListener('securitypolicyviolation', event => tell(event.effectiveDirective + ' forbids ' + event.blockedURI))
new MutationObserver(() => tell()).observe(output, { childList: true })
`

const reporterTag = '<script src="/reporter.js"></script>'

async function toldBy(request: IncomingMessage): Promise<Told> {
  let body = ''
  for await (const part of request) body += part
  const { errors, text } = JSON.parse(body)
  assert.ok(Array.isArray(errors) && typeof text === 'string')
  return { errors, text }
}

/** Serves texts by their path on 127.0.0.1, under a content security policy. */
export async function serve(
  files: Readonly<Record<string, string>>,
  { policy, isolated = false }: { readonly policy: string; readonly isolated?: boolean },
): Promise<Site> {
  const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' }
  let listener: (told: Told) => void = () => {}
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      toldBy(request).then(
        told => {
          response.end()
          listener(told)
        },
        // A browser that is ended while it tells.
        () => {},
      )
      return
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const path = pathname === '/' ? '/index.html' : pathname
    const found = path === '/reporter.js' ? reporter : files[path.slice(1)]
    const text = searchParams.has('reported') ? found?.replace('</output>', `$&${reporterTag}`) : found
    const type = types[path.split('.').at(-1) ?? ''] ?? 'text/plain'
    response.writeHead(text === undefined ? 404 : 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': policy,
      ...(isolated && {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }),
    })
    response.end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    url: `http://127.0.0.1:${address.port}/`,
    isolated,
    listen: to => {
      listener = to
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close(error => (error ? reject(error) : resolve()))
        // The browser, which stays, keeps some.
        server.closeAllConnections()
      }),
  }
}
