// What a step of a stream takes, and what it gives.
import type { Nested } from '../data/arrays.ts'
import type { Answer } from '../decodeAnswers.ts'

/** One element of the axis for each input over it, by the name of the input; a label for a class or token that has labels. */
export type Element = Readonly<Record<string, Nested>>

/** The answer of each output, by its name. An output over a shortened axis is missing until that axis begins. */
export type Answers = Readonly<Record<string, Answer>>

/** A list with an element for each row; a row that gets none stays as it is. */
export type Elements = readonly (Element | undefined)[]

/** Takes a step of a stream, of its only row or of all rows. */
export interface TakeStep {
  (element: Element): Answers
  (elements: Elements): (Answers | undefined)[]
}
