// Texts of a program as code: labels, names of files, separators of tokens.

/** Escapes what would end a line, a comment or a script: controls, the separators of lines that only Unicode knows, and `<`. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  text.replace(/[\u0000-\u001f\u007f\u2028\u2029<]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Code for a value of JSON, which is safe in a module and in a script of a page. */
export const textCode = (value: unknown): string => escaped(JSON.stringify(value))

/** A text for a comment, where it stands in single quotes. */
export const commentText = (text: string): string =>
  escaped(text.replace(/[\\']/g, '\\$&')).replaceAll('*/', '*\\u002f')
