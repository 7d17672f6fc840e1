// The units of the data as code: scalings in both directions, and labels.
import type { Chain, Step } from '../data/encoding.ts'

/** An arrow function from the number in the file to the number that the network sees. */
export const scaleText = (chain: Chain): string => `x => ${chain.reduce(forward, 'x')}`

/** The opposite. */
export const unscaleText = (chain: Chain): string => `y => ${chain.reduceRight(backward, 'y')}`

function forward(x: string, step: Step): string {
  switch (step.kind) {
    case 'add':
      return `(${x} ${signed(step.value)})`
    case 'multiply':
      return `${x} * ${number(step.value)}`
    case 'divide':
      return `${x} / ${number(step.value)}`
    case 'reciprocal':
      return `1 / (${x})`
    case 'log':
      return `Math.log(${x})`
    case 'log1p':
      return `Math.log1p(${x})`
    case 'sqrt':
      return `Math.sqrt(${x})`
  }
}

function backward(y: string, step: Step): string {
  switch (step.kind) {
    case 'add':
      return `(${y} ${signed(-step.value)})`
    case 'multiply':
      return `${y} / ${number(step.value)}`
    case 'divide':
      return `${y} * ${number(step.value)}`
    case 'reciprocal':
      return `1 / (${y})`
    case 'log':
      return `Math.exp(${y})`
    case 'log1p':
      return `Math.expm1(${y})`
    case 'sqrt':
      return `(${y}) ** 2`
  }
}

const signed = (value: number): string => (value < 0 ? `- ${-value}` : `+ ${value}`)

const number = (value: number): string => (value < 0 ? `(${value})` : String(value))
