// Finds the `train` block and the `data` block of a model.
import type { Data, Train, Unit } from '../../../dsl/ast.ts'
import type { LinkedProgram } from './linkProgram.ts'

/** Finds the `train` block of a model. */
export const trainBlockOf = ({ trains }: LinkedProgram, model: Unit): Train | undefined =>
  trains.find(t => t.model.text === model.name.text)

/** Finds the data that a model is trained on; if no `train` block names it, the first block that feeds it. */
export function dataBlockOf(program: LinkedProgram, model: Unit): Data | undefined {
  const train = trainBlockOf(program, model)
  return program.datas.find(d => (train ? d.name.text === train.data.text : d.model.text === model.name.text))
}
