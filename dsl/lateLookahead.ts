// Builds chevrotain's lookahead functions as a text needs them: all of them, for every rule, would take a good part of each start.
import { type ILookaheadStrategy, LLkLookaheadStrategy } from 'chevrotain'

type Alternation = ILookaheadStrategy['buildLookaheadForAlternation']
type Optional = ILookaheadStrategy['buildLookaheadForOptional']

/** Chevrotain's own lookahead, each function of which is built at its first call. */
export class LateLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Parameters<Alternation>[0]): ReturnType<Alternation> {
    return late(() => super.buildLookaheadForAlternation(options))
  }

  override buildLookaheadForOptional(options: Parameters<Optional>[0]): ReturnType<Optional> {
    return late(() => super.buildLookaheadForOptional(options))
  }
}

function late<Given extends unknown[], Result>(build: () => (...given: Given) => Result): (...given: Given) => Result {
  let built: ((...given: Given) => Result) | undefined
  // The parser is `this`.
  return function (this: unknown, ...given) {
    built ??= build()
    return built.apply(this, given)
  }
}
