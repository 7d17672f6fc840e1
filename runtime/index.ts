// The library: compile, train, evaluate, predict, stream, save and load models. Runs in Node and in browsers.

// From the text of a model to its predictions.

export { compile } from './library/compile.ts'
export { type EvaluateOptions, evaluate } from './library/evaluate.ts'
export { type FitOptions, fit } from './library/fit.ts'
export { type ForecastOptions, type Forecasts, forecast } from './library/forecast.ts'
export { inverse } from './library/inverse.ts'
export { type LoadDataOptions, loadData, loadInputs } from './library/loadData.ts'
export {
  type Predictions,
  type PredictOptions,
  predict,
  predictAsync,
  type TypedOptions,
  type TypedOutput,
  type TypedPredictions,
} from './library/predict.ts'
export { type Predictor, type PredictorOptions, predictor } from './library/predictor.ts'
export { type LoadOptions, load, save } from './library/save.ts'
export { type GenerateOptions, generate, type StreamOptions, stream } from './library/stream.ts'

// What these take and give.

export type { CompileOptions } from '../compiler/index.ts'
export type { Nested } from './data/arrays.ts'
export type { Fitted } from './data/fitted.ts'
export type { LoadedData, LoadedInputs } from './data/loadData.ts'
export type { FileBytes, FileSet, ReadFile } from './data/sources.ts'
export type { Answer } from './decodeAnswers.ts'
export type { Beam } from './generate/beamSearch.ts'
export type { Sampling } from './generate/chooseLabel.ts'
export type { Decoding } from './generate/generator.ts'
export type {
  AnyTypes,
  Column,
  Columns,
  Examples,
  ExamplesInTime,
  Flat,
  Given,
  Model,
  ModelTypes,
  Row,
  Source,
  Trainable,
} from './library/modelTypes.ts'
export type { Target, TargetNow } from './library/target.ts'
export type { Fit, Trained } from './library/trained.ts'
export type { LossReport, Measure, Report, Weights, WhatRan } from './session.ts'
export type { Answers, Element, Elements } from './stream/element.ts'
export type { Stream } from './stream/stream.ts'
export type { Checkpointing, EpochReport, Moment, StepReport, TrainResult, WatchedReport } from './train.ts'
export { copyState, decodeState, type EncodedState, encodeState, type TrainingState } from './trainingState.ts'

// Errors.

export { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'
export { render } from '../dsl/render.ts'
export { TrainingFailed } from './trainingFailed.ts'

// Backends.

export type { DeviceName } from '../compiler/backend/gpu/deviceNames.ts'
export { type GpuBackend, openGpu } from '../compiler/backend/gpu/devices.ts'
export { type WebGpuBackend, webGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
export { js } from '../compiler/backend/js.ts'
export { openWasm, type WasmBackend, type WasmOptions } from '../compiler/backend/openWasm.ts'
export { wasm, wasmRelaxed } from '../compiler/backend/wasm.ts'

// The compiler beneath: checks, graphs, plans, and modules that need no library.

export {
  type AsyncExecutable,
  type CheckedProgram,
  type CompiledModel,
  check,
  checkProgram,
  compileTo,
  type Executable,
  executable,
  type Graph,
  type GraphName,
  graphNames,
  type ImportReader,
  type Plan,
  type Precision,
  type Settings,
  type Signature,
  type Target as CompileTarget,
} from '../compiler/index.ts'
export { type BuildOptions, type BuiltModule, buildModule } from './build.ts'
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
export { checkData } from './data/checkData.ts'
