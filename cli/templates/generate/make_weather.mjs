// Writes weather.txt: invented weather reports of a coast, one a line. The same seed writes the same reports.
import { writeFileSync } from 'node:fs'

/** Makes a function that draws whole numbers below n. */
function random(seed) {
  let state = seed
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

const draw = random(11)

const one = words => words[draw(words.length)]

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const places = ['in the north', 'in the south', 'on the islands', 'along the coast', 'over the hills']
const skies = ['sunshine', 'clouds', 'fog', 'light rain', 'heavy rain', 'showers', 'snow']
const winds = ['no wind', 'a light breeze', 'a fresh wind', 'a storm']
const quarters = ['from the west', 'from the north', 'from the sea']

/** A report: where it snows it is cold, and calm air comes from nowhere. */
function report(day) {
  const sky = one(skies)
  const degrees = sky === 'snow' ? -draw(9) : 4 + draw(18)
  const wind = one(winds)
  return `${day}: ${sky} ${one(places)}, ${degrees} degrees, ${wind}${wind === 'no wind' ? '' : ` ${one(quarters)}`}.`
}

const lines = Array.from({ length: 500 }, (_, i) => report(days[i % 7]))
writeFileSync(new URL('weather.txt', import.meta.url), `${lines.join('\n')}\n`)
