// Every message that a user can meet, in one table: the compiler prints it, and spec/errors.md is generated from it.
// `{name}` is a hole that the place which reports the error fills. `example` is a file that gives the error.

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
  // 1xx: how a file is written.

  RNN101: {
    title: 'Unexpected token',
    message: 'expected {expected}, found {found}',
    cause: 'The line does not have the form of any statement or expression of the language.',
    example: `model m {
  input x [3]
  output y = 2 * x
}`,
    fix: 'Write what the message expects: here `input x: [3]`, with a colon between the name and its type.',
  },
  RNN102: {
    title: 'Unknown character',
    message: '`{text}` is not part of the language',
    cause: 'The file holds a character that no word, number or operator of the language begins with.',
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
    cause: 'A new line or a `;` separates statements. So a forgotten operator cannot glue two equations together.',
    example: `model m {
  input x: [3] output y = 2 * x
}`,
    fix: 'Begin a new line, or write `input x: [3]; output y = 2 * x`.',
  },
  RNN104: {
    title: 'Misplaced prime',
    message: 'a prime stands once, directly after a name',
    help: "write `{name}'`: the value that leaves the step",
    cause:
      "`h` is the state that enters a step and `h'` the one that leaves it. There is no `h''`, and no space before a prime.",
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
    cause: 'A name before `=` in a call, or in a `train` or `data` block, is not one of those that are known there.',
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
      'A unit sees its own names, its hyper-parameters, the units and fns of the file and the library, and nothing of its caller.',
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
    cause: 'Each name of a unit has one definition, as in a formula. A name that changes from step to step is a state.',
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
    message: 'after this comma the declaration should go on, but it ends',
    help: 'remove the comma at the end of line {line}',
    cause:
      'A trailing comma is allowed in calls, lists and hyper-parameters, but not in declarations, where it would swallow the next line.',
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
    cause: 'Equations are read from the top to the bottom. Only the top level of a file is unordered.',
    example: `model m {
  input x: [3]
  output z = 2 * y
  y = x + 1
}`,
    fix: 'Put the equation of `y` before the one that reads it.',
  },
  RNN110: {
    title: 'A string without its end',
    message: 'this string has no closing `"`',
    help: 'a string ends on the line on which it begins; inside it, a quote is written `\\"`',
    cause: 'A string began with `"`, and the line ended before another.',
    example: `import "cells.rnn
`,
    fix: 'Close the string: `import "cells.rnn"`.',
  },
  RNN111: {
    title: 'An imported file is not found',
    message: 'cannot find `{path}`',
    help: 'the path is relative to the file that imports it',
    cause: 'The file named by an `import` does not exist, or cannot be read.',
    example: `import "no_such_file.rnn"
`,
    fix: 'Correct the path. It starts at the folder of the file that holds the `import`.',
  },
  RNN112: {
    title: 'An imported name clashes',
    message: '`{name}` comes both from {first} and from {second}',
    help: 'import only the names that you need: `import A, B from "file.rnn"`',
    cause: 'Two imported files define the same name, or an imported file and this one do.',
    example: `import "a.rnn"
import "b.rnn"
`,
    fix: 'Rename one of the two, or import the needed names alone: `import LSTM2 from "a.rnn"`.',
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
    message: '`{statement}` does not belong in {place}',
    cause:
      'Each kind of unit has its own statements. A cell has states, a model has targets and losses, a layer neither; an fn holds equations and its `return`; `train` and `data` hold settings.',
    example: `layer scale {
  input x: [D]
  state h: [D]
  return x + h
}`,
    fix: 'Move the statement, or change the unit: what has a `state` is a `cell`.',
  },
  RNN115: {
    title: 'Nothing is returned',
    message: '{kind} `{name}` returns nothing',
    help: 'end it with `return …`',
    cause: 'The value of a layer or an fn is what its `return` gives.',
    example: `layer double {
  input x: [D]
  y = 2 * x
}`,
    fix: 'Add `return y`.',
  },
  RNN116: {
    title: 'A chained comparison',
    message: 'comparisons do not chain',
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
    cause: 'Eight words of the grammar can never be names. All the others (`cell`, `input`, `loss` …) can.',
    example: `model m {
  input of: [3]
  output y = 2
}`,
    fix: 'Choose another name, for example `part_of`.',
  },
  RNN118: {
    title: 'An unknown escape in a string',
    message: '`{escape}` means nothing in a string',
    help: 'the escapes are `\\"`, `\\\\`, `\\n` and `\\t`; folders of a path are separated by `/`',
    cause: 'A backslash in a string is followed by a character that makes no escape. On Windows this is often a path.',
    example: `import "units\\cells.rnn"
`,
    fix: 'Write paths with `/` on every system: `import "units/cells.rnn"`.',
  },
  RNN119: {
    title: 'Nested too deeply',
    message: 'this statement is nested too deeply',
    help: 'give a part of it a name on a line of its own',
    cause:
      'An expression has hundreds of brackets or operators inside each other, or functions use each other hundreds deep, most likely because a program wrote it. A chain may be as long as you like: `a + b + c`, `x |> f |> g`.',
    example: `model m {
  input x: real
  output y = ${'('.repeat(3)}…hundreds more…
}`,
    fix: 'Split the expression into several equations.',
  },
  RNN120: {
    title: 'Files import each other',
    message: '`{path}` imports itself: {cycle}',
    help: 'move what both need to a third file',
    cause: 'A file reaches itself again through its imports.',
    example: `import "b.rnn"    # and b.rnn imports this file
`,
    fix: 'Move the shared units to a file which both import.',
  },

  RNN121: {
    title: 'Too much to expand',
    message: 'this comes to more than {most} {what}',
    cause:
      'Functions and units are expanded where they are used. Where each uses the one before it twice, thirty of them make a thousand million.',
    example: `fn f0(x) = tanh(x)
${Array.from({ length: 21 }, (_, i) => `fn f${i + 1}(x) = f${i}(x) + f${i}(-x)`).join('\n')}
model m {
  input x: real
  output y = f21(x)
}`,
    fix: 'Compute what is used twice once, and give it a name: `y = f20(x)`, then `y + y`. A recurrence over steps is a cell.',
  },
  RNN122: {
    title: 'A number that no machine number is',
    message: '{number} is {what}',
    cause:
      'Numbers are doubles: up to 1.8e308, the least above 0 is 4.9e-324, and whole numbers are exact up to 9007199254740991. Another would become infinite, 0 or a neighbour without a word.',
    example: `model m {
  input x: real
  output y = x * 1e999
}`,
    fix: 'Write a number that is one. `inf` is infinity; a large factor that need not be exact is written with an exponent: `1e20`.',
  },

  // 2xx: shapes and types.

  RNN201: {
    title: 'A product whose dims do not meet',
    message:
      '{left} is {leftType}, {right} is {rightType}: the last dim of {left}, {leftDim}, meets the first of {right}, {rightDim}',
    cause: '`A @ b` sums over the last dim of A and the first of b, which must be equal.',
    example: `model m {
  input x: [28]
  param W: [28, 64]
  output y = W @ x
}`,
    fix: 'On paper, W maps 28 to 64, so it has 64 rows: `param W: [64, 28]`.',
  },
  RNN202: {
    title: 'One part, two shapes',
    message: '`{part}` took {input}: {first} on line {line}, so its {dim} is {firstDim}; here it is {secondDim}',
    help: 'declare a second part for the second shape',
    cause: 'The first use of a part fixes its dims, and so the shapes of its weights. Every later use must agree.',
    example: `model m {
  input a: [28]
  input b: [30]
  part enc = dense(8)
  output y = enc(a) + enc(b)
}`,
    fix: 'Two parts: `part f = dense(8), g = dense(8)`, or inputs of one shape.',
  },
  RNN203: {
    title: 'Items that do not fit each other',
    message: '`{operation}` works element by element, but the items are {left} and {right}',
    help: 'the items must be equal, or one of them a scalar; nothing is stretched',
    cause: 'Pointwise operations need equal items, or one scalar. A dim of 1 is not repeated by itself.',
    example: `model m {
  input x: [5]
  input y: [1]
  output z = x + y
}`,
    fix: 'Take the scalar out of its vector: `x + y[0]`.',
  },
  RNN204: {
    title: 'Not the type that was declared',
    message: '`{name}` is declared as {declared}, but its value is {found}',
    cause: 'A type written on an equation or an initial value is checked against the value.',
    example: `model m {
  input x: [5]
  y: [6] = 2 * x
  output z = y
}`,
    fix: 'Correct the type or the equation.',
  },
  RNN205: {
    title: 'An input of another type',
    message: '`{input}` of {unit} takes {declared}; this is {found}',
    cause:
      'The item of an argument must have the rank and the dtype that the unit declares, and the axes that it asks for.',
    example: `model m {
  input x: real over T
  output y = x |> LSTM(8)
}`,
    fix: 'Make a vector of one element of each scalar: `[x] |> LSTM(8)`.',
  },
  RNN206: {
    title: 'A weight as long as a sequence',
    message: 'the shape of param `{param}` uses `{axis}`, which is the length of an axis',
    help: 'sequences differ in length, weights do not; an axis of fixed length has a number: `over {axis}[24]`',
    cause: 'The shape of a param is made of dims: numbers, hyper-parameters, and the free names of items.',
    example: `model m {
  input x: [3] over T
  param W: [T, 3]
  output y = W @ last(x)
}`,
    fix: 'Use a dim of an item, or a number.',
  },
  RNN207: {
    title: 'A number that must be known before the data',
    message: '{what} must be {expected} that is known before any data; this is {found}',
    cause:
      'Dims, lengths, indices of items and most hyper-parameters are static: numbers, hyper-parameters, and arithmetic on them.',
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
    cause:
      'A call has more or fewer arguments than the function, cell or layer has inputs, or `[…]` has no values at all.',
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
    cause:
      'Values, recipes, parts, functions, initial values and numbers are different things, and one stands where another is needed.',
    example: `model m {
  input x: [4]
  part f = dense(4)
  output y = x + f
}`,
    fix: 'Apply the part to a value: `x + f(x)`.',
  },
  RNN211: {
    title: 'Two values over different axes',
    message: 'one is over {left}, one over {right}, and neither contains the other',
    help: 'a layer with `input m: [A] over {right}` reads the whole of {value} at each {left}',
    cause: 'An operation on one value over T and one over S would be a table of all pairs. That must be asked for.',
    example: `model m {
  input x: [4] over T
  input y: [4] over S
  output z = x + y
}`,
    fix: 'Reduce one of them (`sum(y, over S)`), or map a layer that declares `input m: [A] over S` over T.',
  },
  RNN212: {
    title: 'One target, many answers',
    message: '{value} is over {axis}, target `{target}` is not',
    help: 'one answer per sequence: `last(…)`; the target at every step: `repeat({target}, over {axis})`',
    cause: 'A target is never repeated along an axis in silence, since the loss would then mean something else.',
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
    message: '{callee} takes probabilities; `{value}` comes from {source}',
    help: 'write `softmax({value})`, or `sigmoid({value})` for a yes or no: it is computed from `{value}` itself, and stable',
    cause:
      'Cross-entropies are written on probabilities. The compiler looks for the softmax or sigmoid behind them and finds none, or something in between from which the logarithms of p and 1 − p cannot be computed without losing digits.',
    example: `model m {
  input x: [4]
  target label: class of 3
  z = x |> dense(3)
  loss cross_entropy(z, label)
}`,
    fix: 'Say `dense(3, softmax)`, or `cross_entropy(softmax(z), label)`.',
  },
  RNN214: {
    title: 'Which axis?',
    message: '{callee} needs one axis, and the value is over {axes}',
    help: 'name it: `over {axis}`',
    cause:
      'A cell, `last`, `reverse` and their like act on the only axis of a value. With several axes, one must be named.',
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
    fix: 'Name an axis of the value: `sum(x, over T)`; without `over`, `sum` acts on the item.',
  },
  RNN216: {
    title: 'The wrong dtype',
    message: '{what} needs {expected}, not {found}',
    cause: 'Reals, ints and bools are kept apart. An int serves as a real; nothing else is converted by itself.',
    example: `model m {
  input x: [4]
  output y = where(x, x, 0)
}`,
    fix: 'Compare first: `where(x > 0, x, 0)`. A bool becomes a number with `real(b)`.',
  },
  RNN217: {
    title: 'Outside of the item',
    message: '`{index}` is not a place in {shape}',
    cause: 'Indices count from 0, and a slice `a:b` runs from a to b, without b, inside the dim.',
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
      'After a dot stands an output of a cell or layer, `final` and its states, a param of a part, or a column of a table.',
    example: `model m {
  input x: [4] over T
  h = x |> LSTM(8)
  output y = h.memory
}`,
    fix: 'Name one of the members: `h.final.c` is the last state `c`.',
  },
  RNN219: {
    title: 'Joining what is no vector',
    message: '`[…]` joins vectors and scalars; {value} is {found}',
    cause: '`[a, b]` puts vectors end to end, a scalar counting as one element. It does not stack matrices.',
    example: `model m {
  input x: [4]
  param W: [4, 4]
  output y = [W, x]
}`,
    fix: 'Join vectors only: `[W @ x, x]`.',
  },
  RNN220: {
    title: 'A dim that nobody knows',
    message: 'nothing says how large `{dim}` is',
    help: 'a dim is a number, a hyper-parameter, or a name that an input brings: `input x: [{dim}]`',
    cause: 'A free name in a shape is bound by the first argument that meets it. No input of the unit holds this one.',
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
    title: 'A recipe bound by `=`',
    message: '`{recipe}` is a recipe, not a value',
    help: 'write `part {name} = {recipe}` to make its weights',
    cause: '`LSTM(100)` says how to make a cell and makes no weights. Only `part`, or applying it in place, does.',
    example: `model m {
  input x: [4] over T
  enc = LSTM(8)
  output y = enc(x)
}`,
    fix: 'Write `part enc = LSTM(8)`.',
  },
  RNN222: {
    title: 'A recipe applied at two places',
    message: 'the recipe `{name}` is applied at two places, which makes two sets of weights',
    help: 'name a part if you meant one: `part f = {name}`',
    severity: 'warning',
    cause: 'A hyper-parameter that is a recipe makes new weights at each place at which it is applied.',
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
    title: 'Weights that have no shape yet',
    message: '`{part}` has not been applied yet, so the shape of `{part}.{param}` is not known',
    help: 'apply `{part}` on an earlier line',
    cause: 'The dims of a part come from the first value that it is applied to.',
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
    cause: 'The first call on a template gives its hyper-parameters; the second one applies it.',
    example: `model m {
  input x: [4] over T
  output y = LSTM(x, 100)
}`,
    fix: 'Write `x |> LSTM(100)` or `LSTM(100)(x)`.',
  },
  RNN225: {
    title: 'Not something to apply',
    message: '`{value}` cannot be applied: it is {found}',
    cause: 'Before `(…)` and after `|>` stands a function, a part, a cell, a layer, or a recipe.',
    example: `model m {
  input x, y: [4]
  output z = x(y)
}`,
    fix: 'For a product write `x * y`, or `x @ y` for the dot product.',
  },
  RNN226: {
    title: 'An initial value in an equation',
    message: '{name} is an initial value: it has no shape of its own',
    help: 'it is known only after the `=` of a param or a state',
    cause: '`zeros`, `ones`, `normal(sd)`, `glorot_uniform` and their like take the shape of what they initialize.',
    example: `model m {
  input x: [4]
  output y = x + normal(0.1)
}`,
    fix: 'Declare a param, `param b: [4] = normal(0.1)`, or a state.',
  },
  RNN227: {
    title: 'A unit that applies itself',
    message: '`{unit}` applies itself: {cycle}',
    help: 'there is no recursion; what repeats is a cell over an axis',
    cause: 'Units and fns are expanded where they are used, so none may reach itself.',
    example: `fn f(x) = 1 + g(x)
fn g(x) = 2 * f(x)
model m {
  input x: real
  output y = f(x)
}`,
    fix: 'Write the repetition as a cell that runs over an axis.',
  },
  RNN228: {
    title: 'One place in sequences of different lengths',
    message:
      '{what} at the same place of {inner} along {outer}, but each element of {outer} has a {inner} of its own length',
    help: 'first go through {inner}: `last(…, over {inner})` or another function over {inner} gives one value for each element of {outer}',
    cause:
      'Where C has a length for each element of W, as words of different lengths have, the third of C in one element of W has nothing to do with the third in the next.',
    example: `model m {
  input text: token of 50 over W over C
  output y = sum(text |> embedding(8), over W)
}`,
    fix: 'Go through the inner axis first, `sum(last(…, over C), over W)`; or read it whole in each step, in a cell with an `input m: [A] over C`.',
  },
  RNN229: {
    title: 'A shape that an operation does not take',
    message: '{operation} takes {expected}, not {found}',
    cause:
      'Some operations are of vectors or matrices alone: `@`, `transpose`, `outer`, `softmax`, and `sum` and its like without `over`. The item of a value has another rank, or the value is over an axis where one for all is needed.',
    example: `model m {
  input x: [4]
  output y = transpose(x)
}`,
    fix: 'Give a value of that shape, here a matrix; a vector of one element is `[x]`, and along an axis `over T` says which.',
  },
  RNN230: {
    title: 'A number out of its range',
    message: '{what} must be {expected}; it is {found}',
    cause:
      'A number that is known beforehand is none that can stand there: nothing is divided by 0, a probability is from 0 to 1, a window has one element or more, and the parts of a split sum to 1.',
    example: `model m {
  input x: [4]
  output y = x |> dropout(1.5)
}`,
    fix: 'Give a number in the range: `dropout(0.5)` leaves out each element with probability 1/2.',
  },
  RNN231: {
    title: 'A setting of another form',
    message: '{what} is given as {expected}, not as {found}',
    cause:
      'Settings of `train`, the `split` of a data block, and arguments such as a path, a side or the sign before decimals are each given in one form.',
    example: `model m {
  input x: [4]
  target y: [4]
  loss mse(x |> dense(4), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0.1); clip = 1 }`,
    fix: 'Give it in that form: `clip = global_norm(1)`.',
  },
  RNN232: {
    title: 'Before and after an average',
    message: '`average` takes a value of each example, and gives one number for all: {found}',
    cause:
      'What is computed from averages is computed once, after all examples: no single one is left then that it could read, or of which an average could be taken.',
    example: `model m {
  input x: [4]
  target y: [4]
  p = x |> dense(4)
  loss mse(p, y)
  metric e = average(mse(p, y)) * x[0]
}`,
    fix: 'Average all that is of examples: `average(mse(p, y) * x[0])`, or `average(mse(p, y)) * average(x[0])`.',
  },
  RNN233: {
    title: 'An output over an axis that an operation made',
    message: '{what} is over {axis}, which is no axis of the data',
    help: 'first go through {base}: `last(…, over {base})` or another function over {base}',
    cause:
      'Along an axis whose elements have an inner axis of their own, `last`, `reverse` and their like move the inner lengths too. Whoever reads an output or a prediction has the lengths of the data alone, and could not tell where the elements end.',
    example: `model m {
  input x: [3] over W over C
  output y = last(x, over W)
}`,
    fix: 'Go through the inner axis in the model: `output y = last(last(x, over W), over C)`.',
  },

  // 3xx: recurrence.

  RNN301: {
    title: 'A state that changes its shape',
    message: 'state `{state}` enters the step as {declared} but leaves it as {found}',
    help: 'a step must give back each state in its declared shape',
    cause: 'The value that leaves a step enters the next one.',
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
    message: 'state `{state}` is never given its next value',
    help: "write `{state}' = …`, or remove the state",
    cause: "Each state has exactly one equation with a prime. One that stays the same says so: `m' = m`.",
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
    message: '`{state}` is the state that enters the step',
    help: "the value that leaves it is `{state}'`",
    cause: '`h` is given by the step before; an equation can only say what leaves this one.',
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
    message: '{unit} runs over a sequence; this is one {found}',
    help: 'give it a value over an axis',
    cause: 'A cell scans an axis of its argument, and this argument has none left.',
    example: `model m {
  input x: [3] over T
  output y = x |> LSTM(100) |> last |> LSTM(50)
}`,
    fix: 'Remove `last` between the two cells: it keeps the last step only.',
  },
  RNN305: {
    title: 'One step of a cell, without its state',
    message: 'this makes one step of {unit}, and its state `{state}` would be reset at every step',
    help: "declare `state {state}: {type}`, and write `{state}' = g({argument}, {state} = {state})` with `part g = {recipe}`",
    cause:
      'Inside a step there is no axis to scan. A cell then makes one step, and its states must be given to it and kept.',
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
    title: 'A prime on what is no state',
    message: "`{name}'` has a prime, but `{name}` is not a state",
    help: 'declare `state {name}: …`, or leave the prime out',
    cause:
      'A prime marks the value of a state that leaves the step. Other names have one value per step and need none.',
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
    fix: "Leave the prime out: `z = tanh(x + h)`, `h' = z`.",
  },
  RNN307: {
    title: 'A state given twice',
    message: "`{state}'` is given twice",
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
    fix: "Name the value between: `v = x + h`, `h' = tanh(v)`.",
  },
  RNN308: {
    title: 'A state read before its equation',
    message: "`{state}'` is read before its equation",
    help: "for the value that entered the step write `{state}`; else move the equation of `{state}'` up",
    cause:
      "A primed name is defined by its equation, and is known after that line, as `o` of a peephole LSTM reads `c'`.",
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
    cause: 'A state is given to a cell by its name, `cell(x, h = a)`, and this cell declares no such state.',
    example: `model m {
  input x: [3] over T
  part enc = GRU(8), dec = GRU(8)
  output y = dec(x, c = enc(x).final.h)
}`,
    fix: 'Name a state of the cell: a GRU has `h` alone.',
  },
  RNN310: {
    title: 'A record of other states',
    message: '`from` gives {found}, but the states of {unit} are {expected}',
    help: 'give the states one by one: `{unit}(x, h = …)`',
    cause: '`from = r.final` needs a record with the names and shapes of the states of the cell.',
    example: `model m {
  input x: [3] over T
  part enc = GRU(8), dec = LSTM(8)
  output y = dec(x, from = enc(x).final)
}`,
    fix: 'Give the states by name: `dec(x, h = enc(x).final.h, c = …)`.',
  },
  RNN311: {
    title: 'Nothing to learn',
    message: 'model `{model}` has no loss',
    help: 'add `loss …` to train it',
    cause: 'Training makes the sum of the `loss` lines small, and there is none.',
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
    title: 'Predicting what is no target',
    message: '`{name}` is not a target of the model',
    cause: '`predict y from e` says that e is the answer for the target y.',
    example: `model m {
  input x: [4]
  target y: [4]
  p = x |> dense(4)
  loss mse(p, y)
  predict x from p
}`,
    fix: 'Name a target: `predict y from p`. What is only wanted as a result is an `output`.',
  },
  RNN313: {
    title: 'A model inside another',
    message: '`{model}` is a model, and a model is not applied inside another',
    help: 'share a layer or a cell instead',
    cause: 'A model joins a network to its data, targets and losses. The part to be shared is a layer.',
    example: `model a {
  input x: [4]
  output y = 2 * x
}
model b {
  input x: [4]
  output y = a(x)
}`,
    fix: 'Move what both need to a `layer`.',
  },
  RNN314: {
    title: 'An optimizer that does not descend',
    message: '`{optimizer}` {does}',
    help: 'a rate is above 0',
    cause:
      'The optimizer was tried on one number. A negative rate climbs, and a decay of 1 may divide by 0. A loss to be made large has a minus: `loss -e`.',
    example: `model m {
  input x: real
  target y: real
  loss mse([x] |> dense(1), [y])
}
data d for m { t = csv("a.csv"); x = t.x; y = t.y }
train m on d { optimizer = Adam(-0.001); epochs = 1 }`,
    fix: 'Give a rate above 0: `Adam(0.001)`.',
  },
  RNN331: {
    title: 'Not a stream',
    message: 'cannot stream over {axis}: `{operation}` on line {line} needs the end of {value} to give {output}',
    cause:
      'A stream gives its answer at each step from what it has read so far. `reverse`, or a sum over the whole sequence, must wait for the end.',
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
      'Truncated back-propagation trains one window after another, and carries states but no gradients between them.',
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
    title: 'The model reads the answer',
    message: 'the model reads the answer it must predict: `{target}` reaches {reader}',
    help: 'outside losses and metrics a target is read one step late: `delay({target})`',
    cause:
      'A target is known in training only. It may flow into losses, metrics and `delay`; anything else could not be computed in use.',
    example: `model m {
  target y: [3] over T
  p = y |> dense(3)
  loss mse(p, y)
  predict y from p
}`,
    fix: 'Predict from the steps before: `delay(y) |> dense(3)`.',
  },
  RNN334: {
    title: 'No stream',
    message: '`{model}` cannot run as a stream: {reason}',
    help: 'a stream goes along one axis, step by step: the first axis of an input, or of a target that is read by `delay`',
    cause:
      'In a stream the model gets one element of an axis at a time, and keeps its states between them. The axis must be known, and the states must have one shape for the whole stream.',
    example: `model m {
  input x: [3]
  output y = sum(x)                  # rnnc explain m.rnn --emit step
}`,
    fix: 'Give the model a sequence, `input x: [3] over T`, or predict without a stream.',
  },
  RNN341: {
    title: '`last` of a bidirectional layer',
    message: 'the backward half of {value} has read only one element where `last` takes it',
    help: 'join `last` of the forward run and `first` of the backward one; the library has them as `bidirectional(…)(x).ends`',
    severity: 'warning',
    cause: 'The backward run starts at the end, so its value at the last place has seen nothing but that place.',
    example: `model m {
  input x: [3] over T
  output y = x |> bidirectional(LSTM(8)) |> last
}`,
    fix: 'Take the ends: `part enc = bidirectional(LSTM(8))`, `enc(x).ends`.',
  },
  RNN342: {
    title: 'A name that nothing uses',
    message: 'nothing uses {kind} `{name}`: {why}',
    help: 'use it or remove it; a name that begins with `_` may stay without use',
    severity: 'warning',
    cause:
      'Nothing that the unit gives depends on it: no output, loss, metric, prediction or returned value. It may be read by what nothing uses in turn.',
    example: `model m(units = 4) {
  input x: [3]
  h = x |> dense(units)
  z = relu(h)
  output y = h
}`,
    fix: 'Here `relu` was meant to act on what is given: `output y = z`.',
  },
  RNN343: {
    title: 'A state that is given one step late',
    message: "this gives `{state}` as it entered the step: what the step before has left, and not `{state}'`",
    help: "write `{state}'` for the state of this step; if the last one is meant, name it above the equation of `{state}'`: `before = {state}`",
    severity: 'warning',
    cause:
      "A cell that returns `h` gives at each step the result of the step before, and the result of the last step is lost. Papers write h_t, which is `h'`.",
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
    fix: "Return the state that the step has computed: `return h'`.",
  },
  RNN344: {
    title: 'A softmax of one element',
    message: '`{operation}` of one element is always {value}, whatever the element is',
    help: 'for a yes or no take `sigmoid`, or a `softmax` of two elements; for a number leave it out',
    severity: 'warning',
    cause:
      'A softmax makes elements sum to 1, so that of one alone is 1. Its derivative is 0, and nothing before it learns. `argmax` of one element is 0.',
    example: `model m {
  input x: [4]
  target y: bool
  p = x |> dense(1, softmax)
  loss binary_cross_entropy(p[0], real(y))
}`,
    fix: 'For two classes write `dense(1, sigmoid)` and `binary_cross_entropy`, or `dense(2, softmax)` and `cross_entropy`.',
  },
  RNN345: {
    title: 'Not one distribution',
    message:
      '{callee} takes the probability of one class of many, but those in this {size} do not sum to 1: each comes from a {source} of its own',
    help: 'write `softmax` over the classes; for classes that do not exclude each other `binary_cross_entropy` with a target for each',
    severity: 'warning',
    cause:
      'The loss looks at the probability of the right class alone. Where the others need not fall as it rises, all of them rise, and nothing is learned.',
    example: `model m {
  input x: [4]
  target label: class of 3
  p = x |> dense(3, sigmoid)
  loss cross_entropy(p, label)
}`,
    fix: 'Say `dense(3, softmax)`.',
  },
  RNN346: {
    title: 'An optimizer that does not move',
    message: '`{optimizer}` moves no weight: training changes nothing',
    help: 'a rate is above 0; what is to stay as it is, `freeze` names',
    severity: 'warning',
    cause: 'The optimizer was tried on one number, which stayed as it was. A rate of 0 does so.',
    example: `model m {
  input x: real
  target y: real
  loss mse([x] |> dense(1), [y])
}
data d for m { t = csv("a.csv"); x = t.x; y = t.y }
train m on d { optimizer = SGD(0); epochs = 1 }`,
    fix: 'Give a rate above 0: `SGD(0.01)`.',
  },

  // 4xx: data.

  RNN401: {
    title: 'An input without data',
    message: '{kind} `{input}` is not fed',
    help: 'add `{input} = …` to `data {data}`',
    cause:
      'Each input and target of a model gets its values from an equation of the data block, or from the program that calls it.',
    example: `model m {
  input x: [4] over T
  target y: [4] over T
  loss mse(x |> dense(4), y)
}
data d for m { t = jsonl("a.jsonl"); x = t.x }
train m on d { optimizer = SGD(0.1); epochs = 1 }`,
    fix: 'Feed it: `y = t.y`.',
  },
  RNN402: {
    title: 'Two lengths of one axis',
    message:
      '`{left}` and `{right}` are both over {axis}, but in example {row} the one has {leftLength} elements and the other {rightLength}',
    help: 'values over one axis have equal lengths; if these differ, name two axes',
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
      'After the dot stands the name of a column, as it is written in the first line of a CSV file, or a key of the objects of JSON Lines.',
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
      'A column that is used as numbers, or a list, holds something else, often an empty cell, `NA` or `null`, or digits with something between them; or a column that feeds a `bool` holds something else than `true`, `false`, 1 and 0.',
    example: `# prices.csv holds the row: 2024-01-03,NA
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("prices.csv").price }`,
    fix: 'Correct the row. What is a name and not a number is read with `classes` or `words`.',
  },
  RNN405: {
    title: 'No data left',
    message: '{what} is empty',
    help: 'it needs at least one example',
    cause: 'The file has no rows, or the split leaves none for a part.',
    example: `model m {
  input x: real
  target y: real
  loss mse(x, y)
}
data d for m { t = csv("three_rows.csv"); x = t.x; y = t.y; split = shuffled(0.98, 0.01, 0.01) }`,
    fix: 'Give more data, or larger parts to the split.',
  },
  RNN406: {
    title: 'A file that cannot be read',
    message: 'cannot read `{path}`: {reason}',
    help: 'the path is relative to the `.rnn` file',
    cause: 'The file does not exist, or may not be read.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("no_such_file.csv").x }`,
    fix: 'Correct the path, or give another with `--data`.',
  },
  RNN407: {
    title: 'Not a data function',
    message: '`{name}` is not a function of data',
    cause: 'A `data` block reads, encodes and cuts; the functions of models do not act on tables.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = tanh(csv("a.csv").x) }`,
    fix: 'Put the computation into the model. Data blocks know `csv jsonl text idx words chars classes standardize minmax log log1p sqrt windows streams truncated padded shuffled ordered`.',
  },
  RNN408: {
    title: 'A class that training never saw',
    message: '`{value}` of `{name}` does not occur in the training part{place}',
    help: 'a class is learned from examples: shuffle the rows before the split, or remove these',
    cause: 'Classes are counted in the training part. One occurs only in the part for validation or test.',
    example: `model m {
  input x: real
  target y: class of K
  loss cross_entropy([x] |> dense(K, softmax), y)
}
data d for m { t = csv("sorted_by_label.csv"); x = t.x; y = classes(t.label); split = ordered(0.8, 0.2) }`,
    fix: 'Use `split = shuffled(0.8, 0.2)`.',
  },
  RNN409: {
    title: 'A series too short',
    message: 'a series of {length} is too short for windows of {needed}',
    help: 'use shorter windows, or larger parts of the split',
    cause: 'Windows are cut inside each part of the split, which must hold at least `length + ahead` values.',
    example: `model m {
  input past: real over T
  target next: real
  loss mse(last(past), next)
}
data d for m { w = windows(csv("ten_values.csv").x, 24); past = w.past; next = w.next }`,
    fix: 'Shorter windows, or a longer series.',
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
    cause: 'The values that are fed to an input must have its item and its axes.',
    example: `# each x of a.jsonl is a list of lists of 5 numbers
model m {
  input x: [4] over T
  output y = 2 * x
}
data d for m { x = jsonl("a.jsonl").x }`,
    fix: 'Declare what the data is, `input x: [5] over T`, or a free name, `input x: [D] over T`.',
  },
  RNN412: {
    title: 'Outside of the vocabulary',
    message: '{value} is not a {type}, in `{name}`{place}',
    help: 'the values are whole numbers from 0 to {last}',
    cause: 'A `token of V` or `class of V` is a whole number from 0 up to V, without V.',
    example: `# label holds the numbers 1 to 10
model m {
  input x: real
  target label: class of 10
  loss cross_entropy([x] |> dense(10, softmax), label)
}
data d for m { t = csv("a.csv"); x = t.x; label = t.label }`,
    fix: 'Let the compiler number them: `label = classes(t.label)`.',
  },
  RNN413: {
    title: 'Not supported yet',
    message: '{feature} is not supported by this version yet',
    cause: 'The language has it, and this version of the compiler does not.',
    example: `model m {
  input z: [N], x: real over T[2*N]
  output y = drop_first(x)
}`,
    fix: 'Express it in another way, here `over T[N]`, or ask for it in an issue.',
  },
  RNN415: {
    title: 'Fewer than two classes',
    message: '`{name}` is a {type}: with {found} there is nothing to tell apart',
    help: 'what is predicted has two labels or more in the training part: look at the data, or at the split (`shuffled`)',
    cause:
      'A target whose labels are all the same teaches nothing, and one without any has no value. As often as not the labels were lost on the way, or the split left those of one kind.',
    example: `model m {
  input x: real
  target y: class of 1               # or \`class of K\`, where the data has one label
  loss cross_entropy([x] |> dense(1, softmax), y)
}`,
    fix: 'Give examples of at least two labels, or declare how many there are, `class of 3`.',
  },
  RNN416: {
    title: 'Labels and outputs that do not fit',
    message: '`{target}` has {labels} labels, but `{output}` tells {outputs} apart',
    help: 'give `{output}` {labels} outputs, `dense({size}, softmax)` under `cross_entropy`; or {other}',
    cause:
      'A softmax tells as many labels apart as it has outputs, a sigmoid two. A label beyond them has no probability, and an output without a label would predict what does not exist.',
    example: `model m {
  input x: [4]
  target label: class of 5
  p = x |> dense(3, softmax)
  loss cross_entropy(p, label)
}`,
    fix: 'As many outputs as labels: `dense(5, softmax)`; where the data counts them, `class of K` and `dense(K, softmax)`.',
  },
  RNN417: {
    title: 'A number that is too large',
    message: '{value} is too large {what}: {place}',
    help: 'correct or remove the row',
    cause:
      'A number of the data is finite, but not in the precision of the run; or it is so large that most others of its column would become one number, or none, when `standardize` or `minmax` scales them together. Floats of 32 bits end at 3.4e38, those of 64 bits at 1.8e308. Most often it stands for a missing value.',
    example: `# prices.csv holds the row: 2024-01-03,1e308
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = standardize(csv("prices.csv").price) }`,
    fix: 'Correct the row, or take the logarithm of the column first; for numbers beyond 3.4e38 run with `--dtype f64`.',
  },
  RNN418: {
    title: 'An empty label',
    message: 'a cell without a label: {where}',
    cause:
      'A column whose labels are numbered has an empty cell, or a null. Nothing says whether that is a kind of its own or an answer that is missing.',
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
    message: '`{text}` may have lost digits, and is no label: {where}',
    help: 'number labels as they are read: `classes(t.name)`',
    cause:
      'Labels are numbered by `classes` after arithmetic, and one is a whole number above 2^53. Numbers so large are rounded, and two labels may have become one.',
    example: `# table.csv holds the row: 9007199254740993
model m {
  input x: class of K
  output y = x |> embedding(2)
}
data d for m { x = classes(csv("table.csv").id * 1) }`,
    fix: 'Leave out the arithmetic: a column that is read is a text to `classes`, and keeps every digit.',
  },
  RNN420: {
    title: 'A path with a backslash',
    message: '`{path}` is no path on every system',
    help: 'folders are separated by `/` on every system',
    cause:
      'A path in a program has a backslash, as on Windows, or a tab or the end of a line, which is what `\\t` and `\\n` in a string mean.',
    example: `import "units\\\\cells.rnn"
`,
    fix: 'Write paths with `/` on every system: `import "units/cells.rnn"`, `csv("tables/new.csv")`.',
  },
  RNN421: {
    title: 'Data for another model',
    message: '`{data}` is a data block for `{other}`, not for `{model}`',
    cause: 'A `train` block names a model and a data block, and the data block feeds the ports of another model.',
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
    fix: 'Train on a data block for the model: `data e for m { x = jsonl("a.jsonl").u }` and `train m on e`.',
  },
  RNN422: {
    title: 'The wrong kind of data',
    message: '{user} takes {expected}; this is {found}',
    cause:
      'Tables, columns, series, sequences, classes and windows are different things, and a port or a function of data takes some of them. What is combined, by arithmetic or in `[…]`, is of one kind.',
    example: `model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("prices.csv") }`,
    fix: 'Take what is needed, here a column of the table: `csv("prices.csv").price`.',
  },
  RNN423: {
    title: 'Series of different lengths',
    message: '{left} has {leftLength}, but {right} has {rightLength}',
    cause:
      'Series that are combined element by element have equal lengths, and so do the rows of sequences. All ports of a model have the same number of examples.',
    example: `# a.csv has 100 rows, b.csv has 99
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = csv("a.csv").v - csv("b.csv").v }`,
    fix: 'Read both from one table, or correct the files; cut windows of one length for all ports.',
  },
  RNN424: {
    title: 'Data that is not finite',
    message: '{operation} must give finite numbers; it gives {found}',
    cause:
      'A computation in a data block has a result that is infinite or no number: the logarithm of 0, the root of a negative number, a quotient by 0.',
    example: `# prices.csv holds the row: 2024-01-03,0
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = log(csv("prices.csv").price) }`,
    fix: 'Correct or remove the row, or compute what is finite for each: `log1p(csv("prices.csv").price)`.',
  },
  RNN425: {
    title: 'A sequence too long to be padded',
    message: '{place} has {length}, but `padded` makes sequences of {most}',
    help: 'shorten it first: `truncated(…, {most})`',
    cause: '`padded` adds zeros until sequences are of one length. It drops nothing where one is longer.',
    example: `# a.jsonl holds the row: {"words": [3, 1, 4, 1, 5]}
model m {
  input words: real over S[3]
  output y = sum(words, over S)
}
data d for m { words = padded(jsonl("a.jsonl").words, 3) }`,
    fix: 'Pad to the longest, `padded(…, 5)`, or say which elements are dropped: `padded(truncated(…, 3), 3)`.',
  },
  RNN426: {
    title: 'Windows or streams of shuffled rows',
    message: '`split` shuffles the rows of a series that is cut into {what}',
    help: 'write `ordered(…)`: the first rows are for training, those after them for the rest',
    cause:
      'Windows and streams are of rows that follow each other. Shuffled rows have no neighbours any more, and windows cut before would share their rows with other parts of the split.',
    example: `model m {
  input past: real over T
  target next: real
  loss mse(last(past), next)
}
data d for m { w = windows(csv("a.csv").v, 24); past = w.past; next = w.next; split = shuffled(0.8, 0.2) }`,
    fix: 'Split a series in its order: `split = ordered(0.8, 0.2)`.',
  },
  RNN430: {
    title: 'A token outside of the vocabulary',
    message: '`{value}` is not in the vocabulary of `{name}`{place}',
    help: 'give such tokens one of their own, `unknown = "?"`, or leave them out, `unknown = ""`',
    cause:
      'The vocabulary holds the tokens of the training part, or the most frequent of them, and its weights know no others. Nothing says what becomes of one that is not among them.',
    example: `# names.csv holds a row with a character that no row of the training part has
model m {
  input name: token of V over T
  target y: real
  loss mse(name |> embedding(4) |> GRU(4) |> last |> dense(1), [y])
}
data d for m { t = csv("names.csv"); name = chars(t.name); y = t.y; split = ordered(0.8, 0.2) }`,
    fix: 'Say what becomes of it: `chars(t.name, unknown = "?")` gives it a token, `unknown = ""` leaves it out. Or shuffle the rows before the split.',
  },
  RNN431: {
    title: 'Streams without elements',
    message: '{count} streams are cut from {part}, which has {elements}',
    help: 'use fewer streams, or larger parts of the split',
    cause: '`streams(x, n)` cuts each part of the split into n long rows, each of one element or more.',
    example: `# hamlet.txt has 20 characters
model m {
  target script: token of V over T
  p = delay(script) |> embedding(8) |> GRU(8) |> dense(V, softmax)
  loss cross_entropy(p, script)
}
data d for m { script = streams(chars(text("hamlet.txt")), 32) }`,
    fix: 'Streams are learned side by side: as many as a batch, each much longer than `truncate`. Of a short text take fewer.',
  },
  RNN435: {
    title: 'An array of other things than numbers',
    message: '`{file}` holds an array of type {type}, which is not read',
    help: 'integers and reals of 1 to 8 bytes, and bool, are read: save `x.astype("float32")`',
    cause:
      'An array of NumPy may hold half floats, complex numbers, dates, texts, records or any object of Python. Only real numbers, whole numbers and truths are read.',
    example: `# x.npy was saved from an array of complex numbers
model m {
  input x: real
  output y = 2 * x
}
data d for m { x = npy("x.npy") }`,
    fix: 'Convert the array before it is saved, as by `numpy.save("x.npy", x.real.astype("float32"))`.',
  },

  // 5xx: weights and run time.

  RNN501: {
    title: 'Weights of another model',
    message: '`{file}` does not fit model `{model}`: {differences}',
    cause: 'Weights are matched by their path and shape, exactly: `enc.f.W_i: [32, 12]`.',
    example: `$ rnnc predict model.rnn --weights older.safetensors`,
    fix: 'Train again, or rename the parts as the message proposes. Parts keep the names of weights stable when a layer is inserted.',
  },
  RNN502: {
    title: 'Not a weights file',
    message: '`{file}` is not a safetensors file: {reason}',
    cause: 'The file has another format, or is not complete.',
    example: `$ rnnc predict model.rnn --weights model.rnn`,
    fix: 'Give the file that `rnnc train --out` wrote.',
  },
  RNN503: {
    title: 'A file that cannot be written',
    message: 'cannot write `{path}`: {reason}',
    cause: 'The folder does not exist, may not be written to, or the disk is full.',
    example: `$ rnnc train model.rnn --out /no/such/folder/m.safetensors`,
    fix: 'Create the folder, or choose another.',
  },
  RNN504: {
    title: 'Training diverged',
    message: '{what} is {value} at step {step}',
    help: 'use a lower rate, or clip the gradients: `clip = global_norm(1)`',
    cause:
      'The loss, a weight or a state of the optimizer is no finite number any more: a gradient exploded, or the logarithm or the root of a number that is not positive was taken. The weights of the best epoch before are saved; where there was none, nothing is, and weights that were saved before are as they were.',
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
    message: 'the gradient of `{param}` is off by {error} of its scale, by {judge}, where {tolerance} is allowed',
    help: 'this is a fault of the compiler, not of your file: please report it with the file',
    cause:
      'The derivative that the compiler wrote does not agree with forward mode, which is exact but for rounding, or with finite differences of the loss.',
    example: `$ rnnc gradcheck model.rnn`,
    fix: 'Report it, with the program and the seed. A place on a kink, such as relu at 0, is no failure: `gradcheck` counts it.',
  },
  RNN507: {
    title: 'A size that is not given',
    message: 'nothing says how large `{symbol}` is',
    help: 'give it: `--set {symbol}=65`, or a data block, which counts it',
    cause:
      'A free name in a type of a model, such as the V of `token of V`, is known from the data or from the command line.',
    example: `model m {
  input x: token of V over T
  output y = x |> embedding(8)
}`,
    fix: 'Train with a data block, or give `--set V=65`.',
  },
  RNN508: {
    title: 'A bad `--set`',
    message: 'cannot set `{text}`: {reason}',
    help: 'write `--set name=value`: a hyper-parameter, a size or a setting of `train`',
    cause: 'The name is not a hyper-parameter, size or setting, or its value is not one that fits.',
    example: `$ rnnc train model.rnn --set unit=64`,
    fix: 'Correct the name: `--set units=64`.',
  },
  RNN519: {
    title: 'More memory than there is',
    message: '{doing} takes {needed} of memory or more, and there are {there}',
    cause:
      'What a run takes follows from the sizes of the model, of the batch and of its longest sequence, before anything is drawn. The command line knows the memory of the machine; the library takes 16 GB for the limit, or its option `memory`.',
    example: `$ rnnc train model.rnn --set units=500000`,
    fix: 'Lower what the message names: a size of the model (`--set units=…`), or the examples in a batch (`--set batch=…`). For long sequences `checkpoint = auto` keeps less, and `truncate` cuts them.',
  },
  RNN509: {
    title: 'Wrong arguments',
    message: '`{what}` takes {expected}, not {found}',
    cause: 'An argument of a command is missing or surplus, or an option has a value that it cannot take.',
    example: `$ rnnc train model.rnn --seed one`,
    fix: 'See the examples of `rnnc help` for the command.',
  },
  RNN510: {
    title: 'A check of the fuzzer that failed',
    message: 'the check `{check}` failed: {message}',
    help: 'this is a fault of the compiler: please report it with the program above',
    cause: 'A random program showed that a gradient, a pass or a backend is wrong.',
    example: `$ rnnc fuzz --runs 20000`,
    fix: 'Report it. `--save` writes the program to a file that `rnnc fuzz` runs again.',
  },
  RNN511: {
    title: 'No gradient to check',
    message: 'the loss is {value} in this batch, so that there is no gradient to check',
    help: 'try another batch: `--seed 2`, or `--data`',
    cause:
      'The model takes the logarithm or the root of a number that is not positive, or divides by 0, in the batch that was drawn.',
    example: `$ rnnc gradcheck model.rnn`,
    fix: 'Try another seed, or real data with `--data`. If the loss of real data is not finite either, training would diverge: see RNN504.',
  },
  RNN512: {
    title: 'A run that is not finite',
    message: '{what} is {value}',
    cause:
      'A number overflows, or the logarithm, the root or the quotient of a number is taken that has none, and the loss or a gradient follows from it.',
    example: `$ rnnc diagnose model.rnn --data`,
    fix: 'The caret is at the first equation whose result is not finite though what it reads is, with its step, its example and its operands. Keep these in range: by `max(x, 1e-6)` under a logarithm, by a lower rate, by `clip`.',
  },
  RNN513: {
    title: 'No GPU',
    message: 'there is no GPU to run on; tried {tried}',
    help: 'leave out `--target gpu` to run on the CPU',
    cause:
      'A GPU was asked for, and none of the ways to reach one works here: in Node by the packages `gpu.js` and `webgpu` and a graphics driver, in a browser by WebGPU or WebGL2.',
    example: `$ rnnc train model.rnn --target gpu`,
    fix: 'Install the packages (`npm install gpu.js webgpu`) and a driver, or run on the CPU.',
  },
  RNN514: {
    title: 'The GPU failed',
    message: 'the GPU could not run the network: {reason}',
    cause:
      'The device ran out of memory, was lost, or refused a shader; or gpu.js ran the network on another device than it was asked to; or a whole number of the data is larger than its numbers, floats of 32 bits, are exact. Weights that were saved before are as they were.',
    example: `$ rnnc train model.rnn --target gpu --set batch=100000`,
    fix: 'Use smaller batches, or run on the CPU. If the device refuses a shader, please report it with the file.',
  },
  RNN515: {
    title: 'Weights that are no numbers',
    message: '`{weight}` of {file} is {value}',
    help: 'train again, with a lower rate or with `clip`; `rnnc diagnose` says where it begins',
    cause:
      'A weight is NaN or infinite, so every answer would be. A training that diverged has left it, or another program.',
    example: `$ rnnc predict diverged.safetensors`,
    fix: 'Train again: lower the rate, clip the gradients with `clip = global_norm(1)`, scale the data with `standardize`.',
  },
  RNN516: {
    title: 'Interrupted before the first step',
    message: 'interrupted while the weights were drawn; nothing is learned yet, and nothing is saved',
    cause: 'Ctrl-C, or a signal to end, came before training began. Weights that were saved before are as they were.',
    example: `$ rnnc train model.rnn --set units=8192`,
    fix: 'Train again. Where the drawing itself takes too long, use fewer units: an orthogonal matrix takes the cube of them.',
  },
  RNN517: {
    title: 'Weights, or something else, that would be lost',
    message: '`{path}` holds {found}, which would be lost',
    help: 'choose another place with `--out`, or replace it with `--force`',
    cause:
      'Weights replace earlier weights of the same model, which are kept as NAME.previous.safetensors, and nothing else; what is no weights replaces none.',
    example: `$ rnnc train model.rnn --out other.safetensors`,
    fix: 'Name another file. With `--force` what is there is replaced, and not kept.',
  },
  RNN518: {
    title: 'An output over an input',
    message: '`{path}` is read here, as `{input}`, and would be overwritten',
    help: 'choose another place for the output',
    cause:
      'The output of a command has the place of its program, its weights or its data; by another name, too, or through a link.',
    example: `$ rnnc predict model.safetensors --data new.csv --out new.csv`,
    fix: 'Name another file. `--force` does not change this.',
  },
  RNN520: {
    title: 'States of another stream',
    message: 'these are no states of a stream of `{model}`: {differences}',
    help: 'give back an object that `states` of a stream of the same model, axis and number of rows gave',
    cause:
      'States are restored by name, type and size: those of another model, or of another number of rows, do not fit.',
    example: `$ node -e 'stream(model, weights).restore(stream(other, otherWeights).states)'`,
    fix: 'Keep the states beside the name of the weights that they belong to.',
  },
  RNN521: {
    title: 'A stream that is over',
    message: 'all {length} elements of `{axis}` have been given',
    help: 'begin again with `reset`, or declare the axis without a length',
    cause: 'The model declares the length of the axis, and its sequences are as long.',
    example: `$ seq 13 | rnnc predict year.safetensors --stream      # input x: real over T[12]`,
    fix: 'Call `reset()` before the next sequence.',
  },
  RNN522: {
    title: 'Nothing says when to stop',
    message: 'generating `{target}` needs an end: {reason}',
    help: 'say how many steps at most: `--steps 500`, or `{ steps }` in the library',
    cause:
      'A generated sequence ends with its end token, with the axis of fixed length, or with the inputs that go along with it. This model has none of them.',
    example: `$ rnnc generate characters.safetensors --after "ROMEO:"`,
    fix: 'Give the number of steps, or let the data add an end token: `words(…, end = true)`.',
  },
  RNN523: {
    title: 'Nothing to generate',
    message: '`{model}` cannot generate: {reason}',
    help: 'a model generates a target that it reads by `delay` and answers by `predict`',
    cause: 'Generating means answering a target step by step, and feeding each answer back into the next step.',
    example: `model m {
  input x: [3] over T
  target y: [3] over T
  p = x |> LSTM(3)
  loss mse(p, y)
  predict y from p                   # rnnc generate m.safetensors
}`,
    fix: 'Use `rnnc predict`, or let the model read its own answers: `p = [x, delay(y)] |> LSTM(3)`.',
  },
} as const satisfies Record<string, Entry>

export type Code = keyof typeof entries

/** The names of the holes of a text. */
type HolesIn<Text> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | HolesIn<Rest> : never

type MessageOf<C extends Code> = (typeof entries)[C]['message']
type HelpOf<C extends Code> = (typeof entries)[C] extends { readonly help: infer Help } ? Help : never

/** What fills the holes of a message, and those of its help, unless another help is given. */
export type Holes<C extends Code> = C extends Code
  ? { readonly [H in HolesIn<MessageOf<C>>]: string | number } & {
      readonly [H in HolesIn<HelpOf<C>>]?: string | number
    }
  : never

export const catalogue: { readonly [K in Code]: Entry } = entries
