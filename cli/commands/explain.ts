import type { AddCommand } from '../command.ts'
export const explain: AddCommand = () => {}
