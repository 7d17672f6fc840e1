// The gradient of a cell of one's own, checked in one's own test suite.
import { readFile } from 'node:fs/promises'
import { compile } from 'rnnc'
import { checkGradients } from 'rnnc/trust'
import { expect, test } from 'vitest'

const source = await readFile(new URL('new_cell.rnn', import.meta.url), 'utf8')

test.each([1, 2, 3])('the gradient of MGU is right (seed %i)', seed => {
  const model = compile(source, { file: 'new_cell.rnn' })
  const check = checkGradients(model, { sizes: { B: 3, T: 5 }, seed })
  expect(check.passed, JSON.stringify(check.parameters.find(p => !p.passed))).toBe(true)
})
