// What a program under Node adds to the library: files.
export { readBytes, readerIn, writeBytes } from './files.ts'
