// Plays a tone through the effect while the button is pressed.
const button = document.querySelector('button')
let context

button.addEventListener('click', async () => {
  if (context !== undefined) {
    await context.close()
    context = undefined
    button.textContent = 'play'
    return
  }
  context = new AudioContext({ sampleRate: 48_000 })
  await context.audioWorklet.addModule('./effect.js')
  const tone = new OscillatorNode(context, { frequency: 110, type: 'sawtooth' })
  const quiet = new GainNode(context, { gain: 0.3 })
  const effect = new AudioWorkletNode(context, 'effect')
  tone.connect(quiet).connect(effect).connect(context.destination)
  tone.start()
  button.textContent = 'stop'
})
