// The plain JavaScript backend against the interpreter.
import { js } from '../../compiler/backend/js.ts'
import { suite } from './suite.ts'

suite(js)
