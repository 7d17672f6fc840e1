// Additions to the library for programs under Node: files, and the GPU.

export { type FoundFiles, findFiles, readerIn } from './fileSet.ts'
export {
  checkWritable,
  isSameFile,
  type OnRead,
  readBytes,
  readFirstLines,
  readPieces,
  readStart,
  reasonOf,
  replaceBytes,
  unusedPath,
  writeBytes,
} from './files.ts'
export { backendsInNode, gpuDevices, openGpu } from './gpu.ts'
