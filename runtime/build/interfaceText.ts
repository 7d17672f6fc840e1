// Writes interfaces of TypeScript with a comment at each member.
export type Member = readonly [comment: string, text: string]

export const interfaceText = (name: string, comment: string, members: readonly Member[]): string[] => [
  `/** ${comment} */`,
  `export interface ${name} {`,
  ...members.flatMap(([about, text]) => [`  /** ${about} */`, `  ${text}`]),
  '}',
  '',
]
