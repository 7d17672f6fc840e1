// Orders the test files: those that take longest start first, so that no core is idle at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const longest = [
  'properties/programs',
  'trust/broken',
  'gpu/webgpu',
  'gpu/browser',
  'gpu/randomPrograms',
  'gpu/sunspots',
  'ir/meaning',
  'limits/programs',
  'gpu/',
  'readme',
  'mutants/',
  'browser/',
  'examples/',
  'cli/lost',
]

/** The place of a file: files that are not in the list come last, in the order of their names. */
const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.findIndex(part => moduleId.includes(`/test/${part}`))
  return at < 0 ? longest.length : at
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId))
  }
}
