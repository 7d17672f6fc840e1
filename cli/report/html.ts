// The parts of an HTML page, and SVG inside it: every text is escaped, in elements and in attributes.
import { escaped } from '../../compiler/diagram/escaped.ts'

/** Text that is markup already. */
export interface Markup {
  readonly markup: string
}

type Child = Markup | string | number

const childText = (child: Child): string => (typeof child === 'object' ? child.markup : escaped(String(child)))

/** Makes an element; its name and those of its attributes are written by this program, everything else may be anybody's. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Child[]
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
  return { markup: `<${name}${written.join('')}>${children.map(childText).join('')}</${name}>` }
}

/** Makes a table, its first row the head; cells of numbers are aligned to the right. */
export function htmlTable([head, ...rows]: readonly (readonly Child[])[]): Markup {
  const cell = (name: string) => (child: Child) =>
    element(name, typeof child === 'number' ? { class: 'number' } : {}, child)
  return element(
    'table',
    {},
    element('tr', {}, ...head.map(cell('th'))),
    ...rows.map(row => element('tr', {}, ...row.map(cell('td')))),
  )
}

const style = `body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums }
pre { background: #f6f6f6; padding: 1rem; overflow-x: auto } svg { max-width: 100%; height: auto } p.note { color: #555 }
`

/** Makes a whole page, which loads nothing from elsewhere and runs no script. */
export function htmlPage(title: string, ...children: readonly Markup[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, title).markup,
    `<style>\n${style}</style>`,
  ]
  const body = element('h1', {}, title).markup + children.map(childText).join('\n')
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join('\n')}\n</head>\n<body>\n${body}\n</body>\n</html>\n`
}
