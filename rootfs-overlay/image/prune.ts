// Takes away from the root what a phone has no use for: what the list names, and programs without their interpreter.
import { closeSync, globSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PRUNED } from './contents.ts'

export function prune(root: string): void {
  const drop = (file: string) => rmSync(join(root, file), { recursive: true, force: true })
  // Of the documentation the licences stay.
  for (const file of globSync('usr/share/doc/*/*', { cwd: root })) if (basename(file) !== 'copyright') drop(file)
  for (const pattern of PRUNED) for (const file of globSync(pattern, { cwd: root })) drop(file)
  for (const file of globSync('usr/{bin,sbin}/*', { cwd: root })) if (isPerl(join(root, file))) drop(file)
}

function isPerl(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false
  const descriptor = openSync(file, 'r')
  try {
    const head = Buffer.alloc(64)
    const read = readSync(descriptor, head, 0, head.length, 0)
    return /^#! *\S*\/perl/.test(head.toString('latin1', 0, read))
  } finally {
    closeSync(descriptor)
  }
}
