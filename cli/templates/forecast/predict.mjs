// Prints the number of sunspots of the year after the last one in sunspots.csv.
// First: npx rnnc build model.safetensors --out model.mjs
import { readFileSync } from 'node:fs'
import { create } from './model.mjs'

const text = readFileSync(new URL('sunspots.csv', import.meta.url), 'utf8')
const rows = text
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map(line => line.split(',').map(Number))
const past = rows.slice(-12).map(([, sunspots]) => sunspots)

const { next } = create().predict({ past })
console.log(`${rows.at(-1)[0] + 1}: ${next[0].toFixed(1)} sunspots`)
