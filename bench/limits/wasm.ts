// The limits of WebAssembly SIMD: the best matrix product and the best matrix-vector product, with relaxed_madd.
import { bestRate, type Shape, shortest, streamShape } from './shapes.ts'

/** The part of npm's wabt that is used: it converts WebAssembly text to bytes. */
export type Assemble = (text: string) => Uint8Array<ArrayBuffer>

export interface Kernels {
  readonly memory: Float32Array
  /**
   * C = A B at byte addresses. A is row-major, B packed in panels of 8 columns ([N/8][K][8]), C row-major; N is a multiple of 8, K
   * of 2. `sixes` blocks of 6 rows, then `fives` blocks of 5.
   */
  readonly multiply: (a: number, b: number, c: number, sixes: number, fives: number, N: number, K: number) => void
  /** y = W x at byte addresses, W in panels of 32 rows ([rows/32][columns][32]). */
  readonly apply: (w: number, x: number, y: number, rows: number, columns: number) => void
}

/** 6×8 sums take 12 registers, B 2 and A 1: all 15 that V8 leaves free. */
const vectors = 2
const unroll = 2
const applied = 8

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** Writes the loop over blocks of a number of rows, for one panel of columns. */
function rowBlocks(rows: number, count: string): string {
  const each = <T>(make: (r: number, v: number) => T): T[] =>
    range(rows).flatMap(r => range(vectors).map(v => make(r, v)))
  const body = range(unroll).flatMap(u => [
    ...range(vectors).map(v => `(local.set $b${v} (v128.load offset=${16 * (u * vectors + v)} (local.get $q)))`),
    ...range(rows).flatMap(r => [
      `(local.set $a (v128.load32_splat offset=${4 * u} (local.get $p${r})))`,
      ...range(vectors).map(
        v => `(local.set $c${r}${v} (f32x4.relaxed_madd (local.get $a) (local.get $b${v}) (local.get $c${r}${v})))`,
      ),
    ]),
  ])
  return `
    (local.set $i (local.get ${count}))
    (if (local.get $i) (then (loop $blocks
      ${each((r, v) => `(local.set $c${r}${v} (v128.const i32x4 0 0 0 0))`).join('\n      ')}
      (local.set $p0 (local.get $row))
      ${range(rows - 1)
        .map(r => `(local.set $p${r + 1} (i32.add (local.get $p${r}) (local.get $strideA)))`)
        .join('\n      ')}
      (local.set $q (local.get $panel))
      (local.set $k (local.get $K))
      (loop $products
        ${body.join('\n        ')}
        ${range(rows)
          .map(r => `(local.set $p${r} (i32.add (local.get $p${r}) (i32.const ${4 * unroll})))`)
          .join('\n        ')}
        (local.set $q (i32.add (local.get $q) (i32.const ${16 * vectors * unroll})))
        (br_if $products (local.tee $k (i32.sub (local.get $k) (i32.const ${unroll})))))
      ${range(rows)
        .flatMap(r => [
          ...range(vectors).map(v => `(v128.store offset=${16 * v} (local.get $out) (local.get $c${r}${v}))`),
          '(local.set $out (i32.add (local.get $out) (local.get $strideC)))',
        ])
        .join('\n      ')}
      (local.set $row (i32.add (local.get $row) (i32.mul (local.get $strideA) (i32.const ${rows}))))
      (br_if $blocks (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))))`
}

const locals = (names: readonly string[], type: string): string => names.map(n => `(local $${n} ${type})`).join(' ')

