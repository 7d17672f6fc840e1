// What a program under Node adds to the library: files.
export { checkWritable, readBytes, readerIn, writeBytes } from './files.ts'
