// Writes tones.jsonl: tones as they are, and as an amplifier gives them back, which saturates and then rolls off high frequencies.
import { writeFileSync } from 'node:fs'
import { random, uniform } from '../../runtime/random.ts'

/** Samples a second. */
const rate = 48_000
const [sequences, samples] = [160, 200]

/** Saturates, and filters with a low pass of one pole at 4 kHz. */
function amplified(x: readonly number[]): number[] {
  const pole = Math.exp((-2 * Math.PI * 4000) / rate)
  let kept = 0
  return x.map(value => {
    kept = pole * kept + (1 - pole) * Math.tanh(4 * value)
    return kept
  })
}

const draw = random(1, 'tones')
const rounded = (x: readonly number[]): number[] => x.map(value => Number(value.toFixed(6)))
const lines = Array.from({ length: sequences }, () => {
  const partials = Array.from({ length: 3 }, () => ({
    frequency: 60 * 2 ** uniform(draw, 0, 6),
    amplitude: uniform(draw, 0, 0.4),
    phase: uniform(draw, 0, 2 * Math.PI),
  }))
  const at = (t: number): number =>
    partials.reduce((sum, p) => sum + p.amplitude * Math.sin(p.phase + (2 * Math.PI * p.frequency * t) / rate), 0)
  const x = rounded(Array.from({ length: samples }, (_, t) => at(t)))
  return JSON.stringify({ x, y: rounded(amplified(x)) })
})
writeFileSync(process.argv[2] ?? 'tones.jsonl', `${lines.join('\n')}\n`)
