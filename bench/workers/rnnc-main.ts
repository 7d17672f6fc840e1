// The worker of this compiler's targets; TARGET names the one.
import { casesOf } from './rnnc.ts'
import { serve } from './serve.ts'

await serve(casesOf(process.env.TARGET ?? 'js'))
