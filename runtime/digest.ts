// A checksum of numbers and texts, to tell data and programs apart: not against somebody who wants two to be alike.

/** Makes the checksum of everything that is given to `add`, in its order. */
export function createDigest() {
  const words = new Uint32Array(2)
  const doubles = new Float64Array(words.buffer)
  let [a, b] = [0x9e3779b9, 0x85ebca6b]
  const word = (w: number): void => {
    a = Math.imul(a ^ w, 0xcc9e2d51)
    a = (a << 13) | (a >>> 19)
    b = Math.imul(b + (a ^ (a >>> 16)), 0x1b873593)
    b ^= b >>> 15
  }
  return {
    numbers(list: ArrayLike<number>): void {
      word(list.length)
      for (let i = 0; i < list.length; i++) {
        doubles[0] = list[i]
        word(words[0])
        word(words[1])
      }
    },
    text(text: string): void {
      word(text.length)
      for (let i = 0; i < text.length; i++) word(text.charCodeAt(i))
    },
    /** Sixteen hexadecimal digits. */
    result: (): string => [a, b].map(half => (half >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}

/** The checksum of a text. */
export function digestOf(text: string): string {
  const digest = createDigest()
  digest.text(text)
  return digest.result()
}
