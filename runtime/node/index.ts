// What a program under Node adds to the library: files, and the GPU.
export {
  checkWritable,
  isSameFile,
  readBytes,
  readerIn,
  readFirstLines,
  readPieces,
  readStart,
  reasonOf,
  replaceBytes,
  unusedPath,
  writeBytes,
} from './files.ts'
export { backendsInNode, gpuDevices, openGpu } from './gpu.ts'
