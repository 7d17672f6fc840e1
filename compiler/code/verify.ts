// Checks a program of the loop language: types, variables before their use, calls. Throws a plain Error that names the function.
import { hasBarriers } from './barriers.ts'
import type { Expr, Func, Local, Part, Program, Statement } from './code.ts'
import { laneNumbers, resultOf } from './operations.ts'
import { isVector, type Type } from './types.ts'

/** Checks every function. */
export function verifyCode({ functions }: Program): void {
  const known = new Map<string, Func>()
  for (const f of functions) {
    if (known.has(f.name)) throw new Error(`${f.name} is there twice`)
    try {
      verifyFunction(f, known)
    } catch (error) {
      throw new Error(`${f.name}: ${error instanceof Error ? error.message : error}`)
    }
    known.set(f.name, f)
  }
}

interface Scope {
  readonly functions: ReadonlyMap<string, Func>
  readonly locals: ReadonlySet<Local>
}

/** A function may call those before it. */
function verifyFunction({ params, body, result }: Func, functions: ReadonlyMap<string, Func>): void {
  const locals = new Set(params)
  block(body, { functions, locals })
  // What a block at the top declares, the result may read.
  for (const s of body) if (s.kind === 'let') locals.add(s.local)
  if (result === undefined) return
  check(result, { functions, locals })
  if (hasBarriers(body, functions)) throw new Error('a function with a result waits for other threads')
}

function block(list: readonly Statement[], { functions, locals }: Scope): void {
  const own = new Set(locals)
  const scope: Scope = { functions, locals: own }
  for (const s of list) {
    switch (s.kind) {
      case 'let':
        expect(check(s.value, scope), s.local.type, `let ${s.local.name}`)
        if (own.has(s.local)) throw new Error(`${s.local.name} is declared twice`)
        own.add(s.local)
        break
      case 'set':
        if (!own.has(s.local)) throw new Error(`${s.local.name} is set before it is declared`)
        expect(check(s.value, scope), s.local.type, `${s.local.name} =`)
        break
      case 'store':
        expect(check(s.address, scope), 'i32', 'an address')
        checkPart(s.part, check(s.value, scope))
        break
      case 'for':
        if (!(Number.isInteger(s.step) && s.step > 0)) throw new Error(`a step of ${s.step}`)
        for (const e of [s.from, s.to]) expect(check(e, scope), 'i32', 'a bound')
        block(s.body, { functions, locals: new Set([...own, s.index]) })
        break
      case 'if':
        expect(check(s.test, scope), 'i32', 'a test')
        block(s.yes, scope)
        block(s.no, scope)
        break
      case 'call':
        if (checkCall(s.callee, s.args, scope) !== undefined) throw new Error(`what ${s.callee} gives is dropped`)
        break
      case 'barrier':
        for (const e of [s.record, s.sleeps]) expect(check(e, scope), 'i32', 'an operand of a barrier')
    }
  }
}

function expect(found: Type, wanted: Type, what: string): void {
  if (found !== wanted) throw new Error(`${what} is ${found}, not ${wanted}`)
}

function checkPart(part: Part | undefined, type: Type): void {
  if (part === 'splat' && (!isVector(type) || type === 'i64x2')) throw new Error(`a splat of ${type}`)
  if (part === 'pair' && type !== 'i32x4') throw new Error(`a pair of ${type}`)
}

/** The type of an expression, all of which is checked. */
function check(e: Expr, scope: Scope): Type {
  switch (e.kind) {
    case 'constant':
      if ((e.type === 'i64x2') !== (typeof e.value === 'bigint')) throw new Error(`a constant ${e.type} ${e.value}`)
      break
    case 'local':
      if (!scope.locals.has(e.local)) throw new Error(`${e.local.name} is read where it is not declared`)
      expect(e.type, e.local.type, e.local.name)
      break
    case 'load':
      expect(check(e.address, scope), 'i32', 'an address')
      checkPart(e.part, e.type)
      break
    case 'apply': {
      const types = e.args.map(a => check(a, scope))
      expect(e.type, resultOf(e.op, types), e.op)
      if ((e.lanes?.length ?? 0) !== laneNumbers(e.op, types[0])) throw new Error(`${e.op} of lanes ${e.lanes}`)
      break
    }
    case 'call': {
      const gives = checkCall(e.callee, e.args, scope)
      if (gives === undefined) throw new Error(`${e.callee} gives nothing`)
      expect(e.type, gives, e.callee)
    }
  }
  return e.type
}

function checkCall(callee: string, args: readonly Expr[], scope: Scope): Type | undefined {
  const f = scope.functions.get(callee)
  if (f === undefined) throw new Error(`${callee} is no function before this one`)
  if (args.length !== f.params.length) throw new Error(`${callee} takes ${f.params.length} arguments`)
  args.forEach((a, i) => {
    expect(check(a, scope), f.params[i].type, `argument ${f.params[i].name} of ${callee}`)
  })
  return f.result?.type
}
