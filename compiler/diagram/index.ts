// Drawings of models.
export { describeModel } from './describeModel.ts'
export { drawSvg } from './drawSvg.ts'
export { watchModel } from './watch.ts'
