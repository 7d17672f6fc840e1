// Reads the version of rnnc from package.json: two folders up where the command is built into dist/, one in the sources.
import { existsSync, readFileSync } from 'node:fs'

const [file] = ['../package.json', '../../package.json'].map(path => new URL(path, import.meta.url)).filter(existsSync)

export const version = file === undefined ? 'unknown' : read(JSON.parse(readFileSync(file, 'utf8')))

function read(json: unknown): string {
  const found = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  return typeof found === 'string' ? found : 'unknown'
}
