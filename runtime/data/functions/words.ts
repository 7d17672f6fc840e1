// words(x, limit, unknown, filters, lower, start, end): the words of texts, numbered by frequency from 1, as Keras' Tokenizer does.
// Code 0 is padding. A word that the vocabulary lacks is left out, unless `unknown` gives it a token.
import { tokenFunction } from './tokens.ts'

export const words = tokenFunction({
  name: 'words',
  by: 'words',
  unknown: 'left out',
  filters: '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n',
  lower: true,
})
