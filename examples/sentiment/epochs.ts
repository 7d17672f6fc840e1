// Prints the accuracy on the last 900 sentences after each epoch: node examples/sentiment/epochs.ts reviews.csv [seeds] [epochs]
import { readFileSync } from 'node:fs'
import { compile, fit, loadData } from '../../runtime/index.ts'
import { readerIn } from '../../runtime/node/index.ts'

const [path = 'reviews.csv', seeds = '1,2,3', epochs = '4'] = process.argv.slice(2)
const source = readFileSync(new URL('sentiment.rnn', import.meta.url), 'utf8')
const model = compile(source, { sets: { epochs: Number(epochs) } })
const { test, ...data } = await loadData(model, { read: readerIn('.'), path })
for (const seed of seeds.split(',').map(Number)) {
  await fit(
    model,
    { ...data, ...(test && { validation: test }) },
    {
      seed,
      onEpoch: ({ epoch, validation }) => console.log(`seed ${seed}, epoch ${epoch}: ${validation?.accuracy}`),
    },
  )
}
