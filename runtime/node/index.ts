// What a program under Node adds to the library: files, and the GPU.
export { checkWritable, readBytes, readerIn, readStart, writeBytes } from './files.ts'
export { gpuDevices, openGpu } from './gpu.ts'
