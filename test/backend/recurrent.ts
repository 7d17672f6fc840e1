// A small recurrent network with its gradients, for tests of plans and of backends.
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { broadcast, scalar } from '../../compiler/ir/builder.ts'
import { build, dim, type } from './agree.ts'
import { scan } from './cases.ts'

/** h' = tanh(W x + U h + b); the loss is Σ h², and its gradients with respect to W, U, b, h0 and x. */
export function recurrentGradient() {
  const params = ['H, 3', 'H, H', 'H', 'B, H', 'T, B, 3'].map(text => type(text))
  return build(params, (b, [w, u, bias, h0, x]) => {
    const [, all] = scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
      const products = s.emit('add', [s.emit('matmul', [xt, s.use(w)]), s.emit('matmul', [h, s.use(u)])])
      const next = s.emit('tanh', [s.emit('add', [products, broadcast(s, s.use(bias), [-2], [dim('B')])])])
      return [next, next]
    })
    const loss = b.emit('sum', [b.emit('mul', [all, all])], { axes: [-3, -2, -1] })
    const asked = [w, u, bias, h0, x]
    const found = adjoint(b, b, new Map([[loss.id, scalar(b, 1)]]), asked)
    return [loss, ...asked.flatMap(v => found.get(v.id) ?? [])]
  })
}
