// Words of Keras, PyTorch, TensorFlow and NumPy, for people who come from there: what the same thing is called here.

/** Names, in small letters without `_`, that stand for a name here. One that can stand where the word does is meant. */
export const borrowedNames: Readonly<Record<string, readonly string[]>> = {
  meansquarederror: ['mse'],
  mseloss: ['mse'],
  meanabsoluteerror: ['mae'],
  l1loss: ['mae'],
  huberloss: ['huber'],
  smoothl1loss: ['huber'],
  crossentropyloss: ['cross_entropy'],
  nllloss: ['cross_entropy'],
  categoricalcrossentropy: ['cross_entropy'],
  sparsecategoricalcrossentropy: ['cross_entropy'],
  binarycrossentropy: ['binary_cross_entropy'],
  bceloss: ['binary_cross_entropy'],
  bcewithlogitsloss: ['binary_cross_entropy'],
  linear: ['dense'],
  fullyconnected: ['dense'],
  rnn: ['SimpleRNN'],
  rnncell: ['SimpleRNN'],
  lstmcell: ['LSTM'],
  grucell: ['GRU'],
  batchnorm: ['layer_norm'],
  layernormalization: ['layer_norm'],
  xavieruniform: ['glorot_uniform'],
  kaiminguniform: ['he_uniform'],
  reducesum: ['sum'],
  reducemean: ['mean'],
  reducemax: ['max'],
  maximum: ['max'],
  minimum: ['min'],
  absolute: ['abs'],
  ln: ['log'],
  logistic: ['sigmoid'],
  lr: ['rate'],
  learningrate: ['rate'],
  beta1: ['b1'],
  beta2: ['b2'],
  epsilon: ['eps'],
  weightdecay: ['decay'],
  alpha: ['rate', 'rho'],
  batchsize: ['batch'],
  nepochs: ['epochs'],
  numepochs: ['epochs'],
  maxsteps: ['steps'],
  clipnorm: ['clip'],
  gradclip: ['clip'],
  earlystopping: ['patience'],
  reducelronplateau: ['plateau'],
  lrscheduler: ['schedule'],
  steplr: ['step_decay'],
  exponentiallr: ['exponential_decay'],
  linearlr: ['linear_decay'],
  cosineannealinglr: ['cosine_decay'],
  randomstate: ['seed'],
}

/** Words that have no name here, but another way to say the same. */
const ways: Readonly<Record<string, string>> = {
  true: 'write `true`',
  false: 'write `false`',
  none: 'there is no value for nothing: leave it out',
  null: 'there is no value for nothing: leave it out',
  math: 'functions have no prefix: `tanh(x)`',
  np: 'functions have no prefix: `tanh(x)`',
  numpy: 'functions have no prefix: `tanh(x)`',
  torch: 'functions have no prefix: `tanh(x)`',
  nn: 'functions and layers have no prefix: `tanh(x)`, `dense(10)`',
  f: 'functions have no prefix: `softmax(x)`',
  tf: 'functions have no prefix: `tanh(x)`',
  keras: 'functions and layers have no prefix: `tanh(x)`, `dense(10)`',
  jnp: 'functions have no prefix: `tanh(x)`',
  dot: 'a product of matrices and vectors is written `a @ b`',
  matmul: 'a product of matrices and vectors is written `a @ b`',
  mm: 'a product of matrices and vectors is written `a @ b`',
  einsum: 'a product of matrices and vectors is written `a @ b`, one of two vectors `outer(a, b)`',
  concat: 'vectors are joined in brackets: `[a, b]`',
  concatenate: 'vectors are joined in brackets: `[a, b]`',
  cat: 'vectors are joined in brackets: `[a, b]`',
  stack: 'numbers and vectors are joined in brackets: `[a, b]`',
  hstack: 'vectors are joined in brackets: `[a, b]`',
  unsqueeze: 'a number becomes a vector of one in brackets: `[x]`',
  expanddims: 'a number becomes a vector of one in brackets: `[x]`',
  squeeze: 'the only element of a vector is `x[0]`',
  shape: 'sizes have names: those of a declaration, as in `input x: [D]`',
  sequential: 'layers follow each other with pipes: `x |> LSTM(32) |> last |> dense(1)`',
  t: "steps have no numbers here: in a cell, `h` is the state before the step and `h'` the one after it; `position(over T)` counts the steps",
}

/** What may follow a value behind a dot elsewhere, and how it is written here. */
const members: Readonly<Record<string, (value: string) => string>> = {
  T: value => `write \`transpose(${value})\`; a vector needs none: \`v @ W\``,
  t: value => `write \`transpose(${value})\`; a vector needs none: \`v @ W\``,
  ...Object.fromEntries(
    ['sum', 'mean', 'max', 'min', 'tanh', 'sigmoid', 'softmax', 'log', 'exp', 'transpose', 'reverse'].map(name => [
      name,
      (value: string) => `write \`${name}(${value})\``,
    ]),
  ),
}

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '')

/** The names here that a word from elsewhere may stand for. */
export const namesFor = (word: string): readonly string[] =>
  Object.hasOwn(borrowedNames, plain(word)) ? borrowedNames[plain(word)] : []

/** Advice for a word from elsewhere that has no name here. */
export const wayFor = (word: string): string | undefined =>
  Object.hasOwn(ways, plain(word)) ? ways[plain(word)] : undefined

/** Advice for a member from elsewhere, of a value with this text. */
export const memberFor = (name: string, value: string): string | undefined =>
  Object.hasOwn(members, name) ? members[name](value) : undefined
