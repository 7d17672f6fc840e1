// Drawings of models: everything is there, boxes stand apart, and the image is well formed, for every good program and for hostile texts.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import type { Box } from '../../compiler/diagram/diagram.ts'
import { describeModel, drawSvg, watchModel } from '../../compiler/diagram/index.ts'
import { type Layout, layout } from '../../compiler/diagram/layout.ts'
import { compile } from '../../compiler/index.ts'

const folder = fileURLToPath(new URL('../good/', import.meta.url))
const read = (path: string, from: string) => {
  const file = posix.join(posix.dirname(from), path)
  return existsSync(folder + file) ? { file, text: readFileSync(folder + file, 'utf8') } : undefined
}

function described(source: string, file = 'a.rnn') {
  const watched = watchModel()
  const model = compile(source, { file, read, onEvaluate: watched.onEvaluate })
  return { model, root: describeModel(model.unit, watched, model.program.sources) }
}

/** All boxes, those inside others too. */
const allBoxes = (box: Box): Box[] => [box, ...(box.inside?.boxes ?? []).flatMap(allBoxes)]

const titles = (root: Box): string[] => allBoxes(root).map(b => b.title)

/** An image whose elements are closed in their order, whose texts are escaped, and whose numbers are numbers. */
function checkWellFormed(svg: string): void {
  const open: string[] = []
  for (const [tag, end, name, own] of svg.matchAll(/<(\/?)(\w+)(?:\s[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end === '/') assert.equal(open.pop(), name, tag)
    else if (own !== '/') open.push(name)
  }
  assert.deepEqual(open, [])
  const texts = svg.replace(/<\/?\w+(?:\s[\w:-]+="[^"<]*")*\s*\/?>/g, '')
  assert.doesNotMatch(texts.replace(/svg\{.*\}/s, ''), /[<>]/)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
}

/** Boxes side by side do not overlap, what is inside one lies in it, and edges lead down to a box. */
function checkApart({ boxes, edges }: Layout): void {
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
      assert.ok(apart, `${a.box.title} is over ${b.box.title}`)
    }
    for (const b of a.inside?.boxes ?? []) {
      const isIn = b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height
      assert.ok(isIn, `${b.box.title} is not in ${a.box.title}`)
    }
    if (a.inside !== undefined) checkApart(a.inside)
  })
  for (const way of edges) {
    const last = way[way.length - 1]
    assert.ok(way.every((p, i) => i === 0 || p.y >= way[i - 1].y))
    assert.ok(boxes.some(b => b.y === last.y && last.x >= b.x && last.x <= b.x + b.width))
  }
}

describe('a drawing', () => {
  it('of every good program has its boxes apart and all that the model takes and gives', () => {
    for (const name of readdirSync(folder).filter(file => file.endsWith('.rnn'))) {
      const source = readFileSync(folder + name, 'utf8')
      if (!/^model /m.test(source)) continue
      const { model, root } = described(source, name)
      const shown = titles(root)
      const { inputs, targets, outputs, predictions, parameters } = model.signature
      const read = [...inputs, ...targets].map(p => p.name)
      const predicted = predictions.map(p => p.target)
      const given = outputs.map(o => (predicted.includes(o.name) ? `predict ${o.name}` : `output ${o.name}`))
      for (const title of [...read, ...given]) assert.ok(shown.includes(title), `${title} of ${name}`)
      const lines = allBoxes(root).flatMap(b => [...b.lines, b.title])
      for (const { name: path } of parameters) {
        const local = path.split('.').at(-1) ?? ''
        assert.ok(
          lines.some(l => new RegExp(`\\b${local}\\b|…`).test(l)),
          `${path} of ${name}`,
        )
      }
      if (root.inside !== undefined) checkApart(layout(root.inside))
      checkWellFormed(drawSvg(root))
    }
  })

  it('shows the steps of a cell, its states, the shapes of its params, and of what goes between', () => {
    const { root } = described(`model M(units = 4) {
      input  past: real over T[6]
      target next: real
      y = [past] |> LSTM(units) |> last |> dense(1)
      loss   mse(y, next)
      predict next from y
    }`)
    assert.equal(root.title, 'model M(units = 4)')
    const inside = root.inside?.boxes ?? []
    assert.deepEqual(
      inside.map(b => b.title),
      ['past', 'next', '[past]', 'LSTM(units)', 'last', 'dense(1)', 'loss', 'predict next'],
    )
    const [past, , , cell, last, dense] = inside
    assert.equal(cell.over, 'T')
    assert.deepEqual(cell.states, ['h', 'c'])
    assert.ok(cell.lines.includes('W_i, W_f, W_g, W_o: [4, 1]'))
    const types = [past, cell, last, dense].map(b => b.ports.map(p => `${p.called}: ${p.type}`))
    assert.deepEqual(types, [[': real over T[6]'], [': [4] over T'], [': [4]'], ['y: [1]']])
    assert.match(drawSvg(root), />h&#39; → h<.*>c&#39; → c</s)
  })

  it('shows what is inside units of units, with their loops and outputs', () => {
    const { root } = described(`
    cell Reader(units) {
      input e: [D], m: [A] over S
      state h: [units]
      part look = additive_attention(units), gru = GRU(units)
      seen = look(h, m)
      h' = gru([e, seen], h = h)
      output weights = seen.weights
      return h'
    }
    model M {
      input a: [2] over S, b: [3] over T
      part read = Reader(4)
      d = read(b, a |> bidirectional(GRU(2)))
      output d, w = d.weights
    }`)
    const reader = allBoxes(root).find(b => b.title === 'read: Reader(4)')
    assert.ok(reader?.inside !== undefined)
    assert.equal(reader.over, 'T')
    assert.deepEqual(
      reader.ports.map(p => p.name),
      ['', 'weights'],
    )
    assert.deepEqual(
      reader.inside.loops.map(l => [l.state.title, l.next.title]),
      [['h', "h'"]],
    )
    const gru = reader.inside.boxes.find(b => b.title === 'gru: GRU(units)')
    assert.deepEqual(gru?.states, [])
    for (const title of ['f: GRU(2)', 'b: GRU(2)', 'reverse(…)', 'look: additive_attention(units)'])
      assert.ok(titles(root).includes(title), title)
  })

  it('lets no text of a program become part of the image', () => {
    const { root } = described(`model M {
      input x: [2] over T # "</text><script>alert(1)</script>
      p = where(x < 0, x, x) # --> ]]> &amp;
        |> last
      output p
    }`)
    const svg = drawSvg({ ...root, title: '"/><script>\u0000\ud800 ' })
    checkWellFormed(svg)
    assert.doesNotMatch(svg, /<script|alert/)
    assert.ok(!svg.includes('\u0000') && svg.isWellFormed())
    assert.match(svg, />where\(x &lt; 0, x, x\)</)
    assert.match(svg, /<title>&quot;\/&gt;&lt;script&gt;\ufffd\ufffd <\/title>/)
  })

  it('takes long chains', () => {
    const [pipes, sums] = [' |> tanh'.repeat(300), ' + x'.repeat(2000)]
    const { root } = described(`model M {
      input x: [2] over T
      p = x${pipes}
      q = x${sums}
      output p, q
    }`)
    if (root.inside !== undefined) checkApart(layout(root.inside))
  })
})
