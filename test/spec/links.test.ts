// The links of the specification and of the bench's results lead somewhere.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { it } from 'vitest'
import { assertLinks } from '../support/markdown.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = ['spec', 'bench'].flatMap(folder =>
  readdirSync(`${root}/${folder}`).flatMap(name => (name.endsWith('.md') ? [`${folder}/${name}`] : [])),
)

it.each(pages)('%s', page => assertLinks(`${root}/${page}`))
