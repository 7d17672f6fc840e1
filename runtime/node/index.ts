// Additions to the library for programs under Node: files, and the GPU.
export { readData, readFirstLines } from './dataFiles.ts'
export { type FoundFiles, findFiles, type OpenFile, readerIn } from './fileSet.ts'
export {
  checkWritable,
  isSameFile,
  type OnRead,
  readBytes,
  readPieces,
  readStart,
  replaceBytes,
  unusedPath,
  writeBytes,
} from './files.ts'
export { backendsInNode, gpuDevices, openGpu } from './gpu.ts'
export { reasonOf } from './reasonOf.ts'
export { openWasm } from './wasm.ts'
