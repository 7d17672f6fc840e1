// The script of a page: trains the sunspots example on the page's own GPU, and says how well it does.
import { meanAbsoluteError, openRecord } from '../../examples/sunspots/experiment.ts'
import { compile, train, webGpuBackend } from '../../runtime/index.ts'

const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer())

const output = document.querySelector('output')
const model = compile(new TextDecoder().decode(await read('sunspots.rnn')))
const record = await openRecord(model, { read })
const { backend, steps, weights } = await train(model, record.data, { backend: await webGpuBackend(), seed: 1 })
const mae = meanAbsoluteError(record.predict(weights), record.figures, record.test)
if (output !== null) output.textContent = JSON.stringify({ backend, steps, mae })
