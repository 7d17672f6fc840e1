// Finds what an exported type has from types that are not exported themselves: members of an interface that it extends, or of types that
// it joins, also where `Omit` or `Pick` chooses among them.

/** The declaration of a name, as it stands in a file. */
export interface Declared {
  readonly name: string
  /** Its name where it is declared. */
  readonly inside: string
  readonly file: string
  readonly signature: string
}

/** A member of an interface: its doc comment and its type, indented as in a file. */
export interface MemberText {
  readonly name: string
  readonly text: string
  readonly isDescribed: boolean
}

/** What a type has from others. */
export interface Inherited {
  /** Members of types that are not exported. */
  readonly members: readonly MemberText[]
  /** Names of exported types behind these, which are described elsewhere. */
  readonly others: readonly string[]
}

/** What finds the declaration of a name in a file, and tells whether it is described elsewhere. */
export interface Lookup {
  readonly find: (name: string, file: string) => Declared | undefined
  readonly nameOnPage: (declared: Declared) => string | undefined
}

/** Collects what a type inherits. Exported types that it names itself are left out: its signature shows them. */
export function inherited(declared: Declared, lookup: Lookup): Inherited {
  const parts = basesOf(declared.signature).flatMap((base): Inherited[] => {
    const found = lookup.find(base.name, declared.file)
    return found === undefined || lookup.nameOnPage(found) !== undefined ? [] : [chosen(allOf(found, lookup), base)]
  })
  const own = new Set(membersOf(declared.signature).map(m => m.name))
  return joined(parts, name => !own.has(name))
}

/** All members of a type that is not exported. */
function allOf(declared: Declared, lookup: Lookup): Inherited {
  const own = membersOf(declared.signature)
  const parts = basesOf(declared.signature).flatMap((base): Inherited[] => {
    const found = lookup.find(base.name, declared.file)
    if (found === undefined) return []
    const onPage = lookup.nameOnPage(found)
    return [onPage === undefined ? chosen(allOf(found, lookup), base) : { members: [], others: [onPage] }]
  })
  return joined([{ members: own, others: [] }, ...parts], () => true)
}

/** Joins members, each name once. */
function joined(parts: readonly Inherited[], isWanted: (name: string) => boolean): Inherited {
  const all = new Map<string, MemberText>()
  for (const member of parts.flatMap(p => p.members))
    if (isWanted(member.name) && !all.has(member.name)) all.set(member.name, member)
  return { members: [...all.values()], others: [...new Set(parts.flatMap(p => p.others))] }
}

/** A type that another is made of, and the names that it takes or leaves of it. */
interface Base {
  readonly name: string
  readonly takes?: readonly string[]
  readonly leaves?: readonly string[]
}

const chosen = ({ members, others }: Inherited, { takes, leaves = [] }: Base): Inherited => ({
  members: members.filter(m => (takes === undefined || takes.includes(m.name)) && !leaves.includes(m.name)),
  others,
})

/** The types that a signature extends or joins. */
function basesOf(signature: string): Base[] {
  const [, extended] = /^interface \w+(?:<[^{]*?>)? extends ([^{]*)\{/.exec(signature) ?? []
  const [, type] = /^type \w+(?:<[^=]*>)? =\s*(.*)$/s.exec(signature) ?? []
  if (extended !== undefined) return splitAt(extended, ',').flatMap(baseOf)
  return type === undefined || splitAt(type, '|').length > 1 ? [] : splitAt(type, '&').flatMap(baseOf)
}

function baseOf(text: string): Base[] {
  const [, name, given] = /^(\w+)(?:<(.*)>)?$/s.exec(text) ?? []
  if (name === undefined) return []
  if (name !== 'Omit' && name !== 'Pick') return [{ name }]
  const [type, keys] = splitAt(given, ',')
  const names = [...keys.matchAll(/'(\w+)'/g)].map(([, key]) => key)
  return baseOf(type).map(base => ({ ...base, ...(name === 'Omit' ? { leaves: names } : { takes: names }) }))
}

/** Splits a text at a sign that stands in no brackets. */
function splitAt(text: string, sign: string): string[] {
  const parts = ['']
  let depth = 0
  for (const c of text) {
    if ('<([{'.includes(c)) depth++
    if ('>)]}'.includes(c)) depth--
    if (c === sign && depth === 0) parts.push('')
    else parts[parts.length - 1] += c
  }
  return parts.map(part => part.trim()).filter(part => part !== '')
}

/** The members of an interface, which the formatter of the sources has indented by two spaces. */
function membersOf(signature: string): MemberText[] {
  if (!signature.startsWith('interface ')) return []
  const lines = signature.split('\n').slice(1, -1)
  const texts: string[] = []
  let isComment = false
  for (const line of lines) {
    const begins = /^ {2}(?:\/\*\*|\w|\[)/.test(line) && !isComment
    if (begins) texts.push(line)
    else texts[texts.length - 1] += `\n${line}`
    // A member follows its comment.
    if (/^ {2}\/\*\*/.test(line)) isComment = true
    else if (/^ {2}\w/.test(line)) isComment = false
  }
  return texts.map(text => ({
    name: /^ {2}(?:readonly )?(\w+)/m.exec(text)?.[1] ?? '',
    text,
    isDescribed: text.trimStart().startsWith('/**'),
  }))
}
