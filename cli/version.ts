// The version of rnnc, as package.json has it.
import { readFileSync } from 'node:fs'

export const version = read(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))

function read(json: unknown): string {
  const found = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  return typeof found === 'string' ? found : 'unknown'
}
