// Reads a JSON file, and says a fault of one with its place.
import { readFile } from 'node:fs/promises'
import { err, type Result } from '../../firmware/base/result.ts'
import type { ConfigError } from '../schema/check.ts'
import { parseJson } from '../schema/desired.ts'

export interface FileFault {
  /** The file, or `environment`. */
  readonly file: string
  readonly errors: readonly ConfigError[]
}

export async function readJson(file: string): Promise<Result<unknown, FileFault>> {
  try {
    const document = parseJson(await readFile(file, 'utf8'))
    return document.ok ? document : err({ file, errors: [document.error] })
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code ?? String(error)
    return err({ file, errors: [{ path: '', expected: 'a readable file', got, hint: '' }] })
  }
}

/** One line per fault: `/etc/offhook/bootstrap.json /broker: expected …, got …`. */
export const showFault = ({ file, errors }: FileFault): string =>
  errors
    .map(
      ({ path, expected, got, hint }) =>
        `${[file, path].filter((part) => part !== '').join(' ')}: expected ${expected}, got ${got}${hint ? ` (${hint})` : ''}`,
    )
    .join('\n')
