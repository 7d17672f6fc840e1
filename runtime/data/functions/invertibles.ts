// The invertible functions, each named like its file. A new one is a file and a line here.
export { log } from './log.ts'
export { log1p } from './log1p.ts'
export { sqrt } from './sqrt.ts'
