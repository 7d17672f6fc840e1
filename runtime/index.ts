// The library: compile, train, evaluate, predict and check models. Runs in Node and in browsers.

export { type DeviceName, type GpuBackend, openGpu } from '../compiler/backend/gpu/devices.ts'
export { type WebGpuBackend, webGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
export { js } from '../compiler/backend/js.ts'
export { openWasm, type WasmBackend, type WasmOptions } from '../compiler/backend/openWasm.ts'
export { wasm, wasmRelaxed } from '../compiler/backend/wasm.ts'
export * from '../compiler/index.ts'
export { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'
export { render } from '../dsl/render.ts'
export { type BuildOptions, type BuiltModule, buildModule } from './build.ts'
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint, matchParameters } from './checkpoint.ts'
export { type ArrayOptions, fromArrays, type LoadedArrays, type Nested } from './data/arrays.ts'
export { checkData } from './data/checkData.ts'
export { type Fitted, inverse } from './data/fitted.ts'
export { type LoadedData, type LoadedInputs, type LoadOptions, loadData, loadInputs } from './data/loadData.ts'
export type { FileBytes, FileSet, ReadFile } from './data/sources.ts'
export type { Answer } from './decodeAnswers.ts'
export type { Beam } from './generate/beamSearch.ts'
export type { Sampling } from './generate/chooseLabel.ts'
export { evaluateFree, type FreeOptions } from './generate/evaluateFree.ts'
export { type GenerateOptions, generate, generateNow } from './generate/generate.ts'
export type { Decoding } from './generate/generator.ts'
export { type Batch, pack } from './packBatch.ts'
export { type Predictions, type PredictOptions, predict, predictAsync } from './predict.ts'
export { fittingSizes, randomBatch, randomSizes } from './randomBatch.ts'
export {
  type DrawOptions,
  evaluatePart,
  evaluatePartAsync,
  initialWeights,
  initialWeightsAsync,
  type Report,
  type RunOptions,
  type Weights,
} from './session.ts'
export { type Answers, type Element, type Elements, type Stream, type StreamOptions, stream } from './stream/stream.ts'
export { type EpochReport, type StepReport, type TrainOptions, type TrainResult, train } from './train.ts'
export { TrainingFailed } from './trainingFailed.ts'
