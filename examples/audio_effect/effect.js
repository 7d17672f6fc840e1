// Runs on the audio thread: a sample in, a sample out, without allocating anything.
import { create } from './amp.mjs'

class Effect extends AudioWorkletProcessor {
  constructor() {
    super()
    this.stream = create().stream()
    this.element = { x: new Float32Array(1) }
  }

  process(inputs, outputs) {
    const input = inputs[0][0]
    const output = outputs[0][0]
    if (input === undefined) return true
    const { stream, element } = this
    for (let i = 0; i < output.length; i++) {
      element.x[0] = input[i]
      output[i] = stream.step(element).y[0]
    }
    return true
  }
}

registerProcessor('effect', Effect)
