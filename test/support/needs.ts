// Tests that need what a machine may lack: they are left out, and the end of the run lists what would bring them.

/** Options of a test or a suite: what it lacks, and what would bring that; false where nothing is missing. */
export const needs = (missing: string | false): { skip?: boolean; meta?: { missing: string } } =>
  missing === false ? {} : { skip: true, meta: { missing } }

declare module 'vitest' {
  interface TaskMeta {
    missing?: string
  }
}
