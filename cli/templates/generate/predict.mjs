// Writes a weather report: node predict.mjs Monday
// First: npx rnnc build model.safetensors --out model.mjs
import { create } from './model.mjs'

const start = process.argv[2] ?? 'Sunday'
process.stdout.write(start)
for (const { report } of create().generate({ after: { report: start }, temperature: 0.7, steps: 200 })) {
  process.stdout.write(report)
  if (report === '\n') break
}
