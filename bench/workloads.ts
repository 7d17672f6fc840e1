// The workloads of the systems, with their FLOPs. Only matrix products count: two operations for a
// multiplication with its addition; a training step counts as three forward passes.
export interface Workload {
  readonly id: string
  /** A short description for reports. */
  readonly about: string
  /** The model, in bench/workloads/. */
  readonly file: string
  readonly mode: 'train' | 'infer' | 'stream'
  /** Examples a step, and time steps. */
  readonly B: number
  readonly T: number
  /** Hyper-parameters and free sizes of the model. */
  readonly sets: Readonly<Record<string, number>>
  /** Floating-point operations of one step. */
  readonly flops: number
  /** Of these, those for the gradient of the data, which nothing needs. */
  readonly unneeded: number
}

/** One product of a matrix [rows, columns] with a vector. */
const product = (rows: number, columns: number): number => 2 * rows * columns

/** One step of a recurrent layer, all gates together. */
const recurrent = (gates: number, units: number, inputs: number): number => product(gates * units, inputs + units)

interface Description extends Omit<Workload, 'flops' | 'unneeded'> {
  /** Products in the forward pass of one example: at every time step, and once. */
  readonly everyStep: number
  readonly once?: number
  /** Of those at every time step, the ones with the data. */
  readonly ofData?: number
}

const descriptions: readonly Description[] = [
  {
    id: 'W1',
    about: 'SimpleRNN(64) → dense(10), B=32 T=28',
    file: 'W1.rnn',
    mode: 'train',
    B: 32,
    T: 28,
    sets: {},
    everyStep: recurrent(1, 64, 28),
    once: product(10, 64),
    ofData: product(64, 28),
  },
  {
    id: 'W2',
    about: 'embedding(10000, 100) → LSTM(100) → LSTM(50) → dense(1), B=32 T=50',
    file: 'W2.rnn',
    mode: 'train',
    B: 32,
    T: 50,
    sets: { V: 10000 },
    everyStep: recurrent(4, 100, 100) + recurrent(4, 50, 100),
    once: product(1, 50),
  },
  {
    id: 'W3-lstm',
    about: 'embedding(65, 64) → LSTM(128) → dense(65), B=32 T=64',
    file: 'W3-lstm.rnn',
    mode: 'train',
    B: 32,
    T: 64,
    sets: { V: 65 },
    everyStep: recurrent(4, 128, 64) + product(65, 128),
  },
  {
    id: 'W3-gru',
    about: 'embedding(65, 64) → GRU(128) → dense(65), B=32 T=64',
    file: 'W3-gru.rnn',
    mode: 'train',
    B: 32,
    T: 64,
    sets: { V: 65 },
    everyStep: recurrent(3, 128, 64) + product(65, 128),
  },
  {
    id: 'W4',
    about: 'LSTM(512) → dense(512), B=64 T=32 D=512',
    file: 'W4.rnn',
    mode: 'train',
    B: 64,
    T: 32,
    sets: {},
    everyStep: recurrent(4, 512, 512) + product(512, 512),
    ofData: product(4 * 512, 512),
  },
  {
    id: 'W5-t2',
    about: 'SimpleRNN(10) → SimpleRNN(1), B=4 T=2',
    file: 'W5.rnn',
    mode: 'train',
    B: 4,
    T: 2,
    sets: { steps: 2 },
    everyStep: recurrent(1, 10, 1) + recurrent(1, 1, 10),
    ofData: product(10, 1),
  },
  {
    id: 'W5-t16',
    about: 'SimpleRNN(10) → SimpleRNN(1), B=4 T=16',
    file: 'W5.rnn',
    mode: 'train',
    B: 4,
    T: 16,
    sets: { steps: 16 },
    everyStep: recurrent(1, 10, 1) + recurrent(1, 1, 10),
    ofData: product(10, 1),
  },
  {
    id: 'W6-stream',
    about: 'LSTM(128), one time step a call, B=1 D=64',
    file: 'W6-stream.rnn',
    mode: 'stream',
    B: 1,
    T: 1,
    sets: {},
    everyStep: recurrent(4, 128, 64),
  },
  {
    id: 'W6-bilstm',
    about: 'bidirectional LSTM(100), B=1 T=100 D=100',
    file: 'W6-bilstm.rnn',
    mode: 'infer',
    B: 1,
    T: 100,
    sets: {},
    everyStep: 2 * recurrent(4, 100, 100),
  },
]

export const workloads: readonly Workload[] = descriptions.map(({ everyStep, once = 0, ofData = 0, ...workload }) => ({
  ...workload,
  flops: (workload.mode === 'train' ? 3 : 1) * workload.B * (workload.T * everyStep + once),
  unneeded: workload.B * workload.T * ofData,
}))
