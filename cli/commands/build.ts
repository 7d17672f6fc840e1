import type { AddCommand } from '../command.ts'
export const build: AddCommand = () => {}
