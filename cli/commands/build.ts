// rnnc build: writes a trained network as one JavaScript module, with its types beside it.
import { basename } from 'node:path'
import { fail } from '../../dsl/diagnostics.ts'
import { buildTargets } from '../../runtime/build/network.ts'
import { buildModule } from '../../runtime/build.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { oneOf } from '../errors.ts'
import { compileSource, type ModelOptions, type OpenedModel, openSource } from '../openSource.ts'
import type { Output } from '../output.ts'
import { checkNoWeights, dataFiles, readsOf } from '../outputFile.ts'
import { openTrained } from '../weights.ts'

interface Options extends ModelOptions {
  readonly weights?: string
  readonly out: string
  readonly dtype?: string
  readonly target: string
  readonly over?: string
}

export const build: AddCommand = (program, output) =>
  describeUse(
    program
      .command('build')
      .description(
        'Write a network as one ES module for Node and browsers, and its types to a second file. The module has no dependencies; with --target gpu it needs the packages rnnc and gpu.js. Trained weights are embedded; without weights, pass them to `create` of the module.',
      )
      .argument('<file>', 'a weights file, or a program (*.rnn)')
      .requiredOption('-o, --out <path>', 'path of the module, *.mjs or *.js'),
    [
      flags.weights,
      ['--target <name>', `backend that runs the network: ${buildTargets.join(', ')}`, 'js'],
      ['--over <axis>', 'axis of its stream, if the model has several'],
      flags.dtype,
      flags.model,
      flags.set,
      flags.json,
    ],
    [
      'rnnc build sunspots.safetensors -o sunspots.mjs',
      'rnnc build sunspots.rnn --weights sunspots.safetensors -o sunspots.mjs --dtype f64',
      'rnnc build sunspots.rnn --set units=64 -o sunspots.js',
      'rnnc build sunspots.safetensors --target wasm -o sunspots.mjs',
      'rnnc build sunspots.safetensors --target gpu -o sunspots.mjs',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { out } = options
  const extension = /\.m?js$/.exec(out)?.[0]
  if (extension === undefined) {
    return fail('RNN509', { what: '--out', expected: 'a path that ends in .mjs or .js', found: `\`${out}\`` })
  }
  // TypeScript looks for the types of x.mjs in x.d.mts.
  const types = out.replace(/\.(m?)js$/, '.d.$1ts')
  const dtype = chooseDtype(options.dtype)
  const target = oneOf('target', options.target, buildTargets)
  for (const file of [out, types]) await checkWritable(file)
  const trained = !path.endsWith('.rnn') || options.weights !== undefined
  const opened = trained
    ? await openTrained(path, { ...options, dtype }, output).then(all => ({ ...all, reads: readsOf(all) }))
    : {
        ...(await openProgram(path, options, output)),
        precision: dtype ?? 'f32',
        weights: undefined,
        fitted: undefined,
      }
  const { model, precision, weights, fitted } = opened
  for (const file of [out, types]) await checkNoWeights(file, output, opened.reads, 'never')
  const built = buildModule(model, {
    precision,
    target,
    path: `./${basename(out)}`,
    ...(weights && { weights }),
    ...(fitted && { fitted }),
    ...(options.over !== undefined && { over: options.over }),
  })
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  await writeBytes(out, encode(built.module))
  await writeBytes(types, encode(built.types))
  const { name } = model.signature
  const about = weights === undefined ? 'weights are passed to `create`' : 'weights embedded'
  output.result(
    {
      ok: true,
      model: name,
      backend: built.backend,
      dtype: precision,
      embedded: weights !== undefined,
      out,
      types,
    },
    `saved ${out} and ${types} (${name}, ${built.backend}, ${precision}, ${about})`,
  )
}

/** Opens a program without weights, and lists the files that it names. */
async function openProgram(
  path: string,
  options: Options,
  output: Output,
): Promise<OpenedModel & { readonly reads: readonly string[] }> {
  const source = await openSource(path, output)
  const opened = compileSource(source, options, output)
  const { program, signature } = opened.model
  const others = program.models.map(unit => unit.name.text).filter(name => name !== signature.name)
  if (options.model === undefined && others.length > 0)
    output.note(`${path} has other models than ${signature.name}, chosen by --model: ${others.join(', ')}`)
  return { ...opened, reads: dataFiles(opened.model, source.file) }
}
