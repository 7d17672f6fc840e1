// Stops in one line where Node is too old: each entry of the package loads this first. Its own syntax is that of any Node.
// The names of other runtimes, which say that they are some Node or other, come before.
const { node, bun, deno } = (typeof process === 'object' && process.versions) || {}
if (node !== undefined && bun === undefined && deno === undefined) {
  const [major, minor] = node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12)) {
    console.error(`rnnc needs Node 22.12 or newer, and this is Node ${node}: see https://nodejs.org`)
    process.exit(1)
  }
}
