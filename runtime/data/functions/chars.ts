// chars(x, limit, unknown, filters, lower, start, end): the characters of texts, as Unicode code points, numbered by frequency from 1.
// Code 0 is padding. A character that the vocabulary lacks is an error, unless `unknown` gives it a token or leaves it out.
import { tokenFunction } from './tokens.ts'

export const chars = tokenFunction({ name: 'chars', by: 'characters', unknown: 'refused', filters: '', lower: false })
