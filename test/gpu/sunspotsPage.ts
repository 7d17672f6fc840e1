// The script of a page: trains the sunspots example on the page's own GPU, and says how well it does.
import { meanAbsoluteError, openRecord } from '../../examples/sunspots/experiment.ts'
import { compile, fit, webGpuBackend } from '../../runtime/index.ts'

const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer())

const output = document.querySelector('output')
const model = compile(new TextDecoder().decode(await read('sunspots.rnn')))
const record = await openRecord(model, { read })
const trained = await fit(model, record.data, { target: await webGpuBackend(), seed: 1 })
const { backend, steps } = trained
const mae = meanAbsoluteError(record.predict(trained), record.figures, record.test)
if (output !== null) output.textContent = JSON.stringify({ backend, steps, mae })
