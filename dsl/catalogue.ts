// All messages shown to users. The compiler prints them, and spec/errors.md is generated from them.
// `{name}` is a placeholder, filled where the error is reported. `example` is a file that gives the error.

export interface Entry {
  readonly title: string
  readonly message: string
  readonly help?: string
  readonly severity?: 'error' | 'warning'
  readonly cause: string
  /** A whole `.rnn` file; a line that starts with `$` is a command. */
  readonly example: string
  readonly fix: string
}

const entries = {
  // 1xx: syntax and names.

  RNN101: {
    title: 'Unexpected token',
    message: 'expected {expected}, found {found}',
    cause: 'No statement or expression of the language has this form.',
    example: `model m {
  input x [3]
  output y = 2 * x
}`,
    fix: 'Write what the message expects: here `input x: [3]`, with a colon between the name and its type.',
  },
  RNN102: {
    title: 'Unknown character',
    message: '`{text}` is not part of the language',
    cause: 'No word, number or operator of the language starts with this character.',
    example: `model m {
  input x, y: [3]
  output z = x ⊙ y
}`,
    fix: 'Use the operators of the language: `*` for ⊙, `@` for a matrix product, `and` for `&&`, `"…"` for strings.',
  },
  RNN103: {
    title: 'Two statements on one line',
    message: 'a statement must begin on a new line',
    help: 'start a new line before `{name}`, or write `;` before it',
    cause:
      'A new line or a `;` separates statements, so that a forgotten operator cannot join two equations unnoticed.',
    example: `model m {
  input x: [3] output y = 2 * x
}`,
    fix: 'Begin a new line, or write `input x: [3]; output y = 2 * x`.',
  },
  RNN104: {
    title: 'Misplaced prime',
    message: 'a prime is written once, directly after a name',
    help: "write `{name}'` for the value of `{name}` after this step",
    cause:
      "`h` is the state before the step and `h'` the state after it. There is no `h''`, and no space before a prime.",
    example: `cell decay {
  input x: real
  state h: real
  h' = x + 0.9 * h
  return h''
}`,
    fix: "Write `return h'`. For the value of two steps ago, declare a second state: `state g: real` and `g' = h`.",
  },
  RNN105: {
    title: 'Unknown setting or argument',
    message: 'unknown {kind} `{name}`',
    cause:
      'A name before `=` in a call, or in a `train` or `data` block, is not one of the known arguments or settings.',
    example: `model m {
  input x: real over T
  target y: real
  p = [x] |> LSTM(units = 8, activaton = tanh) |> last |> dense(1)
  loss mse(p, [y])
}`,
    fix: 'Spell the name as it is declared: `activation = tanh`.',
  },
  RNN106: {
    title: 'Unknown name',
    message: '`{name}` is not defined',
    cause:
      'A unit can use its own names, its hyper-parameters, and the units and functions of the file and the library. It cannot see the names of the unit that applies it.',
    example: `model m {
  input x: [3]
  output y = scale * x
}`,
    fix: 'Define the name before its use, for example `param scale: real = ones`, or correct its spelling.',
  },
  RNN107: {
    title: 'A name defined twice',
    message: '`{name}` is defined twice',
    help: 'give one of them another name',
    cause: 'Each name of a unit is defined once, as in a formula. A value that changes from step to step is a state.',
    example: `model m {
  input x: [3]
  y = 2 * x
  y = y + 1
  output z = y
}`,
    fix: 'Use two names: `y = 2 * x` and `z = y + 1`.',
  },
  RNN108: {
    title: 'A comma at the end of a declaration',
    message: 'this declaration ends with a comma',
    help: 'remove the comma at the end of line {line}',
    cause:
      'A trailing comma is allowed in calls, lists and hyper-parameters, but not in declarations, where the next line would be read as part of the declaration.',
    example: `model m {
  input x: [3],
  target y: [3]
  loss mse(2 * x, y)
}`,
    fix: 'Remove the comma: `input x: [3]`.',
  },
  RNN109: {
    title: 'Used before its definition',
    message: '`{name}` is used before its definition',
    help: 'move its definition, on line {line}, above this one',
    cause: 'Equations are read from top to bottom. Only the top level of a file may be in any order.',
    example: `model m {
  input x: [3]
  output z = 2 * y
  y = x + 1
}`,
    fix: 'Put the equation of `y` before the one that reads it.',
  },
  RNN110: {
    title: 'Unclosed string',
    message: 'this string has no closing `"`',
    help: 'a string must end on the line where it starts; write a quote inside it as `\\"`',
    cause: 'The line ends before the closing `"`.',
    example: `import "cells.rnn
`,
    fix: 'Close the string: `import "cells.rnn"`.',
  },
  RNN111: {
    title: 'Imported file not found',
    message: 'cannot find `{path}`',
    help: 'the path is relative to the file that imports it',
    cause: 'The file named by an `import` does not exist or cannot be read.',
    example: `import "no_such_file.rnn"
`,
    fix: 'Correct the path. It is relative to the folder of the file with the `import`.',
  },
  RNN112: {
    title: 'An imported name clashes',
    message: '`{name}` is defined both in {first} and in {second}',
    help: 'import only the names you need: `import A, B from "file.rnn"`',
    cause: 'Two imported files define the same name, or an imported file and this one do.',
    example: `import "a.rnn"
import "b.rnn"
`,
    fix: 'Rename one of the two, or import only the names you need: `import LSTM2 from "a.rnn"`.',
  },
  RNN113: {
    title: 'An imported name does not exist',
    message: '`{path}` does not define `{name}`',
    cause: 'The names before `from` must be defined at the top level of the imported file.',
    example: `import Missing from "cells.rnn"
`,
    fix: 'Correct the name, or define it in that file.',
  },
  RNN114: {
    title: 'A statement in the wrong place',
    message: '`{statement}` is not allowed in {place}',
    cause:
      'Each kind of unit has its own statements: a cell has states, a model has targets and losses, a layer has neither; a function has equations and a `return`; `train` and `data` have settings.',
    example: `layer scale {
  input x: [D]
  state h: [D]
  return x + h
}`,
    fix: 'Move the statement, or change the unit: only a `cell` has states.',
  },
  RNN115: {
    title: 'Missing return',
    message: '{kind} `{name}` returns nothing',
    help: 'end it with `return …`',
    cause: 'A layer or a function gives its value with `return`.',
    example: `layer double {
  input x: [D]
  y = 2 * x
}`,
    fix: 'Add `return y`.',
  },
  RNN116: {
    title: 'A chained comparison',
    message: 'comparisons cannot be chained',
    help: 'join two comparisons with `and`: `a < b and b < c`',
    cause: '`a < b < c` would compare a bool with a number.',
    example: `model m {
  input x: real
  output inside = 0 < x < 1
}`,
    fix: 'Write `0 < x and x < 1`.',
  },
  RNN117: {
    title: 'A reserved word as a name',
    message: '`{name}` is a reserved word and cannot be a name',
    help: 'the reserved words are `over`, `of`, `and`, `or`, `not`, `true`, `false` and `return`',
    cause: 'Eight words of the grammar cannot be names. All others (`cell`, `input`, `loss` …) can.',
    example: `model m {
  input of: [3]
  output y = 2
}`,
    fix: 'Choose another name, for example `part_of`.',
  },
  RNN118: {
    title: 'An unknown escape in a string',
    message: '`{escape}` is not an escape sequence',
    help: 'the escapes are `\\"`, `\\\\`, `\\n` and `\\t`; write `/` between the folders of a path',
    cause:
      'A backslash in a string starts an escape sequence, but this is not one of them. On Windows it is often part of a path.',
    example: `import "units\\cells.rnn"
`,
    fix: 'Write paths with `/` on every system: `import "units/cells.rnn"`.',
  },
  RNN119: {
    title: 'Nested too deeply',
    message: 'this statement is nested too deeply',
    help: 'give part of it a name on a line of its own',
    cause:
      'An expression has hundreds of nested brackets or operators, or functions call each other hundreds deep; most likely a program wrote it. Chains may have any length: `a + b + c`, `x |> f |> g`.',
    example: `model m {
  input x: real
  output y = ${'('.repeat(3)}…hundreds more…
}`,
    fix: 'Split the expression into several equations.',
  },
  RNN120: {
    title: 'Files import each other',
    message: '`{path}` imports itself: {cycle}',
    help: 'move the shared definitions to a third file',
    cause: 'The imports of the file lead back to the file itself.',
    example: `import "b.rnn"    # and b.rnn imports this file
`,
    fix: 'Move the shared units to a file that both import.',
  },

  RNN121: {
    title: 'Program too large',
    message: 'this expands to more than {most} {what}',
    cause:
      'Functions and units are expanded wherever they are used. A chain of thirty functions that each use the previous one twice expands to a thousand million.',
    example: `fn f0(x) = tanh(x)
${Array.from({ length: 21 }, (_, i) => `fn f${i + 1}(x) = f${i}(x) + f${i}(-x)`).join('\n')}
model m {
  input x: real
  output y = f21(x)
}`,
    fix: 'Give a value that is used twice a name: `y = f20(x)`, then `y + y`. Write a recurrence over steps as a cell.',
  },
  RNN122: {
    title: "Number out of the machine's range",
    message: '{number} is {what}',
    cause:
      'Numbers are 64-bit floats: at most 1.8e308, at least 4.9e-324 above 0, and whole numbers are exact up to 9007199254740991. Any other number would silently become infinite, 0 or a neighbour.',
    example: `model m {
  input x: real
  output y = x * 1e999
}`,
    fix: 'Write a number in that range. `inf` is infinity; write a large factor that need not be exact with an exponent: `1e20`.',
  },
  RNN123: {
    title: 'A text too long for a program',
    message: '`{file}` has {count} {what}, and a program at most {most}',
    help: 'is it another file, such as a table of data?',
    cause:
      'A program is read whole, and takes far more memory than its text. A file of that length is data, or a program wrote it by mistake.',
    example: '$ rnnc check table.csv',
    fix: 'Give the right file. Read data with a `data` block; divide a program that is really so long by `import`.',
  },

  // 2xx: shapes and types.

  RNN201: {
    title: 'Matrix product of mismatched dims',
    message:
      '{left} is {leftType} and {right} is {rightType}: the last dim of {left}, {leftDim}, must equal the first of {right}, {rightDim}',
    cause: '`A @ b` sums over the last dim of A and the first of b, which must be equal.',
    example: `model m {
  input x: [28]
  param W: [28, 64]
  output y = W @ x
}`,
    fix: 'W is to map 28 to 64, so it needs 64 rows: `param W: [64, 28]`.',
  },
  RNN202: {
    title: 'One part, two shapes',
    message:
      '`{part}` was applied to {input}: {first} on line {line}, so its {dim} is {firstDim}; here it is {secondDim}',
    help: 'declare a second part for the second shape',
    cause:
      'The first use of a part fixes its dims, and with them the shapes of its weights. Every later use must agree.',
    example: `model m {
  input a: [28]
  input b: [30]
  part enc = dense(8)
  output y = enc(a) + enc(b)
}`,
    fix: 'Two parts: `part f = dense(8), g = dense(8)`, or inputs of one shape.',
  },
  RNN203: {
    title: 'Mismatched shapes',
    message: '`{operation}` works element by element, but the shapes are {left} and {right}',
    help: 'the shapes must be equal, or one a scalar; there is no broadcasting',
    cause: 'Pointwise operations need equal shapes, or one scalar. A dim of 1 is not broadcast.',
    example: `model m {
  input x: [5]
  input y: [1]
  output z = x + y
}`,
    fix: 'Take the element out of the vector: `x + y[0]`.',
  },
  RNN204: {
    title: 'Not the declared type',
    message: '`{name}` is declared as {declared}, but its value is {found}',
    cause: 'The type written on an equation or an initial value does not match the value.',
    example: `model m {
  input x: [5]
  y: [6] = 2 * x
  output z = y
}`,
    fix: 'Correct the type or the equation.',
  },
  RNN205: {
    title: 'Wrong type for an input',
    message: '`{input}` of {unit} takes {declared}; this is {found}',
    cause: 'An argument must have the rank, dtype and axes that the unit declares for its input.',
    example: `model m {
  input x: real over T
  output y = x |> LSTM(8)
}`,
    fix: 'Make each scalar a vector of one element: `[x] |> LSTM(8)`.',
  },
  RNN206: {
    title: 'A weight shaped by a sequence length',
    message: 'the shape of param `{param}` uses `{axis}`, the length of a sequence',
    help: 'sequences differ in length, weights do not; if the length is fixed, declare it: `over {axis}[24]`',
    cause: 'The shape of a param consists of numbers, hyper-parameters, and names from the shapes of inputs.',
    example: `model m {
  input x: [3] over T
  param W: [T, 3]
  output y = W @ last(x)
}`,
    fix: 'Use a dim of an input, or a number.',
  },
  RNN207: {
    title: 'Not known at compile time',
    message: '{what} must be {expected}, known at compile time; this is {found}',
    cause:
      'Dims, lengths, indices and most hyper-parameters are constants: numbers, hyper-parameters, and arithmetic on them.',
    example: `model m {
  input x: [4]
  input n: int
  param W: [n, 4]
  output y = W @ x
}`,
    fix: 'Write a number, or make it a hyper-parameter: `model m(n) { … }`.',
  },
  RNN208: {
    title: 'The wrong number of arguments',
    message: '{callee} takes {expected}, but {found} given',
    cause: 'A call has more or fewer arguments than the function, cell or layer has inputs, or `[…]` is empty.',
    example: `model m {
  input x: [4]
  output y = tanh(x, x)
}`,
    fix: 'Give as many arguments as there are inputs: `tanh(x)`.',
  },
  RNN209: {
    title: 'A missing argument',
    message: '{callee} needs `{name}`',
    cause: 'A hyper-parameter without a default, or an input, was not given.',
    example: `model m {
  input x: [4] over T
  output y = x |> LSTM()
}`,
    fix: 'Give it: `LSTM(100)` or `LSTM(units = 100)`.',
  },
  RNN210: {
    title: 'The wrong kind of value',
    message: '{what} must be {expected}; this is {found}',
    cause: 'A value, recipe, part, function, initializer or number stands where another of these kinds is needed.',
    example: `model m {
  input x: [4]
  part f = dense(4)
  output y = x + f
}`,
    fix: 'Apply the part to a value: `x + f(x)`.',
  },
  RNN211: {
    title: 'Two values over different axes',
    message: 'cannot combine a value over {left} with a value over {right}',
    help: 'to read all of {value} at each step of {left}, use a layer with `input m: [A] over {right}`',
    cause:
      'Two values combine if one is over all axes of the other. A value over T and one over S would give a table of all pairs, which must be asked for.',
    example: `model m {
  input x: [4] over T
  input y: [4] over S
  output z = x + y
}`,
    fix: 'Reduce one of them (`sum(y, over S)`), or map a layer that declares `input m: [A] over S` over T.',
  },
  RNN212: {
    title: 'One target, many predictions',
    message: '{value} is over {axis}, but target `{target}` is not',
    help: 'for one answer per sequence use `last(…)`; to use the target at every step, `repeat({target}, over {axis})`',
    cause: 'A target is never repeated along an axis implicitly, since that would change the meaning of the loss.',
    example: `model m {
  input x: [4] over T
  target label: class of 3
  p = x |> LSTM(8) |> dense(3, softmax)
  loss cross_entropy(p, label)
}`,
    fix: 'One answer for the whole sequence: `x |> LSTM(8) |> last |> dense(3, softmax)`.',
  },
  RNN213: {
    title: 'Not probabilities',
    message: '{callee} needs probabilities, but `{value}` comes from {source}',
    help: 'write `softmax({value})`, or `sigmoid({value})` for two classes; the loss is then computed from `{value}`, without overflow',
    cause:
      'Cross-entropies take probabilities, and the compiler computes them from the logits. It found no softmax or sigmoid, or found an operation after it through which log p and log(1 − p) cannot be computed without losing digits.',
    example: `model m {
  input x: [4]
  target label: class of 3
  z = x |> dense(3)
  loss cross_entropy(z, label)
}`,
    fix: 'Write `dense(3, softmax)`, or `cross_entropy(softmax(z), label)`.',
  },
  RNN214: {
    title: 'Ambiguous axis',
    message: '{callee} needs one axis, but the value is over {axes}',
    help: 'name it: `over {axis}`',
    cause:
      'A cell, `last`, `reverse` and similar functions act along one axis. If a value is over several, one must be named.',
    example: `model m {
  input x: [4] over S over T
  output y = last(x)
}`,
    fix: 'Name the axis: `last(x, over T)`.',
  },
  RNN215: {
    title: 'No such axis',
    message: '{value} is not over {axis}',
    cause: 'A reduction or a sequence function names an axis that its argument does not have.',
    example: `model m {
  input x: [4] over T
  output y = sum(x, over S)
}`,
    fix: 'Name an axis of the value: `sum(x, over T)`. Without `over`, `sum` adds the elements of each vector.',
  },
  RNN216: {
    title: 'The wrong dtype',
    message: '{what} needs {expected}, not {found}',
    cause:
      'Reals, ints and bools are distinct types. An int can be used as a real; nothing else is converted automatically.',
    example: `model m {
  input x: [4]
  output y = where(x, x, 0)
}`,
    fix: 'Compare first: `where(x > 0, x, 0)`. A bool becomes a number with `real(b)`.',
  },
  RNN217: {
    title: 'Index out of range',
    message: '`{index}` is not a valid index of {shape}',
    cause: 'Indices count from 0. A slice `a:b` runs from a up to b, without b, and stays inside the dim.',
    example: `model m {
  input x: [4]
  output y = x[4]
}`,
    fix: 'The last element of a [4] is `x[3]`.',
  },
  RNN218: {
    title: 'No such member',
    message: '{value} has no `.{name}`',
    cause:
      'A dot is followed by an output of a cell or layer, `final` and its states, a param of a part, or a column of a table.',
    example: `model m {
  input x: [4] over T
  h = x |> LSTM(8)
  output y = h.memory
}`,
    fix: 'Name one of the members: `h.final.c` is the last state `c`.',
  },
  RNN219: {
    title: 'Joining something other than vectors',
    message: '`[…]` joins vectors and scalars; {value} is {found}',
    cause: '`[a, b]` concatenates vectors; a scalar counts as one element. It does not stack matrices.',
    example: `model m {
  input x: [4]
  param W: [4, 4]
  output y = [W, x]
}`,
    fix: 'Join vectors only: `[W @ x, x]`.',
  },
  RNN220: {
    title: 'Unknown dim',
    message: 'the size of `{dim}` is not known',
    help: 'a dim is a number, a hyper-parameter, or a name from the shape of an input: `input x: [{dim}]`',
    cause:
      'A free name in a shape gets its size from the first argument with that name in its shape. No input of the unit has this one.',
    example: `layer shift {
  input x: real
  param b: [N]
  return b + x
}
model m {
  input x: real
  output y = x |> shift
}`,
    fix: 'Make it a hyper-parameter: `layer shift(N) { … }`.',
  },
  RNN221: {
    title: 'A recipe without `part`',
    message: '`{recipe}` is a recipe, not a value',
    help: 'write `part {name} = {recipe}` to create its weights',
    cause:
      '`LSTM(100)` describes a cell and creates no weights. `part` creates them, and so does applying the recipe in place.',
    example: `model m {
  input x: [4] over T
  enc = LSTM(8)
  output y = enc(x)
}`,
    fix: 'Write `part enc = LSTM(8)`.',
  },
  RNN222: {
    title: 'A recipe applied in two places',
    message: 'the recipe `{name}` is applied in two places, which creates two sets of weights',
    help: 'for one set of weights, name a part: `part f = {name}`',
    severity: 'warning',
    cause: 'A hyper-parameter that is a recipe creates new weights in each place where it is applied.',
    example: `layer twice(step) {
  input x: [D]
  return x |> step |> step
}
model m {
  input x: [4]
  output y = x |> twice(dense(4))
}`,
    fix: 'For one set of weights: `part f = step`, then `x |> f |> f`. For two: `part f = step, g = step`.',
  },
  RNN223: {
    title: 'Weights without a shape yet',
    message: '`{part}` has not been applied yet, so the shape of `{part}.{param}` is not known',
    help: 'apply `{part}` on an earlier line',
    cause: 'The dims of a part come from the first value it is applied to.',
    example: `model m {
  input x: token of 50
  part embed = embedding(8)
  output y = embed.E @ ones
  output z = embed(x)
}`,
    fix: 'Apply the part first: `e = embed(x)`, then `embed.E @ e`.',
  },
  RNN224: {
    title: 'Hyper-parameters come first',
    message: '{callee} takes its hyper-parameters first: ({params}); `{value}` is a value',
    help: 'write `{value} |> {callee}({params})`',
    cause: 'The first call of a cell or layer gives its hyper-parameters; the second one applies it to values.',
    example: `model m {
  input x: [4] over T
  output y = LSTM(x, 100)
}`,
    fix: 'Write `x |> LSTM(100)` or `LSTM(100)(x)`.',
  },
  RNN225: {
    title: 'Not a function or a part',
    message: '`{value}` cannot be applied: it is {found}',
    cause: 'Only a function, a part, a cell, a layer or a recipe can stand before `(…)` or after `|>`.',
    example: `model m {
  input x, y: [4]
  output z = x(y)
}`,
    fix: 'For a product write `x * y`, or `x @ y` for the dot product.',
  },
  RNN226: {
    title: 'An initializer in an equation',
    message: '{name} is an initializer: it has no shape of its own',
    help: 'use it only after the `=` of a param or a state',
    cause:
      '`zeros`, `ones`, `normal(sd)`, `glorot_uniform` and the others take the shape of the param or state that they initialize.',
    example: `model m {
  input x: [4]
  output y = x + normal(0.1)
}`,
    fix: 'Declare a param, `param b: [4] = normal(0.1)`, or a state.',
  },
  RNN227: {
    title: 'A unit that applies itself',
    message: '`{unit}` applies itself: {cycle}',
    help: 'there is no recursion; write a repetition as a cell over an axis',
    cause: 'Units and functions are expanded where they are used, so none may lead back to itself.',
    example: `fn f(x) = 1 + g(x)
fn g(x) = 2 * f(x)
model m {
  input x: real
  output y = f(x)
}`,
    fix: 'Write the repetition as a cell that runs over an axis.',
  },
  RNN228: {
    title: 'Equal positions in sequences of different lengths',
    message:
      '{what} at equal positions of {inner} along {outer}, but the length of {inner} differs between elements of {outer}',
    help: 'first reduce {inner} to one value per element of {outer}, with `last(…, over {inner})` or another function over {inner}',
    cause:
      'If C has a length for each element of W, as words of different lengths have, the third element of C in one word does not correspond to the third in the next.',
    example: `model m {
  input text: token of 50 over W over C
  output y = sum(text |> embedding(8), over W)
}`,
    fix: 'Reduce the inner axis first: `sum(last(…, over C), over W)`. Or read it whole in each step, in a cell with an `input m: [A] over C`.',
  },
  RNN229: {
    title: 'Wrong shape for an operation',
    message: '{operation} takes {expected}, not {found}',
    cause:
      'Some operations take only vectors or matrices: `@`, `transpose`, `outer`, `softmax`, and `sum` and similar functions without `over`. The value has another rank, or it is over an axis where one value for all steps is needed.',
    example: `model m {
  input x: [4]
  output y = transpose(x)
}`,
    fix: 'Give a value of that shape, here a matrix. `[x]` makes a vector of one element; `over T` makes `sum` add along the axis T.',
  },
  RNN230: {
    title: 'Number out of range',
    message: '{what} must be {expected}; it is {found}',
    cause:
      'The number is not allowed here: nothing is divided by 0, a probability is from 0 to 1, a window has at least one element, and the parts of a split sum to 1.',
    example: `model m {
  input x: [4]
  output y = x |> dropout(1.5)
}`,
    fix: 'Give a number in the range: `dropout(0.5)` drops each element with probability 1/2.',
  },
  RNN231: {
    title: 'Wrong form of a setting',
    message: '{what} must be {expected}, not {found}',
    cause:
      'Settings of `train`, the `split` of a data block, and arguments such as a path, a side or the decimal sign each have one form.',
    example: `model m {
  input x: [4]
  target y: [4]
  loss mse(x |> dense(4), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0.1); clip = 1 }`,
    fix: 'Write it in that form: `clip = global_norm(1)`.',
  },
  RNN232: {
    title: 'A value of the whole data set mixed with values of single examples',
    message: '`average`, `total`, `variation` and `ranking` are of all examples together: {found}',
    cause:
      'An expression with an average, or another value of the whole data set, is computed once, after all examples. It cannot read the value of a single example, or average again.',
    example: `model m {
  input x: [4]
  target y: [4]
  p = x |> dense(4)
  loss mse(p, y)
  metric e = average(mse(p, y)) * x[0]
}`,
    fix: 'Average everything that differs between examples: `average(mse(p, y) * x[0])`, or `average(mse(p, y)) * average(x[0])`.',
  },
  RNN233: {
    title: 'An output over an axis that is not in the data',
    message: '{what} is over {axis}, which is not an axis of the data',
    help: 'first reduce {base}, with `last(…, over {base})` or another function over {base}',
    cause:
      'Applied along an axis that has an inner axis, `last`, `reverse` and similar functions also move the inner lengths. A reader of the output has only the lengths of the data, and could not tell where each element ends.',
    example: `model m {
  input x: [3] over W over C
  output y = last(x, over W)
}`,
    fix: 'Reduce the inner axis in the model: `output y = last(last(x, over W), over C)`.',
  },

  // 3xx: recurrence.

  RNN301: {
    title: 'A state that changes its shape',
    message: 'state `{state}` is {declared}, but its next value is {found}',
    help: 'the next value of a state must have its declared type',
    cause: 'The next value of a state is the state of the next step, so it needs the same type.',
    example: `cell grow {
  input x: [3]
  state c: [3]
  c' = [c, x]
  return c'
}
model m {
  input x: [3] over T
  output y = x |> grow
}`,
    fix: "Give `c'` the shape of `c`: `c' = c + x`.",
  },
  RNN302: {
    title: 'A state without its next value',
    message: 'state `{state}` has no next value',
    help: "write `{state}' = …`, or remove the state",
    cause: "Each state has exactly one equation with a prime. A state that never changes needs one too: `m' = m`.",
    example: `cell forget {
  input x: [3]
  state h, c: [3]
  h' = x + c
  return h'
}
model m {
  input x: [3] over T
  output y = x |> forget
}`,
    fix: "Add the equation of the state: `c' = …`.",
  },
  RNN303: {
    title: 'A state assigned without its prime',
    message: '`{state}` is the state before the step and cannot be assigned',
    help: "assign its next value, `{state}'`",
    cause: '`h` comes from the previous step; an equation can only define its next value.',
    example: `cell simple {
  input x: [3]
  state h: [3]
  h = tanh(x + h)
  return h
}
model m {
  input x: [3] over T
  output y = x |> simple
}`,
    fix: "Write `h' = tanh(x + h)` and `return h'`.",
  },
  RNN304: {
    title: 'A cell without a sequence',
    message: '{unit} runs over a sequence; this is a single {found}',
    help: 'apply it to a value over an axis',
    cause: 'A cell scans an axis of its argument, and this argument has none left.',
    example: `model m {
  input x: [3] over T
  output y = x |> LSTM(100) |> last |> LSTM(50)
}`,
    fix: 'Remove `last` between the two cells: it keeps only the last step.',
  },
  RNN305: {
    title: 'One step of a cell without its state',
    message: 'this runs one step of {unit}, with its state `{state}` reset every time',
    help: "declare `state {state}: {type}`, and write `{state}' = g({argument}, {state} = {state})` with `part g = {recipe}`",
    cause:
      'Inside a step there is no axis to scan. A cell applied there runs for one step, so its states must be passed to it and kept.',
    example: `cell outer_cell {
  input e: [3]
  g = GRU(9)(e)
  return g
}
model m {
  input e: [3] over T
  output y = e |> outer_cell
}`,
    fix: "Keep the state here: `state h: [9]`, `part g = GRU(9)`, `h' = g(e, h = h)`.",
  },
  RNN306: {
    title: 'A prime on a name that is not a state',
    message: "`{name}'` has a prime, but `{name}` is not a state",
    help: 'declare `state {name}: …`, or remove the prime',
    cause: 'A prime marks the next value of a state. Other names have one value per step and need no prime.',
    example: `cell simple {
  input x: [3]
  state h: [3]
  z' = tanh(x + h)
  h' = z'
  return h'
}
model m {
  input x: [3] over T
  output y = x |> simple
}`,
    fix: "Remove the prime: `z = tanh(x + h)`, `h' = z`.",
  },
  RNN307: {
    title: 'A state assigned twice',
    message: "`{state}'` is assigned twice",
    help: 'give the first value a name without a prime',
    cause: 'Each state has exactly one equation with a prime.',
    example: `cell twice {
  input x: [3]
  state h: [3]
  h' = x + h
  h' = tanh(h)
  return h'
}
model m {
  input x: [3] over T
  output y = x |> twice
}`,
    fix: "Name the intermediate value: `v = x + h`, `h' = tanh(v)`.",
  },
  RNN308: {
    title: 'A state read before its equation',
    message: "`{state}'` is read before its equation",
    help: "for the state before the step write `{state}`; otherwise move the equation of `{state}'` up",
    cause:
      "A primed name is defined by its equation and can be used only after it, as `o` of a peephole LSTM uses `c'`.",
    example: `cell early {
  input x: [3]
  state h: [3]
  y = 2 * h'
  h' = x + h
  return y
}
model m {
  input x: [3] over T
  output y = x |> early
}`,
    fix: "Move the line of `h'` above the one that reads it.",
  },
  RNN309: {
    title: 'No such state',
    message: '{unit} has no state `{state}`',
    cause: 'A state is passed to a cell by name, `cell(x, h = a)`, and this cell declares no state of that name.',
    example: `model m {
  input x: [3] over T
  part enc = GRU(8), dec = GRU(8)
  output y = dec(x, c = enc(x).final.h)
}`,
    fix: 'Name a state of the cell: a GRU has only `h`.',
  },
  RNN310: {
    title: 'States that do not match',
    message: '`from` gives {found}, but the states of {unit} are {expected}',
    help: 'pass the states one by one: `{unit}(x, h = …)`',
    cause: '`from = r.final` needs a record with the names and shapes of the states of the cell.',
    example: `model m {
  input x: [3] over T
  part enc = GRU(8), dec = LSTM(8)
  output y = dec(x, from = enc(x).final)
}`,
    fix: 'Pass the states by name: `dec(x, h = enc(x).final.h, c = …)`.',
  },
  RNN311: {
    title: 'No loss',
    message: 'model `{model}` has no loss',
    help: 'add `loss …` to train it',
    cause: 'Training minimizes the sum of the `loss` lines, and there is none.',
    example: `model m {
  input x: [4]
  target y: [4]
  p = x |> dense(4)
  predict y from p
}
data d for m { t = csv("a.csv"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0.1); epochs = 1 }`,
    fix: 'Add a loss: `loss mse(p, y)`.',
  },
  RNN312: {
    title: 'A prediction of something that is not a target',
    message: '`{name}` is not a target of the model',
    cause: '`predict y from e` declares e to be the prediction of target y.',
    example: `model m {
  input x: [4]
  target y: [4]
  p = x |> dense(4)
  loss mse(p, y)
  predict x from p
}`,
    fix: 'Name a target: `predict y from p`. Declare any other result as an `output`.',
  },
  RNN313: {
    title: 'A model inside another',
    message: '`{model}` is a model and cannot be applied inside another',
    help: 'share a layer or a cell instead',
    cause: 'A model connects a network to its data, targets and losses. Put the part to share into a layer.',
    example: `model a {
  input x: [4]
  output y = 2 * x
}
model b {
  input x: [4]
  output y = a(x)
}`,
    fix: 'Move the shared part to a `layer`.',
  },
  RNN314: {
    title: 'An optimizer that does not descend',
    message: '`{optimizer}` {does}',
    help: 'use a rate above 0',
    cause:
      'The optimizer was tried on one number. A negative rate increases the loss, and a decay of 1 may divide by 0. To maximize a loss, negate it: `loss -e`.',
    example: `model m {
  input x: real
  target y: real
  loss mse([x] |> dense(1), [y])
}
data d for m { t = csv("a.csv"); x = t.x; y = t.y }
train m on d { optimizer = Adam(-0.001); epochs = 1 }`,
    fix: 'Use a rate above 0: `Adam(0.001)`.',
  },
  RNN331: {
    title: 'Not a stream',
    message: 'cannot stream over {axis}: `{operation}` on line {line} needs the end of {value} to compute {output}',
    cause:
      'A stream answers at each step from the steps read so far. `reverse`, or a sum over the whole sequence, must wait for the end.',
    example: `model m {
  target y: [3] over T
  p = delay(y) |> bidirectional(LSTM(8)) |> dense(3)
  loss mse(p, y)
  predict y from p                   # the answer at step t would need the steps after t
}`,
    fix: 'Read in one direction only, or predict whole sequences.',
  },
  RNN332: {
    title: 'Truncation does not fit the model',
    message: '`truncate` cannot cut this model into windows: {reason}',
    help: 'the model must stream over one axis, and its loss must be over that axis',
    cause:
      'Truncated back-propagation trains on one window after another, and carries states but no gradients between them.',
    example: `model m {
  input x: [3] over T
  target y: real
  loss mse(x |> LSTM(8) |> last |> dense(1), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0.1); epochs = 1; truncate = 64 }`,
    fix: 'Remove `truncate`, or give a target at every step.',
  },
  RNN333: {
    title: 'The model reads its own answer',
    message: 'the model reads the answer it must predict: `{target}` reaches {reader}',
    help: 'outside losses and metrics, use the target of the previous step: `delay({target})`',
    cause:
      'A target is known only during training. It may be used in losses, metrics and `delay`; anything else could not be computed for new data.',
    example: `model m {
  target y: [3] over T
  p = y |> dense(3)
  loss mse(p, y)
  predict y from p
}`,
    fix: 'Predict from the previous steps: `delay(y) |> dense(3)`.',
  },
  RNN334: {
    title: 'A model that cannot stream',
    message: '`{model}` cannot run as a stream: {reason}',
    help: 'a stream runs along one axis: the first axis of an input, or of a target read by `delay`',
    cause:
      'A streamed model reads one element of an axis at a time and keeps its states in between. The axis must be known, and each state must keep its shape for the whole stream.',
    example: `model m {
  input x: [3]
  output y = sum(x)                  # rnnc explain m.rnn --emit step
}`,
    fix: 'Give the model a sequence, `input x: [3] over T`, or predict without a stream.',
  },
  RNN341: {
    title: '`last` of a bidirectional layer',
    message: 'at the last step, the backward half of {value} has read only one element',
    help: 'join `last` of the forward run and `first` of the backward one: `bidirectional(…)(x).ends`',
    severity: 'warning',
    cause: 'The backward run starts at the end, so at the last step it has read nothing but that step.',
    example: `model m {
  input x: [3] over T
  output y = x |> bidirectional(LSTM(8)) |> last
}`,
    fix: 'Take the ends: `part enc = bidirectional(LSTM(8))`, `enc(x).ends`.',
  },
  RNN342: {
    title: 'Unused name',
    message: '{kind} `{name}` is not used: {why}',
    help: 'use it or remove it; a name that starts with `_` may stay unused',
    severity: 'warning',
    cause:
      'No output, loss, metric, prediction or returned value of the unit depends on it. It may be read by names that are not used either.',
    example: `model m(units = 4) {
  input x: [3]
  h = x |> dense(units)
  z = relu(h)
  output y = h
}`,
    fix: 'Here the output was meant to use it: `output y = z`.',
  },
  RNN343: {
    title: 'A state returned one step late',
    message: "this is `{state}` from before the step, not the new `{state}'`",
    help: "write `{state}'` for the state after the step; if you mean the state before it, name it above the equation of `{state}'`: `before = {state}`",
    severity: 'warning',
    cause:
      "A cell that returns `h` gives at each step the result of the previous step, and the result of the last step is lost. The h_t of papers is `h'`.",
    example: `cell simple {
  input x: [3]
  state h: [3]
  h' = tanh(x + h)
  return h
}
model m {
  input x: [3] over T
  output y = x |> simple
}`,
    fix: "Return the state after the step: `return h'`.",
  },
  RNN344: {
    title: 'A softmax of one element',
    message: '`{operation}` of one element is always {value}',
    help: 'for two classes use `sigmoid`, or a `softmax` of two elements; for a number leave it out',
    severity: 'warning',
    cause:
      'A softmax makes its elements sum to 1, so a single one is always 1. Its derivative is 0, and nothing before it learns. `argmax` of one element is always 0.',
    example: `model m {
  input x: [4]
  target y: bool
  p = x |> dense(1, softmax)
  loss binary_cross_entropy(p[0], real(y))
}`,
    fix: 'For two classes write `dense(1, sigmoid)` and `binary_cross_entropy`, or `dense(2, softmax)` and `cross_entropy`.',
  },
  RNN345: {
    title: 'Not a distribution over classes',
    message:
      '{callee} needs class probabilities that sum to 1, but each element of this {size} comes from its own {source}',
    help: 'use `softmax` over the classes; if several classes can be right at once, `binary_cross_entropy` with a target for each',
    severity: 'warning',
    cause:
      'The loss reads only the probability of the right class. If the others need not fall as it rises, all of them rise, and nothing is learned.',
    example: `model m {
  input x: [4]
  target label: class of 3
  p = x |> dense(3, sigmoid)
  loss cross_entropy(p, label)
}`,
    fix: 'Write `dense(3, softmax)`.',
  },
  RNN346: {
    title: 'An optimizer that changes nothing',
    message: '`{optimizer}` changes no weight, so training has no effect',
    help: 'use a rate above 0; to keep some weights fixed, use `freeze`',
    severity: 'warning',
    cause: 'The optimizer was tried on one number and did not change it. A rate of 0 does this.',
    example: `model m {
  input x: real
  target y: real
  loss mse([x] |> dense(1), [y])
}
data d for m { t = csv("a.csv"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0); epochs = 1 }`,
    fix: 'Use a rate above 0: `SGD(0.01)`.',
  },

  // 4xx: data.

  RNN401: {
    title: 'An input without data',
    message: '{kind} `{input}` has no data',
    help: 'add `{input} = …` to `data {data}`',
    cause:
      'Each input and target of a model gets its values from an equation of the data block, or from the program that calls the model.',
    example: `model m {
  input x: [4] over T
  target y: [4] over T
  loss mse(x |> dense(4), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x }
train m on d { optimizer = SGD(0.1); epochs = 1 }`,
    fix: 'Add the equation: `y = t.y`.',
  },
  RNN402: {
    title: 'Two lengths of one axis',
    message:
      '`{left}` and `{right}` are both over {axis}, but in example {row} one has {leftLength} elements and the other {rightLength}',
    help: 'values over one axis must have equal lengths; if these may differ, use two axes',
    cause: 'Within a model, two values over the same axis have the same length in each example.',
    example: `# with a row such as {"x": [1, 2, 3], "tags": [0, 1]}
model m {
  input x: real over T
  target tags: real over T
  loss mse(x, tags)
}
data d for m { t = jsonl("a.jsonl"); x = t.x; tags = t.tags }`,
    fix: 'Correct the data, or declare one of them over another axis, `over S`.',
  },
  RNN403: {
    title: 'No such column',
    message: '`{file}` has no column `{column}`',
    cause:
      'A dot is followed by the name of a column, as written in the first line of a CSV file, or by a key of the objects of JSON Lines.',
    example: `# prices.csv begins with the line: date,price
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("prices.csv").prize }`,
    fix: 'Use the name of the column: `csv("prices.csv").price`.',
  },
  RNN404: {
    title: 'Not a number',
    message: '`{text}` is not a {type}: {where}',
    help: 'correct or remove the row',
    cause:
      'A column that is used as numbers, or a list, contains something else: often an empty cell, `NA`, `null`, or digits with a separator. A column that feeds a `bool` may contain only `true`, `false`, 1 and 0.',
    example: `# prices.csv holds the row: 2024-01-03,NA
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("prices.csv").price }`,
    fix: 'Correct the row. Read a column of names with `classes` or `words`.',
  },
  RNN405: {
    title: 'No data',
    message: '{what} is empty',
    help: 'it needs at least one example',
    cause: 'The file has no rows, or the split leaves none for a part.',
    example: `model m {
  input x: real
  target y: real
  loss mse(x, y)
}
data d for m { t = csv("three_rows.csv"); x = t.x; y = t.y; split = shuffled(0.98, 0.01, 0.01) }`,
    fix: 'Add data, or make the parts of the split larger.',
  },
  RNN406: {
    title: 'Unreadable file',
    message: 'cannot read `{path}`: {reason}',
    help: 'the path is relative to the `.rnn` file',
    cause: 'The file does not exist, or you may not read it.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("no_such_file.csv").x }`,
    fix: 'Correct the path, or give another file with `--data`.',
  },
  RNN407: {
    title: 'Not a data function',
    message: '`{name}` is not a data function',
    cause: 'A `data` block reads, encodes and cuts data; the functions of models cannot be applied to tables.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = tanh(csv("a.csv").x) }`,
    fix: 'Move the computation into the model. Data blocks know `csv tsv jsonl idx npy npz text words chars classes balanced standardize minmax log log1p sqrt windows streams truncated padded shuffled ordered`.',
  },
  RNN408: {
    title: 'A class missing from the training part',
    message: '`{value}` of `{name}` does not occur in the training part{place}',
    help: 'a class is learned from examples: shuffle the rows before the split, or remove these rows',
    cause: 'Classes are counted in the training part. This one occurs only in the validation or test part.',
    example: `model m {
  input x: real
  target y: class of K
  loss cross_entropy([x] |> dense(K, softmax), y)
}
data d for m { t = csv("sorted_by_label.csv"); x = t.x; y = classes(t.label); split = ordered(0.8, 0.2) }`,
    fix: 'Use `split = shuffled(0.8, 0.2)`.',
  },
  RNN409: {
    title: 'Series too short',
    message: 'a series of {length} is too short for windows of {needed}',
    help: 'use shorter windows, or larger parts of the split',
    cause: 'Windows are cut inside each part of the split, so each part needs at least `length + ahead` values.',
    example: `model m {
  input past: real over T
  target next: real
  loss mse(last(past), next)
}
data d for m { w = windows(csv("ten_values.csv").x, 24); past = w.past; next = w.next }`,
    fix: 'Use shorter windows, or a longer series.',
  },
  RNN410: {
    title: 'A malformed file',
    message: '`{file}` is malformed: {reason}',
    cause:
      'The file does not have the format that the function reads: a row with too many cells, a line of JSON that ends early, an object without a key that the others have, lists of unequal width.',
    example: `# broken.csv holds a row with three cells under two columns
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("broken.csv").x }`,
    fix: 'Correct the file at the place that the message names.',
  },
  RNN411: {
    title: 'Data of another shape',
    message: '`{input}` is declared as {declared}, but its data is {found}',
    cause: 'The values for an input must have its declared shape and axes.',
    example: `# each x of a.jsonl is a list of lists of 5 numbers
model m {
  input x: [4] over T
  output y = 2 * x
}
data d for m { x = jsonl("a.jsonl").x }`,
    fix: 'Declare the shape of the data, `input x: [5] over T`, or use a free name, `input x: [D] over T`.',
  },
  RNN412: {
    title: 'Outside the vocabulary',
    message: '{value} is not a {type}, in `{name}`{place}',
    help: 'the values are whole numbers from 0 to {last}',
    cause: 'A `token of V` or `class of V` is a whole number from 0 to V − 1.',
    example: `# label holds the numbers 1 to 10
model m {
  input x: real
  target label: class of 10
  loss cross_entropy([x] |> dense(10, softmax), label)
}
data d for m { t = csv("a.csv"); x = t.x; label = t.label }`,
    fix: 'Let `classes` number the labels: `label = classes(t.label)`.',
  },
  RNN413: {
    title: 'Not supported yet',
    message: '{feature} is not supported by this version yet',
    cause: 'The language includes this, but this version of the compiler does not support it.',
    example: `model m {
  input z: [N], x: real over T[2*N]
  output y = drop_first(x)
}`,
    fix: 'Express it another way, here `over T[N]`, or ask for it in an issue.',
  },
  RNN415: {
    title: 'Fewer than two classes',
    message: '`{name}` is a {type}: with {found} there is nothing to predict',
    help: 'a target needs at least two labels in the training part: check the data, and the split (`shuffled`)',
    cause:
      'A target whose labels are all the same teaches nothing, and a target without labels has no value. Often the labels were lost when the data was prepared, or the split left only one kind.',
    example: `model m {
  input x: real
  target y: class of 1               # or \`class of K\`, where the data has one label
  loss cross_entropy([x] |> dense(1, softmax), y)
}`,
    fix: 'Provide examples of at least two labels, or declare how many there are: `class of 3`.',
  },
  RNN416: {
    title: 'Mismatched labels and outputs',
    message: '`{target}` has {labels} labels, but `{output}` distinguishes {outputs}',
    help: 'give `{output}` {labels} outputs, `dense({size}, softmax)` with `cross_entropy`; or {other}',
    cause:
      'A softmax distinguishes as many labels as it has outputs, a sigmoid two. A label beyond them has no probability, and an output without a label would predict a label that does not exist.',
    example: `model m {
  input x: [4]
  target label: class of 5
  p = x |> dense(3, softmax)
  loss cross_entropy(p, label)
}`,
    fix: 'Use as many outputs as labels: `dense(5, softmax)`; if the data counts them, `class of K` and `dense(K, softmax)`.',
  },
  RNN417: {
    title: 'Number too large',
    message: '{value} is too large {what}: {place}',
    help: 'correct or remove the row',
    cause:
      'A number of the data is too large for the precision of the run, or so large that `standardize` or `minmax` would map most others of its column to one number. 32-bit floats end at 3.4e38, 64-bit floats at 1.8e308. Most often such a number stands for a missing value.',
    example: `# prices.csv holds the row: 2024-01-03,1e308
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = standardize(csv("prices.csv").price) }`,
    fix: 'Correct the row, or take the logarithm of the column first; for numbers beyond 3.4e38 run with `--dtype f64`.',
  },
  RNN418: {
    title: 'Empty label',
    message: 'empty label: {where}',
    cause: 'A column of labels has an empty cell or a null. It may be a label of its own or a missing answer.',
    example: `# table.csv holds the row: 0.5,
model m {
  input x: real
  target y: class of K
  loss cross_entropy([x] |> dense(K, softmax), y)
}
data d for m { t = csv("table.csv"); x = t.x; y = classes(t.kind) }`,
    fix: 'Remove the row, or give empty cells a label: `classes(t.kind, empty = "none")`.',
  },
  RNN419: {
    title: 'A label that lost digits',
    message: '`{text}` may have lost digits and cannot be a label: {where}',
    help: 'apply `classes` to the column itself: `classes(t.name)`',
    cause:
      '`classes` is applied to the result of arithmetic, and one label is a whole number above 2^53. Numbers of that size are rounded, so two labels may have become one.',
    example: `# table.csv holds the row: 9007199254740993
model m {
  input x: class of K
  output y = x |> embedding(2)
}
data d for m { x = classes(csv("table.csv").id * 1) }`,
    fix: 'Remove the arithmetic: `classes` reads a column as text and keeps every digit.',
  },
  RNN420: {
    title: 'A path with a backslash',
    message: '`{path}` is not a portable path',
    help: 'write `/` between folders, on every system',
    cause:
      'A path in a program contains a backslash, as on Windows, or a tab or a line break, which `\\t` and `\\n` in a string stand for.',
    example: `import "units\\\\cells.rnn"
`,
    fix: 'Write paths with `/` on every system: `import "units/cells.rnn"`, `csv("tables/new.csv")`.',
  },
  RNN421: {
    title: 'Data for another model',
    message: '`{data}` is a data block for `{other}`, not for `{model}`',
    cause: 'A `train` block names a model and a data block, but the data block feeds another model.',
    example: `model m {
  input x: [4]
  loss sum((x |> dense(4))^2)
}
model n {
  input u: [4]
  output y = u
}
data d for n { u = jsonl("a.jsonl").u }
train m on d { optimizer = SGD(0.1); epochs = 1 }`,
    fix: 'Train on a data block of the model: `data e for m { x = jsonl("a.jsonl").u }` and `train m on e`.',
  },
  RNN422: {
    title: 'Wrong kind of data',
    message: '{user} takes {expected}; this is {found}',
    cause:
      'Tables, columns, series, sequences, classes and windows are different kinds of data. An input, a target or a data function takes some of them; arithmetic and `[…]` combine data of one kind.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("prices.csv") }`,
    fix: 'Take the part that is needed, here a column of the table: `csv("prices.csv").price`.',
  },
  RNN423: {
    title: 'Series of different lengths',
    message: '{left} has {leftLength}, but {right} has {rightLength}',
    cause:
      'Series that are combined element by element must have equal lengths, and so must the rows of sequences. All inputs and targets of a model must have the same number of examples.',
    example: `# a.csv has 100 rows, b.csv has 99
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("a.csv").v - csv("b.csv").v }`,
    fix: 'Read both from one table, or correct the files; cut windows of one length for all inputs and targets.',
  },
  RNN424: {
    title: 'Data that is not finite',
    message: '{operation} must give finite numbers; it gives {found}',
    cause:
      'A computation in a data block, or the same scaling of data that a prediction is given, gives infinity or NaN: the logarithm of 0, the root of a negative number, a division by 0.',
    example: `# prices.csv holds the row: 2024-01-03,0
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = log(csv("prices.csv").price) }`,
    fix: 'Correct or remove the row, or use a function that is finite for each: `log1p(csv("prices.csv").price)`.',
  },
  RNN425: {
    title: 'A sequence too long to pad',
    message: '{place} has {length}, but `padded` pads to {most}',
    help: 'shorten it first: `truncated(…, {most})`',
    cause: '`padded` adds zeros until all sequences have one length. It never drops elements.',
    example: `# a.jsonl holds the row: {"words": [3, 1, 4, 1, 5]}
model m {
  input words: real over S[3]
  output y = sum(words, over S)
}
data d for m { words = padded(jsonl("a.jsonl").words, 3) }`,
    fix: 'Pad to the longest, `padded(…, 5)`, or shorten explicitly: `padded(truncated(…, 3), 3)`.',
  },
  RNN426: {
    title: 'Windows or streams of shuffled rows',
    message: '`split` shuffles the rows of a series that is cut into {what}',
    help: 'use `ordered(…)`: the first rows for training, the later ones for validation and test',
    cause:
      'Windows and streams contain consecutive rows. Shuffled rows are not consecutive any more, and windows cut before the split would share rows between its parts.',
    example: `model m {
  input past: real over T
  target next: real
  loss mse(last(past), next)
}
data d for m { w = windows(csv("a.csv").v, 24); past = w.past; next = w.next; split = shuffled(0.8, 0.2) }`,
    fix: 'Split a series in its order: `split = ordered(0.8, 0.2)`.',
  },
  RNN430: {
    title: 'A token outside the vocabulary',
    message: '`{value}` is not in the vocabulary of `{name}`{place}',
    help: 'map such tokens to one token, `unknown = "?"`, or drop them, `unknown = ""`',
    cause:
      'The vocabulary contains the tokens of the training part, or the most frequent of them, and the weights know no others. The data block does not say how to treat any other token.',
    example: `# names.csv holds a row with a character that no row of the training part has
model m {
  input name: token of V over T
  target y: real
  loss mse(name |> embedding(4) |> GRU(4) |> last |> dense(1), [y])
}
data d for m { t = csv("names.csv"); name = chars(t.name); y = t.y; split = ordered(0.8, 0.2) }`,
    fix: 'Say how to treat it: `chars(t.name, unknown = "?")` maps it to one token, `unknown = ""` drops it. Or shuffle the rows before the split.',
  },
  RNN431: {
    title: 'Streams without elements',
    message: '{count} streams are cut from {part}, which has {elements}',
    help: 'use fewer streams, or make the parts of the split larger',
    cause: '`streams(x, n)` cuts each part of the split into n rows of at least one element.',
    example: `# hamlet.txt has 20 characters
model m {
  target script: token of V over T
  p = delay(script) |> embedding(8) |> GRU(8) |> dense(V, softmax)
  loss cross_entropy(p, script)
}
data d for m { script = streams(chars(text("hamlet.txt")), 32) }`,
    fix: 'Use fewer streams for a short text. Streams are trained in parallel: use as many as a batch, each much longer than `truncate`.',
  },
  RNN435: {
    title: 'An array that does not contain numbers',
    message: '`{file}` contains an array of type {type}, which cannot be read',
    help: 'use integers, float32, float64 or bool: save `x.astype("float32")`',
    cause:
      'A NumPy array may contain half floats, complex numbers, dates, texts, records or Python objects. Only integers, float32, float64 and bool can be read.',
    example: `# x.npy was saved from an array of complex numbers
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = npy("x.npy") }`,
    fix: 'Convert the array before saving it: `numpy.save("x.npy", x.real.astype("float32"))`.',
  },

  // 5xx: weights and run time.

  RNN501: {
    title: 'Weights of another model',
    message: '`{file}` does not fit model `{model}`: {differences}',
    cause: 'Weights are matched exactly by path and shape: `enc.f.W_i: [32, 12]`.',
    example: `$ rnnc predict model.rnn --weights older.safetensors`,
    fix: 'Train again, or rename the parts as the message proposes. Named parts keep the paths of weights stable when a layer is inserted.',
  },
  RNN502: {
    title: 'Not a weights file',
    message: '`{file}` is not a safetensors file: {reason}',
    cause: 'The file has another format or is incomplete.',
    example: `$ rnnc predict model.rnn --weights model.rnn`,
    fix: 'Give a file written by `rnnc train --out`.',
  },
  RNN503: {
    title: 'Unwritable file',
    message: 'cannot write `{path}`: {reason}',
    cause: 'The folder does not exist or may not be written to, or the disk is full.',
    example: `$ rnnc train model.rnn --out /no/such/folder/m.safetensors`,
    fix: 'Create the folder, or choose another.',
  },
  RNN504: {
    title: 'Training diverged',
    message: '{what} is {value} at step {step}',
    help: 'use a lower rate, or clip the gradients: `clip = global_norm(1)`',
    cause:
      'The loss, a weight or a state of the optimizer became infinite or NaN: a gradient exploded, or the model took the logarithm or the root of a number that is not positive. The weights of the best epoch so far are saved; if there is none, nothing is saved, and weights saved earlier are unchanged.',
    example: `model m {
  input x: real over T
  target y: real
  loss mse([x] |> SimpleRNN(8, activation = identity) |> last |> dense(1), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x; y = t.y }
train m on d { optimizer = SGD(1000); epochs = 100 }`,
    fix: 'Lower the rate of the optimizer, clip the gradients, and scale the data with `standardize`.',
  },
  RNN505: {
    title: 'An unknown option',
    message: 'unknown {option} `{value}`',
    cause: 'A command-line option has a value that is not one of its choices.',
    example: `$ rnnc train model.rnn --target cuda`,
    fix: 'Use one of the choices that the message lists.',
  },
  RNN506: {
    title: 'A wrong gradient',
    message: 'the gradient of `{param}` has a relative error of {error} compared with {judge}; {tolerance} is allowed',
    help: 'this is a bug in the compiler, not in your file: please report it with the file',
    cause:
      'The derivative generated by the compiler disagrees with forward-mode differentiation, which is exact up to rounding, or with finite differences of the loss.',
    example: `$ rnnc gradcheck model.rnn`,
    fix: 'Report it, with the program and the seed. A point on a kink, such as relu at 0, is not a failure; `gradcheck` counts it.',
  },
  RNN507: {
    title: 'Unknown size',
    message: 'the size of `{symbol}` is not known',
    help: 'set it with `--set {symbol}=65`, or add a data block, which counts it',
    cause:
      'A free name in the type of an input or target, such as the V of `token of V`, gets its size from the data or from the command line.',
    example: `model m {
  input x: token of V over T
  output y = x |> embedding(8)
}`,
    fix: 'Train with a data block, or set the size: `--set V=65`.',
  },
  RNN508: {
    title: 'A bad `--set`',
    message: 'cannot set `{text}`: {reason}',
    help: 'write `--set name=value`: a hyper-parameter, a size, a setting of `train` or a number of its optimizer',
    cause:
      'The name is not a hyper-parameter, a size, a setting or a number of the optimizer, or the value does not fit it.',
    example: `$ rnnc train model.rnn --set unit=64`,
    fix: 'Correct the name: `--set units=64`.',
  },
  RNN519: {
    title: 'Not enough memory',
    message: '{doing} takes at least {needed} of memory, but the limit is {there}',
    cause:
      'The memory of a run is computed before it starts, from the sizes of the model, the batch and its longest sequence. On the command line the limit is the memory of the machine; in the library it is 16 GB, or the option `memory`.',
    example: `$ rnnc train model.rnn --set units=500000`,
    fix: 'Reduce a size that the message names: a size of the model (`--set units=…`), or the number of examples in a batch (`--set batch=…`). For long sequences, `checkpoint = auto` keeps less, and `truncate` cuts them.',
  },
  RNN509: {
    title: 'Wrong arguments',
    message: '`{what}` takes {expected}, not {found}',
    cause: 'An argument of a command is missing or superfluous, or the value of an option is invalid.',
    example: `$ rnnc train model.rnn --seed one`,
    fix: 'See the examples of `rnnc help COMMAND`.',
  },
  RNN510: {
    title: 'A failed check of the fuzzer',
    message: 'the check `{check}` failed: {message}',
    help: 'this is a bug in the compiler: please report it with the program above',
    cause: 'A random program showed that a gradient, a pass or a backend is wrong.',
    example: `$ rnnc fuzz --runs 20000`,
    fix: 'Report it. `--save` writes the program to a file that `rnnc fuzz` can run again.',
  },
  RNN511: {
    title: 'No gradient to check',
    message: 'the loss is {value} in this batch, so there is no gradient to check',
    help: 'try another batch: `--seed 2`, or `--data`',
    cause:
      'In the random batch, the model takes the logarithm or the root of a number that is not positive, or divides by 0.',
    example: `$ rnnc gradcheck model.rnn`,
    fix: 'Try another seed, or real data with `--data`. If the loss is not finite on real data either, training would diverge: see RNN504.',
  },
  RNN512: {
    title: 'A result that is not finite',
    message: '{what} is {value}',
    cause:
      'A number overflows, or a logarithm, a root or a quotient is undefined, and the loss or a gradient depends on it.',
    example: `$ rnnc diagnose model.rnn --data`,
    fix: 'The caret marks the first equation whose result is not finite though its operands are, with its step, example and operands. Keep these in range: with `max(x, 1e-6)` inside a logarithm, a lower rate, or `clip`.',
  },
  RNN513: {
    title: 'No GPU',
    message: 'no GPU found; tried {tried}',
    help: 'leave out `--target gpu` to run on the CPU',
    cause:
      'A GPU was requested, but none can be reached here: in Node through the packages `gpu.js` and `webgpu` and a graphics driver, in a browser through WebGPU or WebGL2.',
    example: `$ rnnc train model.rnn --target gpu`,
    fix: 'Install the packages (`npm install gpu.js webgpu`) and a driver, or run on the CPU.',
  },
  RNN514: {
    title: 'The GPU failed',
    message: 'the GPU could not run the network: {reason}',
    cause:
      'The device ran out of memory, was lost, or rejected a shader; or gpu.js ran the network on another device than the one requested; or a whole number of the data is too large to be exact in 32-bit floats. Weights saved earlier are unchanged.',
    example: `$ rnnc train model.rnn --target gpu --set batch=100000`,
    fix: 'Use smaller batches, or run on the CPU. If the device rejects a shader, please report it with the file.',
  },
  RNN515: {
    title: 'Weights that are not finite',
    message: '`{weight}` in {file} is {value}',
    help: 'train again, with a lower rate or with `clip`; `rnnc diagnose` shows where it starts',
    cause:
      'A weight is NaN or infinite, so every answer would be too. It was written by a training that diverged, or by another program.',
    example: `$ rnnc predict diverged.safetensors`,
    fix: 'Train again: lower the rate, clip the gradients with `clip = global_norm(1)`, scale the data with `standardize`.',
  },
  RNN516: {
    title: 'Interrupted before the first step',
    message: 'interrupted before the first step; nothing was saved',
    cause: 'Ctrl-C, or a signal to terminate, came before training began. Weights saved earlier are unchanged.',
    example: `$ rnnc train model.rnn --set units=8192`,
    fix: 'Train again. If initialization takes too long, use fewer units: the time for an orthogonal matrix grows with their cube.',
  },
  RNN517: {
    title: 'A file that would be lost',
    message: '`{path}` contains {found}, which would be lost',
    help: 'choose another file with `--out`, or overwrite this one with `--force`',
    cause:
      'Weights overwrite only earlier weights of the same model, which are kept as NAME.previous.safetensors. Other outputs never overwrite weights.',
    example: `$ rnnc train model.rnn --out other.safetensors`,
    fix: 'Name another file. With `--force` the existing file is overwritten and not kept.',
  },
  RNN518: {
    title: 'An output over an input',
    message: '`{path}` is also an input, `{input}`, and would be overwritten',
    help: 'choose another file for the output',
    cause:
      'The output of a command would overwrite its program, its weights or its data, possibly under another name or through a link.',
    example: `$ rnnc predict model.safetensors --data new.csv --out new.csv`,
    fix: 'Name another file. `--force` does not change this.',
  },
  RNN520: {
    title: 'States of another stream',
    message: 'these are not states of a stream of `{model}`: {differences}',
    help: 'pass an object from `states` of a stream of the same model, axis and number of rows',
    cause:
      'States are restored by name, type and size: those of another model, or of another number of rows, do not fit.',
    example: `$ node -e 'stream(model, weights).restore(stream(other, otherWeights).states)'`,
    fix: 'Store the states together with the name of their weights.',
  },
  RNN521: {
    title: 'A stream that has ended',
    message: '`{axis}` has only {length} elements, and all were given',
    help: 'start again with `reset`, or declare the axis without a length',
    cause: 'The model declares the length of the axis, so every sequence has that length.',
    example: `$ seq 13 | rnnc predict year.safetensors --stream      # input x: real over T[12]`,
    fix: 'Call `reset()` before the next sequence.',
  },
  RNN522: {
    title: 'Generation without an end',
    message: 'generating `{target}` needs an end: {reason}',
    help: 'limit the number of steps: `--steps 500`, or `{ steps }` in the library',
    cause:
      'A generated sequence ends with its end token, at the end of an axis of fixed length, or with the inputs along the axis. This model has none of them.',
    example: `$ rnnc generate characters.safetensors --after "ROMEO:"`,
    fix: 'Give the number of steps, or add an end token in the data block: `words(…, end = true)`.',
  },
  RNN523: {
    title: 'Nothing to generate',
    message: '`{model}` cannot generate: {reason}',
    help: 'to generate, a model must predict a target that it also reads through `delay`',
    cause: 'Generation predicts a target step by step and feeds each prediction back into the next step.',
    example: `model m {
  input x: [3] over T
  target y: [3] over T
  p = x |> LSTM(3)
  loss mse(p, y)
  predict y from p                   # rnnc generate m.safetensors
}`,
    fix: 'Use `rnnc predict`, or let the model read its own predictions: `p = [x, delay(y)] |> LSTM(3)`.',
  },
  RNN524: {
    title: 'A thread failed',
    message: 'the threads could not run the network: {reason}',
    help: 'leave out `--threads` to run on one',
    cause:
      'A worker could not be started, stopped in the middle of a run, or did not come to a barrier within a minute. Weights saved earlier are unchanged.',
    example: `$ rnnc train model.rnn --target wasm --threads 64`,
    fix: 'Use fewer threads. If it happens again, please report it with the file.',
  },
  RNN525: {
    title: 'Another training',
    message: '`{file}` is the state of another training: {differences}',
    help: 'give the same program, data and options as before; without `--resume` training begins anew',
    cause:
      'A training goes on only with what it began with, as its result would otherwise be that of no training at all. Only `epochs`, `steps` and `patience` may change.',
    example: `$ rnnc train model.rnn --seed 2 --resume     # begun with --seed 1`,
    fix: 'Undo what the message names. To train with other settings or data, begin anew.',
  },
  RNN526: {
    title: 'Code that a page forbids',
    message: 'the target `{target}` makes code, which the policy of this page forbids: {reason}',
    help: 'allow it by `{word}` in `script-src`',
    cause:
      'The library compiles a network while the page runs: to JavaScript with `js`, to WebAssembly with `wasm`. A content security policy forbids both unless it allows them.',
    example: `$ curl -I https://example.org/ | grep -i content-security-policy`,
    fix: "Allow `'wasm-unsafe-eval'` and use `target: 'wasm'`, or allow `'unsafe-eval'`. A module that `rnnc build` has written needs neither for js.",
  },
  RNN527: {
    title: 'Out of memory',
    message: 'an array or a text does not fit into memory: {reason}',
    help: 'use smaller sizes, a smaller `batch`, or less data',
    cause:
      'The system gave no memory for an array, or it is longer than an array or a text of JavaScript may be. Most runs are refused before, with RNN519, as their memory is computed first.',
    example: `$ rnnc fuzz case.rnn     # whose sizes are very large`,
    fix: 'Reduce the sizes of the model, `batch`, or the length of the sequences.',
  },
  RNN528: {
    title: 'A state past the end',
    message: '{state} is {there}, but {limit} ends the training {end}',
    help: 'begin anew, without the state',
    cause:
      'The state to go on from is past the end that `epochs`, `steps` or `patience` sets. The result of such a training has other weights, which cannot be made from this state.',
    example: `$ rnnc train model.rnn --set epochs=2 --resume     # 5 epochs are trained already`,
    fix: 'Set the limit as high as the message says, to go on. For a shorter training leave out `--resume`, and in the library `from`.',
  },
} as const satisfies Record<string, Entry>

export type Code = keyof typeof entries

/** The names of the placeholders of a text. */
type HolesIn<Text> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | HolesIn<Rest> : never

type MessageOf<C extends Code> = (typeof entries)[C]['message']
type HelpOf<C extends Code> = (typeof entries)[C] extends { readonly help: infer Help } ? Help : never

/** The values for the placeholders of a message, and of its help unless another help is given. */
export type Holes<C extends Code> = C extends Code
  ? { readonly [H in HolesIn<MessageOf<C>>]: string | number } & {
      readonly [H in HolesIn<HelpOf<C>>]?: string | number
    }
  : never

export const catalogue: { readonly [K in Code]: Entry } = entries
