// Orders the test files. Those with processes of their own come first: a process that is shared would end before each of them, and load
// everything again after it. Those that take longest start first, so that no core is idle at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const longest = [
  'gpu/browser',
  'gpu/webgpu',
  'gpu/sunspots',
  'gpu/randomPrograms',
  'gpu/auto',
  'readme',
  'properties/programs',
  'backend/threads',
  'limits/programs',
  'cli/lost',
  'trust/broken',
  'mutants/',
  'package',
  'ir/meaning',
  'runtime/dataMemory',
  'examples/',
]

/** The place of a file: files that are not in the list come last, in the order of their names. */
const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.findIndex(part => moduleId.includes(`/test/${part}`))
  return at < 0 ? longest.length : at
}

/** 0 for a file that has a process of its own, 1 for others. */
const isShared = ({ project }: TestSpecification): number => Number(!project.config.isolate)

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted(
      (a, b) => isShared(a) - isShared(b) || place(a) - place(b) || a.moduleId.localeCompare(b.moduleId),
    )
  }
}
