// Prints what the model thinks of a sentence: node predict.mjs "the ending is not bad"
// First: npx rnnc build model.safetensors --out model.mjs
import { create } from './model.mjs'

const sentence = process.argv[2] ?? 'the acting is not bad but the plot is really boring'
const text = sentence.toLowerCase().split(' ')

try {
  const { label } = create().predict({ B: 1, text })
  console.log(`${label[0]}: ${sentence}`)
} catch (error) {
  // A word that is not in reviews.csv.
  console.error(error.message)
  process.exitCode = 1
}
