// The worker of this compiler's CPU targets; TARGET selects one.
import { casesOf } from './rnnc.ts'
import { serve } from './serve.ts'

await serve(casesOf(process.env.TARGET ?? 'js'))
