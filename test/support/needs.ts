// Skips tests that need something a machine may lack; the end of the run lists the remedies.

/** Options of a test or a suite: `missing` names the lack and its remedy; false where nothing is missing. */
export const needs = (missing: string | false): { skip?: boolean; meta?: { missing: string } } =>
  missing === false ? {} : { skip: true, meta: { missing } }

declare module 'vitest' {
  interface TaskMeta {
    missing?: string
  }
}
