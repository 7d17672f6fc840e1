// Why a file cannot be read or written, in words.
import { messageOf } from '../../dsl/messageOf.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  EFBIG: 'the file is too large',
  EMFILE: 'too many files are open',
  EBUSY: 'another program has it open',
  ETXTBSY: 'another program has it open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the device failed',
}

/** Code of an error of the system. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** Words for a code of the system. */
export const reasonFor = (code: string): string | undefined => reasons[code]

/** Words for an error: those of its code, else its own. */
export const reasonOf = (error: unknown): string => reasonFor(codeOf(error)) ?? messageOf(error)
