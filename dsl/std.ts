// The standard library as text, so that it travels to a browser. Generated from dsl/std/*.rnn by `npm run generate`.
export const standardLibrary: Readonly<Record<string, string>> = {
  'cells.rnn': `# Recurrent cells, as their papers write them.

cell SimpleRNN(units, activation = tanh) {   # Elman 1990
  input x: [D]
  state h: [units]
  param W: [units, D] = glorot_uniform, U: [units, units] = orthogonal, b: [units] = zeros
  h' = activation(W @ x + U @ h + b)
  return h'
}

cell LSTM(units, gate = sigmoid, activation = tanh) {         # Hochreiter & Schmidhuber 1997, with Gers' forget gate
  input x: [D]
  state h, c: [units]
  param W_i, W_f, W_g, W_o: [units, D] = glorot_uniform
  param U_i, U_f, U_g, U_o: [units, units] = orthogonal
  param b_i, b_g, b_o: [units] = zeros, b_f: [units] = ones   # a cell that remembers from the start
  i = gate(W_i @ x + U_i @ h + b_i)
  f = gate(W_f @ x + U_f @ h + b_f)
  g = activation(W_g @ x + U_g @ h + b_g)
  o = gate(W_o @ x + U_o @ h + b_o)
  c' = f * c + i * g
  h' = o * activation(c')
  return h'
}

cell GRU(units, gate = sigmoid, activation = tanh) {   # reset after the product: PyTorch, Keras' default
  input x: [D]
  state h: [units]
  param W_z, W_r, W_n: [units, D] = glorot_uniform, U_z, U_r, U_n: [units, units] = orthogonal
  param b_z, b_r, b_n, c_z, c_r, c_n: [units] = zeros
  z = gate(W_z @ x + b_z + U_z @ h + c_z)
  r = gate(W_r @ x + b_r + U_r @ h + c_r)
  n = activation(W_n @ x + b_n + r * (U_n @ h + c_n))
  h' = (1 - z) * n + z * h
  return h'
}

cell GRU_before(units, gate = sigmoid, activation = tanh) {   # reset before the product: Cho et al. 2014
  input x: [D]
  state h: [units]
  param W_z, W_r, W_n: [units, D] = glorot_uniform, U_z, U_r, U_n: [units, units] = orthogonal
  param b_z, b_r, b_n: [units] = zeros
  z = gate(W_z @ x + U_z @ h + b_z)
  r = gate(W_r @ x + U_r @ h + b_r)
  h' = (1 - z) * activation(W_n @ x + U_n @ (r * h) + b_n) + z * h
  return h'
}
`,
  'functions.rnn': `# Functions without weights. They are expanded where they are called.

fn identity(x) = x
fn clamp(x, low, high) = min(max(x, low), high)

# Activations.
fn softplus(x) = -log(sigmoid(-x))   # log(1 + exp(x)): the compiler makes the logarithm stable

fn softsign(x) {   # x / (1 + |x|); beyond 1 the slope of 1 - 1 / (1 + |x|) does not cancel
  far = 1 - 1 / (1 + abs(x))
  return where(abs(x) < 1, x / (1 + abs(x)), where(x < 0, -far, far))
}

fn silu(x) = x * sigmoid(clamp(x, -800, 800))   # further out the sigmoid is 0 or 1, and its slope must be

fn gelu(x) {              # the tanh form, 0.5 x (1 + tanh(u / 2)) = x sigmoid(u)
  c = clamp(x, -30, 30)   # further out x^3 might overflow
  return x * sigmoid(1.5957691216057308 * (c + 0.044715 * c^3))   # the factor is 2 sqrt(2 / pi)
}

fn elu(x, alpha = 1) = where(x > 0, x, alpha * (exp(min(x, 0)) - 1))   # the compiler makes the difference exact near 0
fn leaky_relu(x, slope = 0.2) = where(x > 0, x, slope * x)
fn hard_sigmoid(x) = clamp(x / 6 + 0.5, 0, 1)

# Noise, in training only.
fn dropout(x, rate) = x * bernoulli(1 - rate, x) / (1 - rate)

fn zoneout(new, old, rate) {   # each element of a state stays old with this probability
  stay = bernoulli(rate, old)
  return stay * old + (1 - stay) * new
}

# Normalization of one item; g and b are params of the unit that calls it.
fn layer_norm(v, g, b, eps = 1e-5) {
  d = v - mean(v)
  return g * d / sqrt(mean(d^2) + eps) + b
}
`,
  'layers.rnn': `# Layers: what has weights and no time of its own, and what puts cells together.

layer dense(units, activation = identity) {
  input x: [D]
  param W: [units, D] = glorot_uniform, b: [units] = zeros
  return activation(W @ x + b)
}

layer embedding(dim) {
  input i: token of N
  param E: [N, dim] = uniform(-0.05, 0.05)
  return E[i]
}

layer bidirectional(cell) {           # two parts of one recipe
  input x: P over T
  part f = cell, b = cell
  y = f(x)
  z = reverse(b(reverse(x)))
  output ends = [last(y), first(z)]   # what each direction knows after reading everything
  return [y, z]
}

layer additive_attention(units) {   # Bahdanau et al. 2015; called on a q over T, it maps over T
  input q: [Q], m: [A] over S
  param W: [units, Q], U: [units, A], v: [units]
  a = softmax(v @ tanh(W @ q + U @ m), over S)
  output weights = a
  return sum(a * m, over S)
}
`,
  'losses.rnn': `# Losses of one element; the \`loss\` line of a model averages them over steps and examples.

fn mse(p, y) = (p - y)^2
fn mae(p, y) = abs(p - y)

fn huber(p, y, delta = 1) {
  e = abs(p - y)
  return where(e <= delta, 0.5 * e^2, delta * (e - 0.5 * delta))
}

# On probabilities, and computed from what the softmax or sigmoid behind p was given, so that no logarithm sees a 0.
fn cross_entropy(p, y) = -log(probability(p)[y])

fn binary_cross_entropy(p, y) {   # of an answer that cannot be, the other may be certain: 0 log 0 is 0
  no = 1 - y
  said_yes = where(no == 1, 0, y * log(probability(p, y)))
  said_no = where(no == 0, 0, no * log(1 - probability(p, y)))
  return -(said_yes + said_no)
}
`,
  'metrics.rnn': `# Metrics, over the whole data set: never averages over batches.

fn accuracy(p, y) = real(decide(p) == y)
fn top_k_accuracy(p, y, k = 5) = real(sum(where(p > p[y], 1, 0)) < k)
fn rmse(p, y) = sqrt(average((p - y)^2))
fn mape(p, y) = abs(p - y) / max(abs(y), 2.220446049250313e-16)      # a fraction, not percent
fn perplexity(p, y) = exp(average(cross_entropy(p, y)))

fn r2(p, y) {                                                 # the mean over the elements of y
  error = total((p - y)^2)
  all = variation(y)
  return mean([where(all > 0, 1 - error / where(all > 0, all, 1), where(error > 0, 0, 1))])
}

# Of label 1 of two. What is divided is a count, so 0 / 0 is 0.
fn precision(p, y) {
  said = positive(p, y) > 0.5
  return total(real(said and y == 1)) / max(total(real(said)), 1)
}
fn recall(p, y) {
  said = positive(p, y) > 0.5
  return total(real(said and y == 1)) / max(total(real(y == 1)), 1)
}
fn f1(p, y) {
  said = positive(p, y) > 0.5
  return 2 * total(real(said and y == 1)) / max(total(real(said)) + total(real(y == 1)), 1)
}
fn auc(p, y) = ranking(positive(p, y), y)

# Of several classes: the mean over those that occur, as labels or as predictions.
fn confusion(p, y) = total(outer(one_hot(y, p), one_hot(decide(p), p)))      # rows are labels, columns predictions
fn classes_seen(p, y) = sum(min(total(one_hot(y, p)) + total(one_hot(decide(p), p)), 1))
fn macro_precision(p, y) {
  said = one_hot(decide(p), p)
  return sum(total(said * one_hot(y, p)) / max(total(said), 1)) / max(classes_seen(p, y), 1)
}
fn macro_recall(p, y) {
  labels = one_hot(y, p)
  return sum(total(labels * one_hot(decide(p), p)) / max(total(labels), 1)) / max(classes_seen(p, y), 1)
}
fn macro_f1(p, y) {
  said = one_hot(decide(p), p)
  labels = one_hot(y, p)
  return sum(2 * total(labels * said) / max(total(labels) + total(said), 1)) / max(classes_seen(p, y), 1)
}

layer exact_match {   # 1 for a sequence whose every element is right, else 0
  input p: [K] over T, y: class of N over T
  return real(sum(decide(p) != y, over T) == 0)
}
`,
  'optimizers.rnn': `# An optimizer is a cell: its state p is a parameter, its input g the gradient, and its time the training step. The number that it
# returns is the rate of this step. \`schedule\` is a function of the steps taken before this one, 0 at the first: a factor of the rate.

# Without momentum, what has no gradient stays as it is, whatever the rate: so the rows of a table that a batch does not use need no work.
cell SGD(rate = 0.01, momentum = 0, nesterov = false, schedule = constant_rate) {
  input g: P
  state p, m: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  m' = where(momentum == 0, m, momentum * m - r * g)
  p' = where(momentum == 0, where(g == 0, p, p - r * g), p + where(nesterov, momentum * m' - r * g, m'))
  return r
}

# Kingma & Ba 2015, as Keras: eps outside the bias correction.
cell Adam(rate = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-7, schedule = constant_rate) {
  input g: P
  state p, m, v: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  m' = b1 * m + (1 - b1) * g
  v' = b2 * v + (1 - b2) * g^2
  p' = p - r * sqrt(1 - b2^t') / (1 - b1^t') * m' / (sqrt(v') + eps)
  return r
}

# Loshchilov & Hutter 2019, as PyTorch: eps on the corrected v.
cell AdamW(rate = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-8, decay = 0.01, schedule = constant_rate) {
  input g: P
  state p, m, v: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  m' = b1 * m + (1 - b1) * g
  v' = b2 * v + (1 - b2) * g^2
  p' = p * (1 - r * decay) - r * (m' / (1 - b1^t')) / (sqrt(v' / (1 - b2^t')) + eps)
  return r
}

# Adam as in its paper and in PyTorch: eps on the corrected v; decay is part of the gradient.
cell TorchAdam(
  rate = 0.001,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  decay = 0,
  schedule = constant_rate
) {
  input g: P
  state p, m, v: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  slope = g + decay * p
  m' = b1 * m + (1 - b1) * slope
  v' = b2 * v + (1 - b2) * slope^2
  p' = p - r * (m' / (1 - b1^t')) / (sqrt(v' / (1 - b2^t')) + eps)
  return r
}

# Kingma & Ba 2015, as Keras.
cell Adamax(rate = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-7, schedule = constant_rate) {
  input g: P
  state p, m, most: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  m' = b1 * m + (1 - b1) * g
  most' = max(b2 * most, abs(g))
  p' = p - r / (1 - b1^t') * m' / (most' + eps)
  return r
}

# Adam that leaves alone what has no gradient, as rows of a table not used.
cell LazyAdam(rate = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-7, schedule = constant_rate) {
  input g: P
  state p, m, v: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  used = g != 0
  m' = where(used, b1 * m + (1 - b1) * g, m)
  v' = where(used, b2 * v + (1 - b2) * g^2, v)
  p' = where(used, p - r * sqrt(1 - b2^t') / (1 - b1^t') * m' / (sqrt(v') + eps), p)
  return r
}

# Reddi et al. 2018, as PyTorch's Adam(amsgrad=True).
cell AMSGrad(rate = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-8, schedule = constant_rate) {
  input g: P
  state p, m, v, most: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  m' = b1 * m + (1 - b1) * g
  v' = b2 * v + (1 - b2) * g^2
  most' = max(most, v')
  p' = p - r * (m' / (1 - b1^t')) / (sqrt(most' / (1 - b2^t')) + eps)
  return r
}

# Dozat 2016, as PyTorch; Keras: decay = 1, eps = 1e-7.
cell Nadam(
  rate = 0.002,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  decay = 0.004,
  schedule = constant_rate
) {
  input g: P
  state p, m, v: P, all: real = 1, t: int
  t' = t + 1
  r = rate * schedule(t)
  now = b1 * (1 - 0.5 * 0.96^(decay * t'))
  next = b1 * (1 - 0.5 * 0.96^(decay * (t' + 1)))
  all' = all * now
  m' = b1 * m + (1 - b1) * g
  v' = b2 * v + (1 - b2) * g^2
  p' = p
    - r
      * (next / (1 - all' * next) * m' + (1 - now) / (1 - all') * g)
      / (sqrt(v' / (1 - b2^t')) + eps)
  return r
}

# Chen et al. 2023.
cell Lion(rate = 1e-4, b1 = 0.9, b2 = 0.99, decay = 0, schedule = constant_rate) {
  input g: P
  state p, m: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  c = b1 * m + (1 - b1) * g
  m' = b2 * m + (1 - b2) * g
  p' = p * (1 - r * decay) - r * where(c > 0, 1, where(c < 0, -1, c))
  return r
}

# Zeiler 2012, as PyTorch.
cell Adadelta(rate = 1, rho = 0.9, eps = 1e-6, schedule = constant_rate) {
  input g: P
  state p, v, a: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  v' = rho * v + (1 - rho) * g^2
  step = sqrt(a + eps) / sqrt(v' + eps) * g
  a' = rho * a + (1 - rho) * step^2
  p' = p - r * step
  return r
}

cell Adagrad(rate = 0.001, eps = 1e-7, schedule = constant_rate) {
  input g: P
  state p: P, a: P = 0.1, t: int
  t' = t + 1
  r = rate * schedule(t)
  a' = a + g^2
  p' = p - r * g / sqrt(a' + eps)
  return r
}

cell RMSprop(rate = 0.001, rho = 0.9, eps = 1e-7, schedule = constant_rate) {
  input g: P
  state p, v: P, t: int
  t' = t + 1
  r = rate * schedule(t)
  v' = rho * v + (1 - rho) * g^2
  p' = p - r * g / sqrt(v' + eps)
  return r
}
`,
  'schedules.rnn': `# Schedules: the factor of an optimizer's rate after t steps, from t = 0. Any fn or layer of t is one.

fn constant_rate(_t) = 1

layer step_decay(every, by = 0.1) {   # PyTorch: StepLR
  input t: int
  return by^floor(t / every)
}

layer exponential_decay(every, by = 0.1) {   # Keras: ExponentialDecay
  input t: int
  return by^(t / every)
}

layer linear_decay(steps, least = 0) {   # Keras: PolynomialDecay, power 1
  input t: int
  return 1 - (1 - least) * min(t / steps, 1)
}

layer cosine_decay(steps, least = 0) {   # Loshchilov & Hutter 2017; Keras: CosineDecay
  input t: int
  return least + (1 - least) * (1 + cos(3.141592653589793 * min(t / steps, 1))) / 2
}

layer warmup(steps, then = constant_rate) {   # from 1 / steps up to 1, then another schedule from its start
  input t: int
  return where(t < steps, (t + 1) / steps, then(max(t - steps, 0)))
}
`,
}
