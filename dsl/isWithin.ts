// Compares places in source files.
import type { Span } from './ast.ts'

/** Tells whether the first place lies inside the second. */
export const isWithin = (a: Span, b: Span): boolean => a.file === b.file && a.start >= b.start && a.end <= b.end
