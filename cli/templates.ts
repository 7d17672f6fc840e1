// The templates of `rnnc init`, as texts, so that they are found wherever the command runs. Generated from cli/templates by
// `npm run generate`.
export const templates: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  classify: {
    'README.md': `# A classifier

\`model.rnn\` reads a sentence about a film word by word, and tells whether it is positive or negative. The data, \`reviews.csv\`, is
invented: \`make_reviews.mjs\` writes 600 different sentences by simple rules, in which "not" turns an opinion around and only what
follows "but" counts. So the order of the words matters, which a network without a memory would not see. Real reviews are much
harder: here nearly every answer is right.

\`\`\`sh
npx rnnc check model.rnn
npx rnnc train model.rnn
npx rnnc eval model.safetensors
npx rnnc build model.safetensors --out model.mjs
node predict.mjs "the story is not very clever"
\`\`\`

\`train\` takes some seconds and saves the weights in \`model.safetensors\`. \`build\` writes the network as a JavaScript module without
dependencies, which \`predict.mjs\` uses. It knows only the words of \`reviews.csv\`, and refuses others.

**Your own data.** Put a CSV file with a column of texts and one of labels beside \`model.rnn\`, and write its name and those of its
columns in the \`data\` block. \`class of 2\` and \`dense(2, softmax)\` are the number of different labels. \`words(t.text, unknown = "?")\`
makes one word of all that are not known.

\`npx rnnc train model.rnn --set units=32 epochs=5\` changes numbers of the file. \`npx rnnc fmt\` formats it.
`,
    'make_reviews.mjs': `// Writes reviews.csv: invented sentences about films, each "positive" or "negative". The same seed writes the same sentences.
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
  return \`the \${one(things)} is \${negated ? 'not ' : ''}\${one(degrees)}\${word}\`
}

/** A sentence; after "but" comes what counts. */
function sentence(likes) {
  const shape = draw(3)
  if (shape === 0) return clause(likes)
  return shape === 1 ? \`\${clause(likes)} and \${clause(likes)}\` : \`\${clause(!likes)} but \${clause(likes)}\`
}

// No sentence stands twice in the file, so that none of the test has been seen in training.
const rows = new Set()
while (rows.size < 600) {
  const likes = draw(2) === 0
  rows.add(\`\${sentence(likes)},\${likes ? 'positive' : 'negative'}\`)
}
writeFileSync(new URL('reviews.csv', import.meta.url), \`text,label\\n\${[...rows].join('\\n')}\\n\`)
`,
    'model.rnn': `# Whether a sentence about a film likes it, read word by word.

model Opinion(units = 16) {
  input  text: token of V over T
  target label: class of 2
  p = text |> embedding(8) |> GRU(units) |> last |> dense(2, softmax)
  loss   cross_entropy(p, label)
  metric accuracy(p, label)
  predict label from p
}

data Reviews for Opinion {
  t = csv("reviews.csv")
  text = words(t.text)
  label = classes(t.label)
  split = shuffled(0.7, 0.1, 0.2)
}

train Opinion on Reviews {
  optimizer = Adam(0.01)
  epochs = 15
  batch = 32
  seed = 1
}
`,
    'predict.mjs': `// Prints what the model thinks of a sentence: node predict.mjs "the ending is not bad"
// First: npx rnnc build model.safetensors --out model.mjs
import { create } from './model.mjs'

const sentence = process.argv[2] ?? 'the acting is not bad but the plot is really boring'
const text = sentence.toLowerCase().split(' ')

try {
  const { label } = create().predict({ B: 1, text })
  console.log(\`\${label[0]}: \${sentence}\`)
} catch (error) {
  // A word that is not in reviews.csv.
  console.error(error.message)
  process.exitCode = 1
}
`,
    'reviews.csv': `text,label
the film is really confusing but the film is really good,positive
the dialogue is quite silly and the acting is really boring,negative
the beginning is not slow and the story is not very confusing,positive
the plot is not silly,positive
the music is not silly but the music is slow,negative
the acting is confusing and the camera is not very charming,negative
the dialogue is not quite bad and the plot is not really silly,positive
the camera is very brilliant and the music is really charming,positive
the ending is moving,positive
the camera is quite dull but the music is lovely,positive
the acting is slow,negative
the acting is not quite funny and the ending is quite terrible,negative
the camera is really terrible,negative
the cast is confusing but the beginning is not really terrible,positive
the cast is dull,negative
the music is clever but the story is not quite good,negative
the story is very charming and the camera is funny,positive
the plot is quite dull,negative
the camera is good,positive
the ending is boring and the film is quite weak,negative
the ending is silly and the film is terrible,negative
the acting is really confusing,negative
the cast is not funny but the story is not confusing,positive
the cast is not very slow and the acting is not terrible,positive
the camera is not really boring but the story is silly,negative
the dialogue is quite terrible but the ending is not slow,positive
the beginning is very terrible and the beginning is not really funny,negative
the cast is bad,negative
the plot is really moving but the ending is weak,negative
the story is quite boring but the beginning is moving,positive
the music is funny but the ending is not quite funny,negative
the film is quite slow but the plot is great,positive
the film is very lovely,positive
the plot is lovely and the camera is funny,positive
the ending is very brilliant and the dialogue is not really dull,positive
the dialogue is quite great but the plot is really dull,negative
the film is not boring and the film is not confusing,positive
the plot is silly and the camera is slow,negative
the acting is dull but the film is brilliant,positive
the music is not lovely but the acting is really moving,positive
the beginning is really good,positive
the beginning is not confusing,positive
the camera is very boring but the ending is quite great,positive
the story is very boring,negative
the plot is not very good and the cast is not clever,negative
the camera is not very funny and the story is bad,negative
the music is not funny but the story is really moving,positive
the film is good,positive
the camera is really weak but the dialogue is not dull,positive
the cast is bad but the music is quite brilliant,positive
the plot is quite charming but the film is bad,negative
the beginning is very funny but the acting is bad,negative
the cast is very charming but the plot is silly,negative
the plot is really dull,negative
the plot is quite charming,positive
the acting is great and the ending is not dull,positive
the film is very slow,negative
the music is very boring but the music is really charming,positive
the ending is very slow but the cast is good,positive
the camera is terrible,negative
the cast is quite charming,positive
the story is not very brilliant,negative
the film is very moving but the dialogue is very slow,negative
the cast is not brilliant,negative
the beginning is quite bad,negative
the story is boring,negative
the story is not quite brilliant but the cast is really clever,positive
the music is clever and the dialogue is not really dull,positive
the ending is good,positive
the cast is not very moving but the film is quite charming,positive
the acting is weak and the cast is very weak,negative
the ending is very bad but the cast is not boring,positive
the ending is quite bad and the ending is not charming,negative
the camera is not good and the beginning is not very lovely,negative
the ending is not really dull,positive
the dialogue is not dull but the film is not very great,negative
the cast is not very confusing and the story is quite lovely,positive
the acting is weak but the film is quite moving,positive
the camera is very confusing,negative
the beginning is very terrible,negative
the music is quite dull but the plot is great,positive
the ending is quite boring,negative
the dialogue is very bad but the plot is not bad,positive
the film is not quite silly and the cast is not terrible,positive
the dialogue is very clever,positive
the dialogue is weak,negative
the music is charming and the acting is funny,positive
the acting is not quite boring,positive
the camera is not terrible and the film is quite charming,positive
the music is very brilliant but the film is confusing,negative
the beginning is really moving but the cast is confusing,negative
the dialogue is really confusing,negative
the plot is not really great and the camera is terrible,negative
the dialogue is not quite brilliant and the ending is really slow,negative
the film is bad,negative
the plot is not really lovely,negative
the music is clever,positive
the cast is funny,positive
the story is not quite brilliant,negative
the music is not charming but the beginning is very moving,positive
the ending is quite boring and the dialogue is bad,negative
the dialogue is very boring but the music is not quite bad,positive
the music is weak,negative
the beginning is not confusing but the story is very slow,negative
the music is really lovely,positive
the story is not quite great but the ending is moving,positive
the music is not very boring,positive
the ending is very clever and the film is not dull,positive
the camera is not dull but the ending is quite dull,negative
the music is terrible,negative
the story is not quite charming but the cast is clever,positive
the plot is confusing,negative
the beginning is very lovely,positive
the camera is really moving and the dialogue is really clever,positive
the plot is very charming,positive
the ending is not good but the cast is brilliant,positive
the plot is not really bad,positive
the plot is clever and the ending is great,positive
the ending is really terrible but the plot is brilliant,positive
the beginning is quite slow and the story is not really good,negative
the acting is not very boring,positive
the acting is not very clever and the acting is very slow,negative
the camera is really bad,negative
the music is not great but the music is brilliant,positive
the camera is not very confusing,positive
the plot is not quite confusing,positive
the dialogue is great,positive
the ending is boring and the story is weak,negative
the ending is not great and the ending is very boring,negative
the film is not quite weak and the cast is not quite terrible,positive
the camera is good and the plot is really good,positive
the camera is not really boring but the camera is bad,negative
the ending is not really slow but the acting is not very good,negative
the story is good and the camera is not dull,positive
the cast is silly,negative
the camera is not quite clever,negative
the ending is really lovely but the acting is not really great,negative
the music is quite funny but the ending is really slow,negative
the camera is very weak and the plot is not quite moving,negative
the camera is not quite funny and the plot is really boring,negative
the plot is silly but the beginning is lovely,positive
the story is quite confusing but the dialogue is not very boring,positive
the acting is quite lovely and the acting is not very weak,positive
the camera is quite weak but the film is very funny,positive
the camera is quite funny,positive
the story is not dull and the beginning is moving,positive
the cast is very dull but the plot is not quite weak,positive
the camera is silly,negative
the cast is very moving,positive
the story is very good,positive
the story is really charming,positive
the dialogue is moving and the acting is not very silly,positive
the music is not very charming but the dialogue is very brilliant,positive
the film is boring,negative
the acting is charming,positive
the cast is really great but the beginning is very confusing,negative
the beginning is terrible,negative
the cast is quite clever and the beginning is not bad,positive
the dialogue is not weak,positive
the music is not quite dull and the plot is very moving,positive
the cast is bad and the camera is not quite brilliant,negative
the film is quite great but the cast is not very clever,negative
the acting is not funny,negative
the plot is terrible but the story is really great,positive
the acting is terrible,negative
the dialogue is really lovely and the film is great,positive
the cast is brilliant,positive
the music is quite clever,positive
the camera is dull,negative
the story is very lovely and the film is funny,positive
the story is silly,negative
the dialogue is very moving but the camera is not moving,negative
the beginning is not very slow and the beginning is not quite weak,positive
the music is not funny but the plot is quite clever,positive
the cast is not quite lovely and the film is terrible,negative
the ending is not very weak and the camera is lovely,positive
the ending is quite moving but the story is quite silly,negative
the story is not lovely but the camera is quite good,positive
the film is not quite silly and the beginning is not very silly,positive
the plot is not really brilliant,negative
the story is quite brilliant,positive
the music is really funny,positive
the camera is funny but the music is confusing,negative
the music is not very confusing,positive
the dialogue is boring but the beginning is quite great,positive
the cast is very moving and the ending is very funny,positive
the plot is not great but the story is very good,positive
the story is not boring and the story is quite good,positive
the plot is not brilliant but the acting is not really weak,positive
the beginning is slow,negative
the film is terrible and the dialogue is terrible,negative
the story is not really moving but the camera is quite lovely,positive
the dialogue is very charming,positive
the dialogue is boring,negative
the plot is very weak,negative
the film is really brilliant and the dialogue is quite funny,positive
the acting is not quite weak but the beginning is quite confusing,negative
the cast is not very boring but the film is quite dull,negative
the music is not quite great and the story is not charming,negative
the acting is good,positive
the film is very clever,positive
the acting is not really boring and the story is good,positive
the ending is not confusing but the ending is not charming,negative
the camera is dull and the dialogue is not brilliant,negative
the film is not terrible but the dialogue is weak,negative
the cast is boring,negative
the ending is quite great,positive
the story is not really boring and the dialogue is moving,positive
the dialogue is really boring but the plot is charming,positive
the acting is really moving and the story is clever,positive
the story is not slow and the dialogue is not boring,positive
the beginning is very funny and the dialogue is not dull,positive
the camera is quite terrible,negative
the beginning is really weak,negative
the beginning is funny,positive
the plot is silly,negative
the dialogue is quite confusing and the acting is confusing,negative
the plot is really slow but the beginning is great,positive
the story is not very confusing and the film is not really weak,positive
the acting is terrible but the dialogue is clever,positive
the ending is quite lovely and the ending is not quite silly,positive
the dialogue is confusing,negative
the beginning is really silly,negative
the acting is not quite bad but the beginning is not clever,negative
the acting is weak but the ending is funny,positive
the story is very boring and the dialogue is quite boring,negative
the story is very funny,positive
the camera is bad,negative
the film is not quite confusing,positive
the cast is not clever,negative
the film is silly but the beginning is brilliant,positive
the camera is bad and the cast is quite bad,negative
the cast is not quite slow but the plot is boring,negative
the music is quite silly,negative
the dialogue is not really moving but the acting is very moving,positive
the plot is funny and the music is really good,positive
the plot is bad,negative
the acting is quite slow,negative
the story is really confusing but the acting is very clever,positive
the beginning is dull and the acting is really terrible,negative
the story is not terrible but the cast is very slow,negative
the camera is not bad,positive
the beginning is very lovely and the music is quite good,positive
the acting is really slow and the story is not very great,negative
the plot is not quite boring and the ending is not very confusing,positive
the camera is really weak but the beginning is not quite boring,positive
the plot is not really slow,positive
the plot is charming,positive
the camera is really weak,negative
the plot is very funny but the story is dull,negative
the acting is dull and the acting is quite bad,negative
the camera is not brilliant and the cast is very bad,negative
the film is really boring but the acting is good,positive
the acting is clever and the beginning is really moving,positive
the acting is really confusing but the cast is very moving,positive
the camera is confusing,negative
the beginning is not charming,negative
the camera is very lovely,positive
the music is quite good but the camera is not good,negative
the beginning is not really bad,positive
the camera is quite lovely but the beginning is very bad,negative
the story is really funny and the story is not very bad,positive
the cast is great but the film is really terrible,negative
the story is quite moving and the film is quite brilliant,positive
the story is dull and the acting is slow,negative
the ending is not quite dull,positive
the dialogue is weak and the dialogue is silly,negative
the ending is not terrible and the story is very lovely,positive
the music is charming but the film is bad,negative
the plot is not really confusing but the camera is not moving,negative
the film is very good and the cast is really good,positive
the dialogue is moving,positive
the acting is not terrible,positive
the ending is lovely but the film is not very brilliant,negative
the plot is not really lovely but the plot is really clever,positive
the acting is not quite funny,negative
the dialogue is charming,positive
the cast is not terrible but the acting is confusing,negative
the acting is terrible but the ending is very lovely,positive
the ending is not charming and the music is not really great,negative
the film is really slow and the acting is boring,negative
the beginning is really bad,negative
the story is really clever but the beginning is really weak,negative
the plot is weak but the dialogue is really clever,positive
the story is not very boring and the dialogue is not very dull,positive
the film is very silly and the dialogue is very terrible,negative
the plot is really clever but the film is not quite brilliant,negative
the story is not moving,negative
the music is slow and the cast is not really good,negative
the plot is not dull and the acting is great,positive
the cast is funny and the cast is not silly,positive
the acting is not really moving,negative
the camera is not quite confusing,positive
the camera is terrible and the film is really bad,negative
the camera is quite weak and the camera is very silly,negative
the film is lovely but the music is dull,negative
the beginning is quite boring but the film is good,positive
the camera is not very charming,negative
the beginning is not weak but the music is confusing,negative
the story is not quite boring but the dialogue is not funny,negative
the plot is weak and the plot is really confusing,negative
the cast is not quite good,negative
the cast is dull and the acting is confusing,negative
the story is quite bad,negative
the plot is not clever and the story is weak,negative
the plot is quite funny,positive
the film is really funny,positive
the ending is terrible,negative
the story is dull and the camera is really silly,negative
the film is quite moving,positive
the film is not good but the music is very brilliant,positive
the plot is not silly but the plot is very confusing,negative
the ending is really great but the music is very dull,negative
the story is not quite confusing and the story is quite funny,positive
the plot is weak but the acting is not weak,positive
the dialogue is not very great but the ending is not terrible,positive
the music is not confusing but the music is dull,negative
the acting is not very great,negative
the acting is not very dull but the ending is very slow,negative
the cast is not quite dull and the dialogue is very charming,positive
the plot is really brilliant and the beginning is quite brilliant,positive
the dialogue is lovely and the camera is great,positive
the ending is brilliant but the camera is quite weak,negative
the ending is boring but the music is not dull,positive
the acting is not very weak but the acting is very dull,negative
the camera is very moving,positive
the cast is not really weak but the film is slow,negative
the acting is not very weak and the cast is not really slow,positive
the dialogue is not quite brilliant,negative
the acting is not very silly but the music is not really clever,negative
the dialogue is very bad,negative
the ending is lovely but the dialogue is not very great,negative
the acting is very silly but the camera is great,positive
the camera is lovely and the acting is great,positive
the camera is funny and the story is really clever,positive
the acting is slow but the cast is great,positive
the plot is quite terrible and the beginning is really weak,negative
the film is not moving but the dialogue is really good,positive
the plot is terrible,negative
the music is brilliant but the beginning is not quite clever,negative
the music is very terrible but the beginning is not really terrible,positive
the dialogue is not very confusing and the music is not quite silly,positive
the cast is slow but the beginning is really charming,positive
the camera is not great but the camera is quite brilliant,positive
the camera is not very weak but the ending is very terrible,negative
the music is really clever and the plot is not dull,positive
the cast is clever but the acting is dull,negative
the music is quite confusing but the beginning is not really boring,positive
the cast is not very terrible and the acting is not quite boring,positive
the camera is boring and the story is very weak,negative
the cast is boring and the camera is very confusing,negative
the acting is not weak but the dialogue is not very moving,negative
the music is not quite funny and the ending is very boring,negative
the story is not quite charming,negative
the acting is not quite great,negative
the ending is quite bad but the acting is not boring,positive
the acting is lovely and the plot is quite charming,positive
the film is confusing but the dialogue is not quite bad,positive
the film is really bad but the dialogue is quite funny,positive
the cast is not very lovely but the film is quite great,positive
the film is very confusing,negative
the story is really dull,negative
the cast is quite weak and the plot is weak,negative
the beginning is very charming and the beginning is not quite dull,positive
the dialogue is really funny and the story is not quite terrible,positive
the camera is really moving but the film is quite slow,negative
the beginning is quite dull but the film is very funny,positive
the story is confusing but the cast is really charming,positive
the cast is not very bad,positive
the music is really clever but the acting is very bad,negative
the dialogue is quite dull but the ending is clever,positive
the story is not funny,negative
the dialogue is very dull,negative
the music is really moving and the cast is very brilliant,positive
the story is silly and the acting is weak,negative
the film is very lovely but the story is really weak,negative
the plot is very dull,negative
the acting is great and the film is really clever,positive
the film is not charming,negative
the plot is quite bad but the music is not quite slow,positive
the film is brilliant,positive
the cast is not slow and the beginning is very moving,positive
the camera is lovely but the cast is not charming,negative
the acting is really dull,negative
the camera is not really silly but the acting is not very lovely,negative
the music is moving but the film is not charming,negative
the story is not dull but the cast is bad,negative
the ending is not quite great but the music is quite moving,positive
the acting is very confusing and the ending is not quite charming,negative
the music is very boring,negative
the acting is quite charming and the cast is great,positive
the music is really good but the camera is dull,negative
the story is quite great,positive
the dialogue is really moving and the plot is not really weak,positive
the plot is brilliant,positive
the acting is slow but the story is really great,positive
the dialogue is very great and the ending is moving,positive
the cast is very lovely and the dialogue is really clever,positive
the music is not brilliant but the camera is clever,positive
the plot is not really bad and the dialogue is quite charming,positive
the ending is really weak and the story is terrible,negative
the ending is very good but the ending is quite dull,negative
the camera is not charming but the camera is not dull,positive
the music is quite silly and the music is not very moving,negative
the cast is really great,positive
the beginning is quite brilliant,positive
the film is not really confusing but the acting is not brilliant,negative
the plot is not really funny,negative
the dialogue is not quite clever and the ending is not really good,negative
the plot is funny but the plot is not really moving,negative
the beginning is brilliant and the ending is very moving,positive
the cast is quite good,positive
the film is not terrible and the camera is not quite bad,positive
the cast is really clever but the beginning is not very moving,negative
the cast is really lovely and the acting is really funny,positive
the dialogue is quite charming,positive
the camera is quite dull and the cast is not really clever,negative
the cast is really moving but the camera is bad,negative
the acting is not great,negative
the plot is not quite clever but the cast is not very bad,positive
the music is very terrible and the beginning is really silly,negative
the music is funny,positive
the dialogue is quite brilliant but the film is really boring,negative
the cast is not brilliant and the music is not brilliant,negative
the acting is not very dull but the film is dull,negative
the film is quite silly but the acting is not really boring,positive
the camera is very charming but the film is not very lovely,negative
the music is quite funny,positive
the ending is confusing,negative
the acting is not weak but the plot is very boring,negative
the dialogue is very confusing,negative
the music is not really silly and the plot is quite great,positive
the beginning is quite lovely and the film is not terrible,positive
the cast is really terrible but the acting is not quite silly,positive
the camera is terrible but the story is really charming,positive
the dialogue is bad but the dialogue is not quite silly,positive
the cast is lovely and the ending is not very weak,positive
the music is not weak,positive
the beginning is not quite lovely and the plot is quite terrible,negative
the ending is quite funny,positive
the cast is really great but the beginning is quite slow,negative
the beginning is charming and the cast is charming,positive
the acting is bad,negative
the camera is quite moving and the cast is not dull,positive
the cast is not charming and the cast is really weak,negative
the story is very weak and the story is bad,negative
the story is very moving,positive
the film is not very lovely and the music is not lovely,negative
the plot is not clever and the story is slow,negative
the plot is not lovely but the cast is charming,positive
the plot is very dull and the beginning is not very charming,negative
the camera is really weak but the camera is quite clever,positive
the cast is brilliant and the story is clever,positive
the camera is great but the film is quite boring,negative
the ending is dull,negative
the ending is quite lovely but the film is not really funny,negative
the music is not really confusing and the music is not really slow,positive
the acting is quite terrible and the story is slow,negative
the dialogue is very good but the acting is terrible,negative
the acting is not confusing but the cast is very slow,negative
the beginning is not really slow,positive
the story is not quite weak but the cast is not very funny,negative
the cast is really dull but the beginning is not really weak,positive
the beginning is clever,positive
the plot is really confusing but the beginning is really brilliant,positive
the acting is very great,positive
the music is confusing but the beginning is funny,positive
the ending is not really boring,positive
the story is confusing,negative
the cast is not very clever and the plot is boring,negative
the cast is terrible but the camera is brilliant,positive
the acting is really lovely but the story is very slow,negative
the beginning is not terrible and the plot is not terrible,positive
the dialogue is very funny but the ending is very dull,negative
the cast is not very brilliant,negative
the story is charming and the story is not very confusing,positive
the dialogue is really slow and the camera is boring,negative
the film is not quite lovely but the beginning is very brilliant,positive
the story is charming,positive
the dialogue is quite dull,negative
the cast is really weak but the ending is not really dull,positive
the plot is really boring,negative
the plot is terrible and the acting is not moving,negative
the film is really dull but the dialogue is quite moving,positive
the camera is really silly and the music is confusing,negative
the cast is very boring,negative
the camera is quite moving,positive
the plot is quite moving but the acting is quite dull,negative
the music is really dull and the film is quite dull,negative
the music is really clever,positive
the music is not really brilliant but the acting is moving,positive
the beginning is dull and the music is very confusing,negative
the ending is not quite funny,negative
the camera is not bad but the story is not really clever,negative
the beginning is quite good and the story is very moving,positive
the camera is moving,positive
the ending is not slow and the camera is not really weak,positive
the acting is not brilliant but the camera is not very dull,positive
the film is not quite bad but the music is not clever,negative
the beginning is dull and the dialogue is not really funny,negative
the music is quite slow and the camera is not really great,negative
the story is not quite moving,negative
the music is quite good and the music is charming,positive
the dialogue is silly,negative
the camera is quite weak and the cast is boring,negative
the story is silly but the beginning is not very weak,positive
the cast is really confusing but the dialogue is great,positive
the cast is not really good but the acting is really brilliant,positive
the cast is really good,positive
the cast is not very brilliant but the music is quite great,positive
the story is dull but the beginning is really charming,positive
the music is terrible but the music is very moving,positive
the camera is slow,negative
the dialogue is very confusing and the beginning is terrible,negative
the cast is quite terrible,negative
the dialogue is quite terrible and the camera is not very great,negative
the acting is very moving and the camera is not really slow,positive
the ending is really moving and the music is good,positive
the beginning is brilliant,positive
the music is not very silly and the camera is not quite slow,positive
the film is not really funny but the film is moving,positive
the acting is silly,negative
the cast is not really terrible but the cast is really slow,negative
the film is quite bad and the dialogue is quite weak,negative
the plot is quite good,positive
the camera is not quite slow but the dialogue is very bad,negative
the beginning is really great and the camera is not very slow,positive
the acting is very weak and the dialogue is quite confusing,negative
the ending is not really confusing,positive
the camera is not quite good but the film is not very boring,positive
the camera is very charming but the camera is not very good,negative
the camera is quite weak but the cast is not silly,positive
the camera is very brilliant but the camera is not quite good,negative
the dialogue is really funny and the story is not bad,positive
the ending is lovely,positive
the ending is very funny but the camera is not lovely,negative
the film is great,positive
the music is very weak but the film is charming,positive
the dialogue is clever,positive
the camera is really lovely but the camera is really silly,negative
the story is not brilliant and the beginning is silly,negative
the acting is not quite boring and the beginning is not really weak,positive
the dialogue is really lovely but the story is not moving,negative
the cast is moving and the music is really clever,positive
the cast is very boring but the music is very great,positive
the dialogue is really lovely but the film is quite dull,negative
the cast is very confusing,negative
the camera is really good but the beginning is very bad,negative
the cast is really funny,positive
the story is not quite bad,positive
the dialogue is quite moving but the ending is not lovely,negative
the story is very boring and the cast is silly,negative
the camera is not very confusing but the plot is quite terrible,negative
the plot is terrible and the plot is quite silly,negative
the dialogue is not very moving,negative
the music is not boring but the ending is dull,negative
the dialogue is not really moving,negative
the cast is not very clever,negative
the acting is very weak but the dialogue is very clever,positive
the dialogue is quite lovely and the acting is very charming,positive
the beginning is quite brilliant but the plot is very boring,negative
the camera is boring and the acting is slow,negative
the music is not bad but the acting is quite slow,negative
the ending is quite charming but the story is really bad,negative
the music is not confusing and the story is quite lovely,positive
the ending is very confusing and the story is quite boring,negative
the film is very slow but the cast is charming,positive
the music is not really good,negative
the cast is very lovely,positive
the beginning is quite confusing and the story is slow,negative
the acting is slow and the acting is very boring,negative
the ending is charming and the film is quite charming,positive
the film is really weak but the dialogue is not quite boring,positive
the ending is really bad,negative
the beginning is not very bad but the dialogue is bad,negative
the cast is really boring but the plot is not boring,positive
the music is not clever and the camera is quite weak,negative
the cast is very lovely and the acting is quite good,positive
the story is not good but the ending is not quite confusing,positive
the plot is very charming and the camera is quite clever,positive
the plot is not quite great,negative
the dialogue is not really weak but the cast is quite weak,negative
the music is not really terrible,positive
the camera is not funny but the film is not very silly,positive
the plot is not quite confusing and the story is very charming,positive
the cast is brilliant but the film is not really charming,negative
the camera is dull but the story is not slow,positive
the acting is not very slow but the plot is not quite funny,negative
the ending is not really funny,negative
the dialogue is quite weak but the beginning is moving,positive
the dialogue is not quite funny and the beginning is boring,negative
the ending is not quite funny but the ending is funny,positive
the cast is not really funny and the beginning is terrible,negative
the ending is bad,negative
the story is not very moving but the ending is not quite terrible,positive
the story is not clever,negative
the dialogue is very lovely,positive
the beginning is not very brilliant but the plot is very moving,positive
the story is not terrible,positive
the camera is very bad,negative
`,
  },
  forecast: {
    'README.md': `# A forecast

\`model.rnn\` reads 12 years of sunspots and predicts the next year. The data is \`sunspots.csv\`: the mean number of sunspots of each
year from 1700 on.

\`\`\`sh
npx rnnc check model.rnn
npx rnnc train model.rnn
npx rnnc eval model.safetensors
npx rnnc predict model.safetensors
npx rnnc build model.safetensors --out model.mjs
node predict.mjs
\`\`\`

\`train\` takes some seconds and saves the weights in \`model.safetensors\`. Beside the error of the network it prints that of a forecast
of no change, \`error_of_no_change\`: a network must be better than this. \`predict\` prints an answer for each window of 12 years; the
last is the year after the last one in the file. \`build\` writes the network as a JavaScript module without dependencies, which
\`predict.mjs\` uses.

**Your own data.** Put a CSV file beside \`model.rnn\`, one row for each step of time, oldest first, and write its name and that of its
column in the \`data\` block. \`windows(…, 12)\` is the number of steps that the network reads: it must be the 12 of \`over T[12]\`.
\`sqrt\` makes large numbers less important; leave it out where some are negative.

\`npx rnnc train model.rnn --set units=32 epochs=100\` changes numbers of the file. \`npx rnnc fmt\` formats it.
`,
    'model.rnn': `# The mean number of sunspots of the next year, from the 12 years before it.

model Sunspots(units = 16) {
  input  past: real over T[12]
  target next: real
  y = [past] |> GRU(units) |> last |> dense(1)
  loss   mse(y, next)
  metric error = average(abs(y - next))
  metric error_of_no_change = average(abs(last(past) - next))
  predict next from y   # in sunspots: \`predict\` undoes the scaling
}

data Yearly for Sunspots {
  w = windows(standardize(sqrt(csv("sunspots.csv").sunspots)), 12)
  past = w.past
  next = w.next
  split = ordered(0.7, 0.1, 0.2)   # time is never shuffled
}

train Sunspots on Yearly {
  optimizer = Adam(0.003)
  epochs = 300
  batch = 16
  patience = 30
  seed = 1
}
`,
    'predict.mjs': `// Prints the number of sunspots of the year after the last one in sunspots.csv.
// First: npx rnnc build model.safetensors --out model.mjs
import { readFileSync } from 'node:fs'
import { create } from './model.mjs'

const text = readFileSync(new URL('sunspots.csv', import.meta.url), 'utf8')
const rows = text
  .trim()
  .split(/\\r?\\n/)
  .slice(1)
  .map(line => line.split(',').map(Number))
const past = rows.slice(-12).map(([, sunspots]) => sunspots)

const { next } = create().predict({ past })
console.log(\`\${rows.at(-1)[0] + 1}: \${next[0].toFixed(1)} sunspots\`)
`,
    'sunspots.csv': `year,sunspots
1700,5.0
1701,11.0
1702,16.0
1703,23.0
1704,36.0
1705,58.0
1706,29.0
1707,20.0
1708,10.0
1709,8.0
1710,3.0
1711,0.0
1712,0.0
1713,2.0
1714,11.0
1715,27.0
1716,47.0
1717,63.0
1718,60.0
1719,39.0
1720,28.0
1721,26.0
1722,22.0
1723,11.0
1724,21.0
1725,40.0
1726,78.0
1727,122.0
1728,103.0
1729,73.0
1730,47.0
1731,35.0
1732,11.0
1733,5.0
1734,16.0
1735,34.0
1736,70.0
1737,81.0
1738,111.0
1739,101.0
1740,73.0
1741,40.0
1742,20.0
1743,16.0
1744,5.0
1745,11.0
1746,22.0
1747,40.0
1748,60.0
1749,80.9
1750,83.4
1751,47.7
1752,47.8
1753,30.7
1754,12.2
1755,9.6
1756,10.2
1757,32.4
1758,47.6
1759,54.0
1760,62.9
1761,85.9
1762,61.2
1763,45.1
1764,36.4
1765,20.9
1766,11.4
1767,37.8
1768,69.8
1769,106.1
1770,100.8
1771,81.6
1772,66.5
1773,34.8
1774,30.6
1775,7.0
1776,19.8
1777,92.5
1778,154.4
1779,125.9
1780,84.8
1781,68.1
1782,38.5
1783,22.8
1784,10.2
1785,24.1
1786,82.9
1787,132.0
1788,130.9
1789,118.1
1790,89.9
1791,66.6
1792,60.0
1793,46.9
1794,41.0
1795,21.3
1796,16.0
1797,6.4
1798,4.1
1799,6.8
1800,14.5
1801,34.0
1802,45.0
1803,43.1
1804,47.5
1805,42.2
1806,28.1
1807,10.1
1808,8.1
1809,2.5
1810,0.0
1811,1.4
1812,5.0
1813,12.2
1814,13.9
1815,35.4
1816,45.8
1817,41.1
1818,30.1
1819,23.9
1820,15.6
1821,6.6
1822,4.0
1823,1.8
1824,8.5
1825,16.6
1826,36.3
1827,49.6
1828,64.2
1829,67.0
1830,70.9
1831,47.8
1832,27.5
1833,8.5
1834,13.2
1835,56.9
1836,121.5
1837,138.3
1838,103.2
1839,85.7
1840,64.6
1841,36.7
1842,24.2
1843,10.7
1844,15.0
1845,40.1
1846,61.5
1847,98.5
1848,124.7
1849,96.3
1850,66.6
1851,64.5
1852,54.1
1853,39.0
1854,20.6
1855,6.7
1856,4.3
1857,22.7
1858,54.8
1859,93.8
1860,95.8
1861,77.2
1862,59.1
1863,44.0
1864,47.0
1865,30.5
1866,16.3
1867,7.3
1868,37.6
1869,74.0
1870,139.0
1871,111.2
1872,101.6
1873,66.2
1874,44.7
1875,17.0
1876,11.3
1877,12.4
1878,3.4
1879,6.0
1880,32.3
1881,54.3
1882,59.7
1883,63.7
1884,63.5
1885,52.2
1886,25.4
1887,13.1
1888,6.8
1889,6.3
1890,7.1
1891,35.6
1892,73.0
1893,85.1
1894,78.0
1895,64.0
1896,41.8
1897,26.2
1898,26.7
1899,12.1
1900,9.5
1901,2.7
1902,5.0
1903,24.4
1904,42.0
1905,63.5
1906,53.8
1907,62.0
1908,48.5
1909,43.9
1910,18.6
1911,5.7
1912,3.6
1913,1.4
1914,9.6
1915,47.4
1916,57.1
1917,103.9
1918,80.6
1919,63.6
1920,37.6
1921,26.1
1922,14.2
1923,5.8
1924,16.7
1925,44.3
1926,63.9
1927,69.0
1928,77.8
1929,64.9
1930,35.7
1931,21.2
1932,11.1
1933,5.7
1934,8.7
1935,36.1
1936,79.7
1937,114.4
1938,109.6
1939,88.8
1940,67.8
1941,47.5
1942,30.6
1943,16.3
1944,9.6
1945,33.2
1946,92.6
1947,151.6
1948,136.3
1949,134.7
1950,83.9
1951,69.4
1952,31.5
1953,13.9
1954,4.4
1955,38.0
1956,141.7
1957,190.2
1958,184.8
1959,159.0
1960,112.3
1961,53.9
1962,37.6
1963,27.9
1964,10.2
1965,15.1
1966,47.0
1967,93.8
1968,105.9
1969,105.5
1970,104.5
1971,66.6
1972,68.9
1973,38.0
1974,34.5
1975,15.5
1976,12.6
1977,27.5
1978,92.5
1979,155.4
1980,154.6
1981,140.4
1982,115.9
1983,66.6
1984,45.9
1985,17.9
1986,13.4
1987,29.4
1988,100.2
1989,157.6
1990,142.6
1991,145.7
1992,94.3
1993,54.6
1994,29.9
1995,17.5
1996,8.6
1997,21.5
1998,64.3
1999,93.3
2000,119.6
2001,111.0
2002,104.0
2003,63.7
2004,40.4
2005,29.8
2006,15.2
2007,7.5
2008,2.9
`,
  },
  generate: {
    'README.md': `# A writer

\`model.rnn\` reads a text character by character and learns to guess the next one; then it writes a text of its own. The data,
\`weather.txt\`, is invented: \`make_weather.mjs\` writes 500 weather reports by simple rules.

\`\`\`sh
npx rnnc check model.rnn
npx rnnc train model.rnn
npx rnnc eval model.safetensors
npx rnnc generate model.safetensors --after "Monday" --sample 0.7 --steps 200
npx rnnc build model.safetensors --out model.mjs
node predict.mjs Friday
\`\`\`

\`train\` takes less than a minute (with \`--target wasm\` a few seconds) and saves the weights in \`model.safetensors\`. \`bits\` is the
number of bits by which the network is surprised at each character: 0 would be certainty, and the rules that wrote the text leave
some chance. \`build\` writes the network as a JavaScript module without dependencies, which \`predict.mjs\` uses.

**Your own data.** Put a text beside \`model.rnn\`, better 100,000 characters than 10,000, and write its name in the \`data\` block. A
larger text deserves more \`units\`.

\`npx rnnc train model.rnn --set units=128 epochs=5\` changes numbers of the file. \`npx rnnc fmt\` formats it.
`,
    'make_weather.mjs': `// Writes weather.txt: invented weather reports of a coast, one a line. The same seed writes the same reports.
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
  return \`\${day}: \${sky} \${one(places)}, \${degrees} degrees, \${wind}\${wind === 'no wind' ? '' : \` \${one(quarters)}\`}.\`
}

const lines = Array.from({ length: 500 }, (_, i) => report(days[i % 7]))
writeFileSync(new URL('weather.txt', import.meta.url), \`\${lines.join('\\n')}\\n\`)
`,
    'model.rnn': `# Weather reports, character by character: each is guessed from all before it; a new report is made of the model's own guesses.

model Weather(units = 64) {
  target report: token of V over T
  p = delay(report) |> embedding(16) |> GRU(units) |> dense(V, softmax)
  loss   cross_entropy(p, report)
  metric bits = average(cross_entropy(p, report)) / log(2)
  predict report from p
}

# The first nine tenths of the text, cut into 16 pieces side by side, 64 characters at a time.
data Reports for Weather {
  report = streams(chars(text("weather.txt")), 16)
  split = ordered(0.9, 0.1)
}

train Weather on Reports {
  optimizer = Adam(0.01)
  epochs = 10
  batch = 16
  truncate = 64
  clip = global_norm(5)
  seed = 1
}
`,
    'predict.mjs': `// Writes a weather report: node predict.mjs Monday
// First: npx rnnc build model.safetensors --out model.mjs
import { create } from './model.mjs'

const start = process.argv[2] ?? 'Sunday'
process.stdout.write(start)
for (const { report } of create().generate({ after: { report: start }, temperature: 0.7, steps: 200 })) {
  process.stdout.write(report)
  if (report === '\\n') break
}
`,
    'weather.txt': `Monday: clouds in the north, 8 degrees, a light breeze from the sea.
Tuesday: showers in the north, 5 degrees, a fresh wind from the west.
Wednesday: showers in the south, 8 degrees, a light breeze from the north.
Thursday: heavy rain along the coast, 11 degrees, a light breeze from the north.
Friday: sunshine in the north, 17 degrees, a storm from the west.
Saturday: sunshine in the south, 14 degrees, no wind.
Sunday: snow over the hills, -7 degrees, a fresh wind from the west.
Monday: fog in the south, 17 degrees, no wind.
Tuesday: snow over the hills, -1 degrees, a light breeze from the sea.
Wednesday: snow on the islands, -6 degrees, no wind.
Thursday: heavy rain in the south, 14 degrees, a light breeze from the north.
Friday: light rain in the north, 4 degrees, a storm from the west.
Saturday: heavy rain in the south, 11 degrees, a fresh wind from the sea.
Sunday: clouds on the islands, 6 degrees, no wind.
Monday: clouds on the islands, 9 degrees, a fresh wind from the west.
Tuesday: light rain in the south, 7 degrees, a fresh wind from the west.
Wednesday: sunshine in the north, 16 degrees, a storm from the west.
Thursday: fog in the south, 18 degrees, a light breeze from the sea.
Friday: light rain in the north, 16 degrees, a storm from the north.
Saturday: fog over the hills, 6 degrees, a light breeze from the north.
Sunday: snow in the south, -5 degrees, a storm from the north.
Monday: light rain in the south, 5 degrees, a fresh wind from the west.
Tuesday: light rain along the coast, 15 degrees, a light breeze from the sea.
Wednesday: heavy rain along the coast, 13 degrees, no wind.
Thursday: heavy rain on the islands, 17 degrees, no wind.
Friday: fog in the north, 5 degrees, no wind.
Saturday: sunshine on the islands, 14 degrees, a storm from the north.
Sunday: snow along the coast, -3 degrees, a storm from the north.
Monday: clouds in the south, 15 degrees, a light breeze from the west.
Tuesday: fog on the islands, 13 degrees, a fresh wind from the north.
Wednesday: heavy rain on the islands, 8 degrees, a light breeze from the north.
Thursday: heavy rain along the coast, 16 degrees, a storm from the west.
Friday: sunshine on the islands, 16 degrees, a fresh wind from the west.
Saturday: heavy rain in the north, 5 degrees, a storm from the sea.
Sunday: snow over the hills, -7 degrees, no wind.
Monday: showers in the south, 8 degrees, a light breeze from the sea.
Tuesday: sunshine along the coast, 13 degrees, no wind.
Wednesday: snow along the coast, -5 degrees, no wind.
Thursday: sunshine on the islands, 4 degrees, a storm from the west.
Friday: fog on the islands, 4 degrees, no wind.
Saturday: clouds in the south, 7 degrees, a light breeze from the west.
Sunday: heavy rain in the north, 15 degrees, a light breeze from the west.
Monday: heavy rain in the south, 21 degrees, a fresh wind from the north.
Tuesday: showers in the north, 7 degrees, no wind.
Wednesday: heavy rain along the coast, 14 degrees, a fresh wind from the sea.
Thursday: snow along the coast, -5 degrees, a light breeze from the sea.
Friday: heavy rain over the hills, 6 degrees, a fresh wind from the west.
Saturday: clouds over the hills, 16 degrees, a storm from the north.
Sunday: sunshine over the hills, 16 degrees, a storm from the sea.
Monday: light rain on the islands, 8 degrees, a light breeze from the north.
Tuesday: fog along the coast, 12 degrees, a light breeze from the north.
Wednesday: clouds in the south, 15 degrees, a fresh wind from the sea.
Thursday: sunshine in the south, 14 degrees, a storm from the sea.
Friday: sunshine over the hills, 21 degrees, a fresh wind from the west.
Saturday: clouds in the south, 12 degrees, a storm from the north.
Sunday: light rain over the hills, 14 degrees, a fresh wind from the west.
Monday: light rain in the south, 21 degrees, a storm from the sea.
Tuesday: light rain on the islands, 19 degrees, a storm from the sea.
Wednesday: heavy rain over the hills, 5 degrees, a fresh wind from the sea.
Thursday: light rain in the north, 8 degrees, a storm from the sea.
Friday: showers in the north, 11 degrees, a fresh wind from the sea.
Saturday: snow along the coast, -8 degrees, a light breeze from the north.
Sunday: snow in the north, -2 degrees, a fresh wind from the west.
Monday: sunshine over the hills, 10 degrees, a fresh wind from the sea.
Tuesday: snow in the south, -3 degrees, a light breeze from the sea.
Wednesday: fog in the north, 8 degrees, no wind.
Thursday: fog along the coast, 11 degrees, a fresh wind from the sea.
Friday: heavy rain in the south, 21 degrees, no wind.
Saturday: clouds in the north, 16 degrees, no wind.
Sunday: light rain over the hills, 15 degrees, no wind.
Monday: light rain along the coast, 11 degrees, a storm from the sea.
Tuesday: sunshine in the south, 16 degrees, a storm from the north.
Wednesday: light rain on the islands, 8 degrees, a light breeze from the west.
Thursday: heavy rain along the coast, 8 degrees, a light breeze from the north.
Friday: heavy rain in the north, 19 degrees, a light breeze from the sea.
Saturday: clouds over the hills, 20 degrees, a fresh wind from the sea.
Sunday: heavy rain over the hills, 9 degrees, a storm from the west.
Monday: heavy rain on the islands, 18 degrees, a fresh wind from the sea.
Tuesday: light rain along the coast, 9 degrees, a fresh wind from the west.
Wednesday: heavy rain on the islands, 18 degrees, a storm from the sea.
Thursday: showers in the north, 11 degrees, no wind.
Friday: heavy rain in the north, 12 degrees, a light breeze from the north.
Saturday: showers along the coast, 8 degrees, a light breeze from the north.
Sunday: snow in the south, -8 degrees, a light breeze from the sea.
Monday: fog over the hills, 21 degrees, a storm from the north.
Tuesday: fog in the south, 9 degrees, a storm from the north.
Wednesday: light rain in the south, 4 degrees, no wind.
Thursday: sunshine in the south, 17 degrees, no wind.
Friday: clouds in the south, 19 degrees, no wind.
Saturday: snow on the islands, -3 degrees, no wind.
Sunday: heavy rain in the north, 13 degrees, a light breeze from the west.
Monday: light rain in the north, 11 degrees, a fresh wind from the north.
Tuesday: sunshine in the south, 6 degrees, a light breeze from the west.
Wednesday: sunshine on the islands, 14 degrees, a fresh wind from the north.
Thursday: showers over the hills, 17 degrees, a light breeze from the west.
Friday: snow over the hills, -6 degrees, a light breeze from the sea.
Saturday: fog along the coast, 7 degrees, a fresh wind from the north.
Sunday: showers in the north, 11 degrees, a fresh wind from the sea.
Monday: heavy rain on the islands, 12 degrees, a fresh wind from the north.
Tuesday: showers along the coast, 9 degrees, a light breeze from the west.
Wednesday: snow over the hills, -5 degrees, a light breeze from the sea.
Thursday: light rain along the coast, 20 degrees, a fresh wind from the west.
Friday: sunshine on the islands, 11 degrees, a fresh wind from the west.
Saturday: light rain in the south, 9 degrees, no wind.
Sunday: light rain over the hills, 20 degrees, no wind.
Monday: snow on the islands, -8 degrees, no wind.
Tuesday: showers in the north, 20 degrees, a light breeze from the west.
Wednesday: heavy rain along the coast, 19 degrees, a fresh wind from the sea.
Thursday: clouds in the north, 6 degrees, a storm from the sea.
Friday: light rain in the south, 7 degrees, a light breeze from the sea.
Saturday: snow along the coast, 0 degrees, a fresh wind from the north.
Sunday: snow on the islands, -8 degrees, a fresh wind from the sea.
Monday: sunshine over the hills, 13 degrees, a fresh wind from the sea.
Tuesday: light rain over the hills, 8 degrees, a fresh wind from the west.
Wednesday: light rain in the north, 19 degrees, a light breeze from the sea.
Thursday: sunshine on the islands, 5 degrees, a storm from the sea.
Friday: snow along the coast, -5 degrees, a storm from the sea.
Saturday: sunshine along the coast, 9 degrees, a storm from the sea.
Sunday: sunshine in the south, 13 degrees, a light breeze from the north.
Monday: snow over the hills, -8 degrees, a storm from the west.
Tuesday: light rain along the coast, 10 degrees, a fresh wind from the sea.
Wednesday: clouds in the south, 18 degrees, a storm from the sea.
Thursday: fog along the coast, 21 degrees, a fresh wind from the west.
Friday: showers in the north, 12 degrees, a light breeze from the north.
Saturday: light rain on the islands, 7 degrees, a fresh wind from the sea.
Sunday: fog along the coast, 8 degrees, a light breeze from the sea.
Monday: clouds in the north, 16 degrees, a fresh wind from the sea.
Tuesday: sunshine along the coast, 18 degrees, a fresh wind from the north.
Wednesday: snow along the coast, -2 degrees, a light breeze from the west.
Thursday: light rain in the north, 19 degrees, no wind.
Friday: heavy rain over the hills, 17 degrees, no wind.
Saturday: light rain along the coast, 7 degrees, a fresh wind from the sea.
Sunday: heavy rain in the north, 21 degrees, a fresh wind from the sea.
Monday: snow along the coast, -6 degrees, a storm from the sea.
Tuesday: clouds over the hills, 14 degrees, no wind.
Wednesday: fog in the south, 19 degrees, a fresh wind from the sea.
Thursday: light rain on the islands, 9 degrees, no wind.
Friday: sunshine over the hills, 14 degrees, a storm from the west.
Saturday: showers in the south, 19 degrees, a fresh wind from the west.
Sunday: clouds along the coast, 5 degrees, a storm from the north.
Monday: snow along the coast, -1 degrees, a light breeze from the sea.
Tuesday: snow on the islands, -3 degrees, a light breeze from the sea.
Wednesday: clouds on the islands, 12 degrees, a fresh wind from the sea.
Thursday: showers in the north, 15 degrees, a storm from the sea.
Friday: heavy rain in the north, 14 degrees, a storm from the sea.
Saturday: fog along the coast, 9 degrees, a light breeze from the north.
Sunday: sunshine on the islands, 6 degrees, a storm from the north.
Monday: sunshine over the hills, 4 degrees, a fresh wind from the west.
Tuesday: heavy rain over the hills, 10 degrees, a light breeze from the north.
Wednesday: snow over the hills, -4 degrees, a fresh wind from the north.
Thursday: fog in the south, 11 degrees, a fresh wind from the west.
Friday: light rain in the south, 18 degrees, a storm from the west.
Saturday: snow on the islands, -4 degrees, a storm from the north.
Sunday: heavy rain in the south, 14 degrees, a storm from the north.
Monday: clouds over the hills, 12 degrees, a light breeze from the sea.
Tuesday: light rain in the south, 6 degrees, a light breeze from the north.
Wednesday: fog in the south, 9 degrees, a fresh wind from the north.
Thursday: fog on the islands, 19 degrees, a storm from the north.
Friday: sunshine over the hills, 13 degrees, no wind.
Saturday: clouds on the islands, 17 degrees, a storm from the sea.
Sunday: light rain in the north, 11 degrees, no wind.
Monday: fog in the north, 16 degrees, a fresh wind from the sea.
Tuesday: heavy rain in the south, 19 degrees, a fresh wind from the west.
Wednesday: fog on the islands, 13 degrees, a fresh wind from the sea.
Thursday: light rain along the coast, 19 degrees, a fresh wind from the north.
Friday: heavy rain on the islands, 11 degrees, a light breeze from the west.
Saturday: snow in the south, 0 degrees, no wind.
Sunday: clouds in the north, 4 degrees, no wind.
Monday: clouds on the islands, 10 degrees, no wind.
Tuesday: showers along the coast, 21 degrees, a fresh wind from the north.
Wednesday: clouds on the islands, 20 degrees, a fresh wind from the west.
Thursday: fog in the south, 18 degrees, a storm from the sea.
Friday: clouds over the hills, 10 degrees, a fresh wind from the sea.
Saturday: fog on the islands, 14 degrees, a light breeze from the north.
Sunday: snow in the south, -2 degrees, a storm from the sea.
Monday: clouds along the coast, 8 degrees, no wind.
Tuesday: showers in the north, 9 degrees, a storm from the west.
Wednesday: heavy rain in the south, 12 degrees, a fresh wind from the north.
Thursday: heavy rain along the coast, 19 degrees, a storm from the west.
Friday: light rain along the coast, 6 degrees, a light breeze from the west.
Saturday: clouds along the coast, 4 degrees, a storm from the west.
Sunday: clouds on the islands, 9 degrees, no wind.
Monday: clouds on the islands, 17 degrees, a storm from the west.
Tuesday: fog in the south, 20 degrees, no wind.
Wednesday: light rain in the north, 10 degrees, a fresh wind from the sea.
Thursday: heavy rain along the coast, 11 degrees, a light breeze from the north.
Friday: fog on the islands, 19 degrees, a fresh wind from the west.
Saturday: fog in the north, 4 degrees, no wind.
Sunday: snow on the islands, -5 degrees, a storm from the sea.
Monday: snow in the north, -5 degrees, no wind.
Tuesday: fog in the north, 5 degrees, no wind.
Wednesday: clouds along the coast, 20 degrees, a fresh wind from the sea.
Thursday: heavy rain on the islands, 13 degrees, no wind.
Friday: heavy rain on the islands, 10 degrees, a storm from the west.
Saturday: snow along the coast, -8 degrees, a light breeze from the sea.
Sunday: light rain over the hills, 8 degrees, a fresh wind from the west.
Monday: heavy rain over the hills, 14 degrees, a fresh wind from the north.
Tuesday: snow on the islands, -8 degrees, a storm from the west.
Wednesday: clouds in the north, 20 degrees, a fresh wind from the west.
Thursday: sunshine on the islands, 14 degrees, a storm from the north.
Friday: clouds in the north, 16 degrees, a light breeze from the north.
Saturday: sunshine over the hills, 10 degrees, a light breeze from the sea.
Sunday: fog on the islands, 10 degrees, no wind.
Monday: light rain in the north, 9 degrees, a fresh wind from the sea.
Tuesday: light rain in the south, 21 degrees, a storm from the west.
Wednesday: light rain along the coast, 10 degrees, a light breeze from the sea.
Thursday: sunshine in the south, 21 degrees, no wind.
Friday: sunshine in the north, 9 degrees, a fresh wind from the sea.
Saturday: sunshine on the islands, 13 degrees, no wind.
Sunday: snow over the hills, -1 degrees, a light breeze from the north.
Monday: light rain in the north, 19 degrees, no wind.
Tuesday: heavy rain in the north, 13 degrees, a light breeze from the north.
Wednesday: snow in the north, -1 degrees, a storm from the north.
Thursday: sunshine along the coast, 6 degrees, no wind.
Friday: fog in the north, 20 degrees, a light breeze from the sea.
Saturday: clouds in the south, 13 degrees, a storm from the sea.
Sunday: snow on the islands, -2 degrees, a light breeze from the sea.
Monday: fog on the islands, 5 degrees, a fresh wind from the sea.
Tuesday: snow over the hills, -2 degrees, a storm from the sea.
Wednesday: snow in the south, -5 degrees, a light breeze from the west.
Thursday: fog along the coast, 19 degrees, a fresh wind from the north.
Friday: light rain along the coast, 11 degrees, no wind.
Saturday: sunshine in the south, 12 degrees, a fresh wind from the sea.
Sunday: snow on the islands, -3 degrees, a storm from the sea.
Monday: sunshine on the islands, 6 degrees, no wind.
Tuesday: fog along the coast, 8 degrees, no wind.
Wednesday: clouds on the islands, 20 degrees, a light breeze from the sea.
Thursday: light rain in the north, 4 degrees, no wind.
Friday: heavy rain in the north, 6 degrees, a storm from the west.
Saturday: fog on the islands, 10 degrees, a fresh wind from the sea.
Sunday: sunshine in the north, 5 degrees, a storm from the west.
Monday: light rain in the south, 15 degrees, a fresh wind from the west.
Tuesday: sunshine on the islands, 18 degrees, a light breeze from the sea.
Wednesday: clouds on the islands, 7 degrees, a light breeze from the west.
Thursday: fog on the islands, 13 degrees, a fresh wind from the sea.
Friday: showers in the south, 16 degrees, a fresh wind from the west.
Saturday: light rain over the hills, 7 degrees, a storm from the north.
Sunday: showers on the islands, 19 degrees, a storm from the west.
Monday: sunshine in the north, 6 degrees, no wind.
Tuesday: snow in the north, -8 degrees, a fresh wind from the north.
Wednesday: heavy rain over the hills, 16 degrees, a light breeze from the west.
Thursday: clouds along the coast, 21 degrees, a light breeze from the north.
Friday: clouds in the north, 11 degrees, a light breeze from the sea.
Saturday: light rain over the hills, 18 degrees, no wind.
Sunday: sunshine along the coast, 20 degrees, no wind.
Monday: snow over the hills, -4 degrees, a storm from the sea.
Tuesday: fog along the coast, 14 degrees, a light breeze from the west.
Wednesday: light rain along the coast, 16 degrees, a light breeze from the west.
Thursday: light rain along the coast, 10 degrees, a light breeze from the north.
Friday: sunshine in the south, 21 degrees, a storm from the north.
Saturday: sunshine in the north, 19 degrees, a fresh wind from the north.
Sunday: snow in the north, -3 degrees, a storm from the north.
Monday: heavy rain in the south, 7 degrees, a fresh wind from the west.
Tuesday: showers in the south, 15 degrees, no wind.
Wednesday: snow in the south, -2 degrees, a light breeze from the west.
Thursday: showers in the south, 21 degrees, no wind.
Friday: snow in the north, -7 degrees, a light breeze from the west.
Saturday: showers along the coast, 6 degrees, no wind.
Sunday: light rain in the north, 18 degrees, a fresh wind from the sea.
Monday: heavy rain in the north, 15 degrees, a storm from the west.
Tuesday: snow over the hills, 0 degrees, a fresh wind from the west.
Wednesday: fog on the islands, 6 degrees, a fresh wind from the north.
Thursday: showers along the coast, 16 degrees, a light breeze from the north.
Friday: showers over the hills, 13 degrees, no wind.
Saturday: fog along the coast, 14 degrees, a light breeze from the west.
Sunday: fog on the islands, 8 degrees, no wind.
Monday: sunshine on the islands, 16 degrees, a fresh wind from the sea.
Tuesday: light rain on the islands, 5 degrees, no wind.
Wednesday: fog on the islands, 9 degrees, a light breeze from the north.
Thursday: light rain on the islands, 10 degrees, a light breeze from the north.
Friday: sunshine over the hills, 16 degrees, a fresh wind from the west.
Saturday: light rain along the coast, 4 degrees, a storm from the north.
Sunday: snow over the hills, -6 degrees, no wind.
Monday: sunshine along the coast, 19 degrees, no wind.
Tuesday: heavy rain in the north, 8 degrees, a light breeze from the sea.
Wednesday: light rain over the hills, 16 degrees, a storm from the north.
Thursday: fog on the islands, 18 degrees, a fresh wind from the sea.
Friday: sunshine on the islands, 11 degrees, a light breeze from the west.
Saturday: snow on the islands, -5 degrees, a fresh wind from the north.
Sunday: snow over the hills, -4 degrees, a light breeze from the west.
Monday: light rain in the south, 15 degrees, a storm from the west.
Tuesday: light rain in the south, 10 degrees, no wind.
Wednesday: light rain over the hills, 11 degrees, a fresh wind from the west.
Thursday: showers along the coast, 18 degrees, a light breeze from the sea.
Friday: snow over the hills, -7 degrees, a light breeze from the north.
Saturday: fog over the hills, 10 degrees, no wind.
Sunday: sunshine over the hills, 9 degrees, no wind.
Monday: sunshine in the south, 12 degrees, no wind.
Tuesday: heavy rain in the north, 21 degrees, a light breeze from the north.
Wednesday: heavy rain over the hills, 11 degrees, no wind.
Thursday: showers in the south, 16 degrees, a fresh wind from the west.
Friday: light rain in the north, 18 degrees, a light breeze from the north.
Saturday: heavy rain in the north, 19 degrees, no wind.
Sunday: heavy rain on the islands, 8 degrees, no wind.
Monday: sunshine over the hills, 12 degrees, a fresh wind from the north.
Tuesday: heavy rain on the islands, 12 degrees, a light breeze from the sea.
Wednesday: clouds over the hills, 5 degrees, no wind.
Thursday: sunshine in the south, 18 degrees, a fresh wind from the north.
Friday: light rain in the south, 21 degrees, a storm from the west.
Saturday: clouds in the north, 8 degrees, a fresh wind from the sea.
Sunday: heavy rain in the south, 8 degrees, no wind.
Monday: showers on the islands, 11 degrees, no wind.
Tuesday: light rain over the hills, 17 degrees, no wind.
Wednesday: sunshine over the hills, 8 degrees, a fresh wind from the west.
Thursday: fog in the south, 15 degrees, a storm from the sea.
Friday: heavy rain in the north, 16 degrees, a light breeze from the sea.
Saturday: showers over the hills, 14 degrees, no wind.
Sunday: light rain on the islands, 4 degrees, no wind.
Monday: clouds on the islands, 16 degrees, no wind.
Tuesday: showers over the hills, 17 degrees, a storm from the sea.
Wednesday: clouds in the south, 7 degrees, a light breeze from the sea.
Thursday: sunshine over the hills, 8 degrees, a fresh wind from the sea.
Friday: light rain over the hills, 19 degrees, a storm from the west.
Saturday: fog along the coast, 19 degrees, a fresh wind from the west.
Sunday: heavy rain in the north, 8 degrees, a fresh wind from the west.
Monday: showers over the hills, 11 degrees, a light breeze from the sea.
Tuesday: sunshine in the north, 12 degrees, a storm from the sea.
Wednesday: fog along the coast, 4 degrees, no wind.
Thursday: snow along the coast, -2 degrees, a fresh wind from the sea.
Friday: showers along the coast, 4 degrees, a light breeze from the west.
Saturday: clouds along the coast, 11 degrees, a fresh wind from the north.
Sunday: heavy rain on the islands, 10 degrees, a storm from the north.
Monday: light rain along the coast, 8 degrees, a storm from the sea.
Tuesday: snow on the islands, -8 degrees, a light breeze from the sea.
Wednesday: light rain over the hills, 20 degrees, a storm from the sea.
Thursday: heavy rain in the south, 13 degrees, a light breeze from the sea.
Friday: light rain over the hills, 5 degrees, no wind.
Saturday: snow in the north, -6 degrees, a storm from the north.
Sunday: heavy rain over the hills, 4 degrees, no wind.
Monday: fog in the south, 13 degrees, a light breeze from the sea.
Tuesday: showers along the coast, 18 degrees, a light breeze from the sea.
Wednesday: light rain along the coast, 6 degrees, a light breeze from the west.
Thursday: clouds in the north, 9 degrees, a storm from the west.
Friday: showers over the hills, 5 degrees, a storm from the west.
Saturday: light rain over the hills, 14 degrees, no wind.
Sunday: clouds in the north, 12 degrees, a light breeze from the west.
Monday: light rain on the islands, 17 degrees, no wind.
Tuesday: heavy rain along the coast, 9 degrees, no wind.
Wednesday: snow in the north, -2 degrees, a fresh wind from the sea.
Thursday: sunshine in the north, 17 degrees, a light breeze from the north.
Friday: snow in the north, -8 degrees, a fresh wind from the north.
Saturday: fog in the south, 14 degrees, a fresh wind from the sea.
Sunday: showers along the coast, 15 degrees, a light breeze from the sea.
Monday: fog along the coast, 10 degrees, a fresh wind from the west.
Tuesday: showers along the coast, 4 degrees, a fresh wind from the sea.
Wednesday: fog on the islands, 16 degrees, a light breeze from the west.
Thursday: fog in the south, 15 degrees, a light breeze from the sea.
Friday: showers on the islands, 5 degrees, no wind.
Saturday: light rain in the south, 15 degrees, a fresh wind from the west.
Sunday: fog in the north, 19 degrees, a fresh wind from the west.
Monday: sunshine on the islands, 16 degrees, a fresh wind from the west.
Tuesday: showers along the coast, 21 degrees, no wind.
Wednesday: heavy rain over the hills, 21 degrees, no wind.
Thursday: snow along the coast, -2 degrees, a fresh wind from the sea.
Friday: light rain over the hills, 15 degrees, a storm from the west.
Saturday: fog along the coast, 12 degrees, a storm from the sea.
Sunday: light rain over the hills, 10 degrees, a fresh wind from the sea.
Monday: heavy rain in the north, 6 degrees, a storm from the west.
Tuesday: light rain in the south, 12 degrees, no wind.
Wednesday: light rain on the islands, 5 degrees, no wind.
Thursday: showers on the islands, 17 degrees, a fresh wind from the north.
Friday: light rain along the coast, 13 degrees, a light breeze from the north.
Saturday: clouds along the coast, 14 degrees, no wind.
Sunday: snow over the hills, -4 degrees, a storm from the sea.
Monday: light rain in the south, 13 degrees, a fresh wind from the sea.
Tuesday: fog in the south, 12 degrees, a storm from the sea.
Wednesday: sunshine in the south, 9 degrees, no wind.
Thursday: sunshine in the south, 12 degrees, a light breeze from the north.
Friday: heavy rain in the south, 7 degrees, a light breeze from the west.
Saturday: clouds in the north, 5 degrees, a light breeze from the sea.
Sunday: heavy rain in the south, 17 degrees, no wind.
Monday: fog in the south, 21 degrees, a fresh wind from the west.
Tuesday: showers on the islands, 21 degrees, no wind.
Wednesday: showers over the hills, 5 degrees, no wind.
Thursday: clouds on the islands, 8 degrees, a storm from the north.
Friday: light rain on the islands, 6 degrees, a light breeze from the sea.
Saturday: light rain along the coast, 8 degrees, a fresh wind from the sea.
Sunday: light rain in the north, 13 degrees, a storm from the north.
Monday: sunshine along the coast, 19 degrees, no wind.
Tuesday: fog along the coast, 21 degrees, a fresh wind from the north.
Wednesday: showers along the coast, 18 degrees, no wind.
Thursday: fog on the islands, 10 degrees, no wind.
Friday: showers along the coast, 9 degrees, a light breeze from the sea.
Saturday: sunshine in the north, 15 degrees, a fresh wind from the west.
Sunday: snow in the south, -4 degrees, a storm from the north.
Monday: fog in the north, 12 degrees, a light breeze from the sea.
Tuesday: showers along the coast, 16 degrees, a fresh wind from the sea.
Wednesday: light rain on the islands, 12 degrees, no wind.
Thursday: clouds over the hills, 6 degrees, no wind.
Friday: fog in the north, 17 degrees, no wind.
Saturday: showers in the north, 17 degrees, no wind.
Sunday: light rain along the coast, 19 degrees, no wind.
Monday: snow on the islands, -1 degrees, a light breeze from the north.
Tuesday: snow over the hills, -1 degrees, a storm from the north.
Wednesday: showers in the south, 12 degrees, no wind.
Thursday: snow along the coast, -7 degrees, no wind.
Friday: fog on the islands, 6 degrees, a storm from the sea.
Saturday: sunshine in the south, 16 degrees, a fresh wind from the west.
Sunday: showers on the islands, 12 degrees, no wind.
Monday: heavy rain on the islands, 8 degrees, a light breeze from the north.
Tuesday: light rain on the islands, 20 degrees, a storm from the west.
Wednesday: fog along the coast, 14 degrees, a fresh wind from the west.
Thursday: snow in the south, -4 degrees, a light breeze from the sea.
Friday: sunshine along the coast, 8 degrees, a light breeze from the north.
Saturday: showers over the hills, 8 degrees, a fresh wind from the sea.
Sunday: sunshine on the islands, 13 degrees, a storm from the sea.
Monday: heavy rain over the hills, 14 degrees, a storm from the west.
Tuesday: fog over the hills, 4 degrees, a fresh wind from the sea.
Wednesday: fog on the islands, 18 degrees, a fresh wind from the sea.
Thursday: snow along the coast, -8 degrees, a light breeze from the sea.
Friday: fog in the north, 16 degrees, a fresh wind from the north.
Saturday: showers in the north, 9 degrees, a storm from the sea.
Sunday: heavy rain in the north, 15 degrees, no wind.
Monday: light rain along the coast, 16 degrees, no wind.
Tuesday: clouds over the hills, 9 degrees, no wind.
Wednesday: showers along the coast, 15 degrees, a light breeze from the north.
Thursday: sunshine over the hills, 20 degrees, a fresh wind from the sea.
Friday: showers along the coast, 4 degrees, no wind.
Saturday: showers on the islands, 8 degrees, no wind.
Sunday: snow over the hills, -3 degrees, a light breeze from the north.
Monday: snow on the islands, -2 degrees, a storm from the north.
Tuesday: heavy rain in the south, 5 degrees, a fresh wind from the west.
Wednesday: sunshine along the coast, 20 degrees, a storm from the west.
Thursday: heavy rain in the north, 17 degrees, a light breeze from the west.
Friday: sunshine in the north, 5 degrees, a storm from the north.
Saturday: showers in the north, 18 degrees, no wind.
Sunday: snow along the coast, -3 degrees, a storm from the west.
Monday: snow in the north, -7 degrees, no wind.
Tuesday: fog over the hills, 9 degrees, a light breeze from the west.
Wednesday: clouds along the coast, 8 degrees, a light breeze from the north.
Thursday: fog over the hills, 10 degrees, no wind.
Friday: heavy rain along the coast, 16 degrees, a storm from the west.
Saturday: heavy rain over the hills, 21 degrees, a fresh wind from the north.
Sunday: snow in the south, -1 degrees, no wind.
Monday: fog on the islands, 20 degrees, no wind.
Tuesday: snow along the coast, -5 degrees, a storm from the north.
Wednesday: showers along the coast, 16 degrees, a storm from the west.
Thursday: clouds in the north, 20 degrees, no wind.
Friday: heavy rain on the islands, 8 degrees, no wind.
Saturday: light rain along the coast, 14 degrees, a storm from the north.
Sunday: light rain along the coast, 16 degrees, a storm from the north.
Monday: heavy rain on the islands, 13 degrees, a fresh wind from the north.
Tuesday: sunshine along the coast, 16 degrees, no wind.
Wednesday: fog along the coast, 12 degrees, a storm from the west.
Thursday: fog on the islands, 6 degrees, a storm from the west.
Friday: fog in the north, 5 degrees, a light breeze from the north.
Saturday: sunshine on the islands, 7 degrees, a storm from the sea.
Sunday: sunshine in the north, 17 degrees, a fresh wind from the north.
Monday: clouds in the south, 13 degrees, a storm from the north.
Tuesday: fog along the coast, 6 degrees, a fresh wind from the sea.
Wednesday: sunshine in the south, 5 degrees, a light breeze from the north.
Thursday: light rain in the south, 5 degrees, a light breeze from the sea.
Friday: snow along the coast, -5 degrees, a fresh wind from the sea.
Saturday: fog over the hills, 4 degrees, a fresh wind from the north.
Sunday: sunshine in the north, 10 degrees, a fresh wind from the north.
Monday: snow along the coast, -8 degrees, a storm from the sea.
Tuesday: heavy rain on the islands, 17 degrees, a storm from the north.
Wednesday: clouds along the coast, 14 degrees, a fresh wind from the sea.
Thursday: clouds on the islands, 9 degrees, a fresh wind from the west.
Friday: sunshine over the hills, 17 degrees, a storm from the sea.
Saturday: showers along the coast, 17 degrees, a storm from the west.
Sunday: fog in the north, 17 degrees, a storm from the north.
Monday: fog over the hills, 6 degrees, a fresh wind from the west.
Tuesday: sunshine over the hills, 11 degrees, a fresh wind from the sea.
Wednesday: snow over the hills, -6 degrees, a light breeze from the sea.
Thursday: snow on the islands, -5 degrees, no wind.
Friday: fog in the south, 6 degrees, a storm from the sea.
Saturday: showers in the north, 20 degrees, a storm from the sea.
Sunday: fog in the north, 4 degrees, a storm from the west.
Monday: fog over the hills, 6 degrees, no wind.
Tuesday: clouds in the south, 21 degrees, a light breeze from the west.
Wednesday: clouds on the islands, 15 degrees, a storm from the sea.
Thursday: fog in the south, 16 degrees, a light breeze from the west.
Friday: light rain in the north, 18 degrees, a fresh wind from the west.
Saturday: light rain in the south, 12 degrees, a storm from the sea.
Sunday: fog in the north, 17 degrees, a light breeze from the west.
Monday: clouds on the islands, 13 degrees, a fresh wind from the north.
Tuesday: sunshine in the south, 20 degrees, a light breeze from the sea.
Wednesday: sunshine over the hills, 20 degrees, no wind.
Thursday: snow over the hills, -7 degrees, a storm from the west.
Friday: light rain in the north, 15 degrees, no wind.
Saturday: fog on the islands, 7 degrees, a light breeze from the west.
Sunday: sunshine in the south, 13 degrees, a fresh wind from the west.
Monday: heavy rain along the coast, 19 degrees, a fresh wind from the west.
Tuesday: light rain on the islands, 17 degrees, a light breeze from the north.
Wednesday: fog in the south, 7 degrees, a fresh wind from the sea.
Thursday: clouds along the coast, 6 degrees, a storm from the sea.
Friday: clouds in the north, 6 degrees, a storm from the north.
Saturday: fog along the coast, 11 degrees, no wind.
Sunday: clouds in the north, 17 degrees, a fresh wind from the west.
Monday: snow in the south, -8 degrees, a storm from the sea.
Tuesday: fog in the south, 12 degrees, a light breeze from the north.
Wednesday: showers along the coast, 21 degrees, a light breeze from the sea.
Thursday: showers along the coast, 15 degrees, a fresh wind from the west.
Friday: sunshine over the hills, 18 degrees, a fresh wind from the sea.
Saturday: fog over the hills, 10 degrees, no wind.
Sunday: snow in the south, -6 degrees, no wind.
Monday: light rain on the islands, 10 degrees, no wind.
Tuesday: snow on the islands, -6 degrees, a light breeze from the west.
Wednesday: showers in the south, 13 degrees, no wind.
`,
  },
}
