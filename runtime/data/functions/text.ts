// text("path"): what stands in a file, as it is, or in all files of a folder or of a pattern such as "plays/*.txt", one behind the other.
// `chars` and `words` read it, and make a series of its tokens.
import type { DataFunction } from './function.ts'
import { textOf } from './function.ts'

export const text: DataFunction = {
  name: 'text',
  parameters: [{ name: 'path' }],
  apply: ([path], call) => {
    const written = textOf(path, 'the path')
    return { kind: 'document', path: written, files: call.files(written, path.span) }
  },
}
