// Additions to the library for programs under Node: files, and the GPU.
export {
  checkWritable,
  isSameFile,
  type OnRead,
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
