// Writes reviews.csv: invented sentences about films, each "positive" or "negative". The same seed writes the same sentences.
import { writeFileSync } from 'node:fs'

/** Makes a function that draws whole numbers below n. */
function random(seed) {
  let state = seed
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

const draw = random(7)

const one = words => words[draw(words.length)]

const things = ['film', 'story', 'ending', 'music', 'acting', 'camera', 'dialogue', 'plot', 'beginning', 'cast']
const good = ['good', 'great', 'lovely', 'funny', 'clever', 'moving', 'brilliant', 'charming']
const bad = ['bad', 'dull', 'weak', 'boring', 'silly', 'slow', 'terrible', 'confusing']
const degrees = ['', '', 'very ', 'quite ', 'really ']

/** A clause of one opinion; "not" turns the opinion around, so single words do not tell it. */
function clause(likes) {
  const negated = draw(3) === 0
  const word = one(likes !== negated ? good : bad)
  return `the ${one(things)} is ${negated ? 'not ' : ''}${one(degrees)}${word}`
}

/** A sentence; after "but" comes what counts. */
function sentence(likes) {
  const shape = draw(3)
  if (shape === 0) return clause(likes)
  return shape === 1 ? `${clause(likes)} and ${clause(likes)}` : `${clause(!likes)} but ${clause(likes)}`
}

// No sentence stands twice in the file, so that none of the test has been seen in training.
const rows = new Set()
while (rows.size < 600) {
  const likes = draw(2) === 0
  rows.add(`${sentence(likes)},${likes ? 'positive' : 'negative'}`)
}
writeFileSync(new URL('reviews.csv', import.meta.url), `text,label\n${[...rows].join('\n')}\n`)
