// rnnc train --report: one page of HTML, in which every text of the user is text.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { drawChart } from '../../cli/report/chart.ts'
import { element } from '../../cli/report/html.ts'
import { escaped } from '../../compiler/diagram/escaped.ts'
import { assertRefused, classifier, flowers, series, wave, workplace } from './support.ts'

const hostile = '</pre><script>alert("1")</script>'
const { rnnc, ok, path } = workplace({
  'wave.rnn': `${series()}# ${hostile}\n`,
  'wave.csv': wave(),
  'flowers.rnn': classifier,
  'flowers.csv': flowers().replaceAll('iris', '<b>i&ris'),
})

/** The page, in which every element is closed by its own name, and nothing is loaded. */
function pageAt(name: string): string {
  const page = readFileSync(path(name), 'utf8')
  assert.doesNotMatch(page, /<script|<b>|src=|href=|url\(|@import|undefined|NaN/)
  assert.deepEqual(
    page.match(/https?:[^"]*/g)?.filter(url => url !== 'http://www.w3.org/2000/svg'),
    [],
  )
  const open: string[] = []
  for (const [, close, tag] of page.matchAll(/<(\/?)(\w+)[^<>]*>/g)) {
    if (tag === 'meta') continue
    if (close === '') open.push(tag)
    else assert.equal(open.pop(), tag)
  }
  assert.deepEqual(open, [])
  return page
}

describe('rnnc train --report', () => {
  it('shows curves, predictions beside the truth, the model and its data', async () => {
    await ok('train', 'wave.rnn', '--report', 'wave.html')
    const page = pageAt('wave.html')
    for (const title of [
      'loss',
      'rmse',
      'learning rate',
      'norm of the gradients, mean of the epoch',
      'next: prediction and truth',
    ])
      assert.ok(page.includes(`aria-label="${title}"`), title)
    assert.equal(page.match(/<circle/g)?.length, 12)
    assert.match(page, /<td>test, in the units of the data<\/td><td><\/td><td class="number">\d/)
    assert.ok(page.includes(escaped(hostile)))
    assert.match(page, /<td>training<\/td><td class="number">48<\/td>/)
    assert.match(page, /<td>SimpleRNN.W<\/td><td>\[4, 1\]<\/td>/)
    // Training is the same with it.
    await ok('train', 'wave.rnn', '--out', 'without.safetensors')
    const [a, b] = ['wave', 'without'].map(name => readFileSync(path(`${name}.safetensors`), 'base64'))
    assert.equal(a, b)
  })

  it('counts which class was taken for which', async () => {
    await ok('train', 'flowers.rnn', '--report', 'flowers.html')
    const page = pageAt('flowers.html')
    assert.match(page, /kind: (\d+) of 12 are right/)
    const [, table] = page.split('truth \\ prediction')
    const counts = [...table.split('</table>')[0].matchAll(/class="number">(\d+)</g)].map(([, n]) => Number(n))
    assert.equal(counts.length, 9)
    assert.equal(
      counts.reduce((x, y) => x + y),
      12,
    )
    assert.equal(counts[0] + counts[4] + counts[8], Number(/kind: (\d+) of/.exec(page)?.[1]))
    assert.ok(table.includes('&lt;b&gt;i&amp;ris'))
  })

  it('shows the epochs before an interrupt too, and keeps an earlier page', async () => {
    const before = readFileSync(path('wave.html'))
    const args = ['train', 'wave.rnn', '--checkpoint', '100', '--report', 'wave.html', '--out', 'two.safetensors']
    await ok(...args, '--set', 'epochs=2')
    assert.deepEqual(readFileSync(path('wave.previous.html')), before)
    await ok(...args, '--resume', '--set', 'epochs=5')
    for (const points of pageAt('wave.html').matchAll(/<polyline points="([^"]*)"/g))
      assert.equal(points[1].split(' ').length, 5)
  })

  it('never takes the place of something else', async () => {
    assertRefused(await rnnc('train', 'wave.rnn', '--report', 'wave.csv'), 'RNN518', /wave.csv/)
    assertRefused(
      await rnnc('train', 'wave.rnn', '--report', 'wave.safetensors', '--out', 'o'),
      'RNN517',
      /wave.safetensors/,
    )
    const twice = ['--report', 'r.html', '--log', 'r.html']
    assertRefused(await rnnc('train', 'wave.rnn', ...twice), 'RNN509', /`--report` takes a file of its own/)
    assertRefused(await rnnc('train', 'wave.rnn', '--report', 'none/r.html'), 'RNN503', /no such file or folder/)
    assert.ok(!existsSync(path('r.html')))
  })
})

describe('a chart', () => {
  const draw = (...ys: number[]): string | undefined =>
    drawChart({ title: 't', x: 'x', curves: [{ name: 'c', points: ys.map((y, i) => [i, y]) }] })?.markup

  it('draws any numbers inside its frame', () => {
    for (const ys of [
      [0],
      [1, 1],
      [-3, 5e-324],
      [1e308, -1e308],
      [1e-300, 2e-300],
      [0, 1e15, Number.NaN, Number.POSITIVE_INFINITY],
    ]) {
      const drawn = draw(...ys) ?? assert.fail()
      assert.doesNotMatch(drawn, /NaN|Infinity/)
      for (const [, y] of drawn.matchAll(/ (?:cy|y1|y)="([^"]*)"/g))
        assert.ok(Number(y) >= 0 && Number(y) <= 320, drawn)
    }
  })

  it('is none of nothing', () => {
    assert.equal(draw(), undefined)
    assert.equal(draw(Number.NaN, Number.NEGATIVE_INFINITY), undefined)
  })
})

it('texts are escaped, in elements and in attributes', () => {
  const text = '<a href="x" title=\'y\'>&amp;\u0000'
  const shown = '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;\ufffd'
  assert.equal(element('p', { title: text }, text).markup, `<p title="${shown}">${shown}</p>`)
})
