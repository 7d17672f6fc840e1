import type { AddCommand } from '../command.ts'
export const gradcheck: AddCommand = () => {}