/** The module as text. */
export const text = `(module
  (memory (export "memory") 80)
  (func (export "multiply")
    (param $A i32) (param $B i32) (param $C i32) (param $sixes i32) (param $fives i32) (param $N i32) (param $K i32)
    ${locals(['i', 'j', 'k', 'q', 'row', 'panel', 'out', 'strideA', 'strideC', ...range(6).map(r => `p${r}`)], 'i32')}
    ${locals([...range(6).flatMap(r => range(vectors).map(v => `c${r}${v}`)), ...range(vectors).map(v => `b${v}`), 'a'], 'v128')}
    (local.set $strideA (i32.shl (local.get $K) (i32.const 2)))
    (local.set $strideC (i32.shl (local.get $N) (i32.const 2)))
    (local.set $panel (local.get $B))
    (local.set $j (i32.const 0))
    (loop $panels
    (local.set $row (local.get $A))
    (local.set $out (i32.add (local.get $C) (i32.shl (local.get $j) (i32.const 2))))
    ${rowBlocks(6, '$sixes')}
    ${rowBlocks(5, '$fives')}
    (local.set $panel (i32.add (local.get $panel) (i32.mul (local.get $strideA) (i32.const ${4 * vectors}))))
    (br_if $panels (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const ${4 * vectors}))) (local.get $N)))))
  (func (export "apply") (param $W i32) (param $X i32) (param $Y i32) (param $rows i32) (param $columns i32)
    ${locals(['k', 'x'], 'i32')}
    ${locals([...range(applied).map(v => `y${v}`), 'a'], 'v128')}
    (loop $panels
      ${range(applied)
        .map(v => `(local.set $y${v} (v128.const i32x4 0 0 0 0))`)
        .join('\n      ')}
      (local.set $x (local.get $X))
      (local.set $k (local.get $columns))
      (loop $products
        (local.set $a (v128.load32_splat (local.get $x)))
        ${range(applied)
          .map(
            v =>
              `(local.set $y${v} (f32x4.relaxed_madd (local.get $a) (v128.load offset=${16 * v} (local.get $W)) (local.get $y${v})))`,
          )
          .join('\n        ')}
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $W (i32.add (local.get $W) (i32.const ${16 * applied})))
        (br_if $products (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
      ${range(applied)
        .map(v => `(v128.store offset=${16 * v} (local.get $Y) (local.get $y${v}))`)
        .join('\n      ')}
      (local.set $Y (i32.add (local.get $Y) (i32.const ${16 * applied})))
      (br_if $panels (local.tee $rows (i32.sub (local.get $rows) (i32.const ${4 * applied})))))))`

/** The kernels, assembled. */
export function kernels(assemble: Assemble): Kernels {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(text)))
  const { memory, multiply, apply } = exports
  if (!(memory instanceof WebAssembly.Memory) || typeof multiply !== 'function' || typeof apply !== 'function')
    throw new Error('the module exports something else')
  return {
    memory: new Float32Array(memory.buffer),
    multiply: (...args) => multiply(...args),
    apply: (...args) => apply(...args),
  }
}

/** Splits M rows into blocks of 6 and 5, with as few blocks of 5 as possible. */
export function blocksOf(M: number): { readonly sixes: number; readonly fives: number } {
  for (let fives = 0; fives <= M / 5; fives++)
    if ((M - 5 * fives) % 6 === 0) return { sixes: (M - 5 * fives) / 6, fives }
  throw new Error(`${M} rows are not blocks of 6 and 5`)
}

/** The best matrix product in WebAssembly, in GFLOP/s. */
export function matrixRate(assemble: Assemble): number {
  const { multiply, memory } = kernels(assemble)
  memory.forEach((_, i) => {
    memory[i] = Math.random() - 0.5
  })
  return bestRate(({ M, N, K }: Shape) => {
    const { sixes, fives } = blocksOf(M)
    const b = 4 * M * K
    const c = b + 4 * K * N
    return () => multiply(0, b, c, sixes, fives, N, K)
  })
}

/** The best matrix-vector product of W6-stream's size in WebAssembly, in ms. */
export function vectorTime(assemble: Assemble): number {
  const { apply, memory } = kernels(assemble)
  const { rows, columns } = streamShape
  memory.forEach((_, i) => {
    memory[i] = Math.random() - 0.5
  })
  const x = 4 * rows * columns
  const y = x + 4 * columns
  return shortest(() => apply(0, x, y, rows, columns))
}
