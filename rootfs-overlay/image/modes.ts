// Who may do what with the root's files: the same whoever built it, under whatever umask it and this checkout were made.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

/** Everybody may write there what is theirs. */
export const SHARED = ['tmp', 'var/lock', 'var/tmp']
export const CLOSED = { files: ['etc/gshadow', 'etc/shadow'], folders: ['etc/ssl/private', 'root'] }

/** All of it is root's, for all to read and for nobody else to write; and everything runs as whoever started it. */
export function setModes(root: string): void {
  const set = (places: readonly string[], mode: number) => {
    for (const place of places) chmodSync(join(root, place), mode)
  }
  run('chmod', ['-R', 'u=rwX,go=rX,ug-s,-t', root])
  set(SHARED, 0o1777)
  set(CLOSED.files, 0o600)
  set(CLOSED.folders, 0o700)
}
