// Additions to the library for programs under Node: files, and the GPU.
export { readData, readFirstLines } from './dataFiles.ts'
export {
  checkWritable,
  isSameFile,
  type OnRead,
  readBytes,
  readerIn,
  readPieces,
  readStart,
  reasonOf,
  replaceBytes,
  unusedPath,
  writeBytes,
} from './files.ts'
export { backendsInNode, gpuDevices, openGpu } from './gpu.ts'
