// The kernel's words on every board, read where the card says them, so that what is emulated starts with the same.
import { readFileSync } from 'node:fs'

const SCRIPT = new URL('../../rootfs-overlay/image/card/boot.cmd', import.meta.url)

/** Without those the script fills in: root, slot, and what boot.txt adds. A word that is said again counts the last time. */
export const CARD_WORDS: readonly string[] = wordsOf(readFileSync(SCRIPT, 'utf8'))

export function wordsOf(script: string): readonly string[] {
  const line = /^ *setenv bootargs (root=.+)$/m.exec(script)?.[1]
  if (line === undefined) throw new Error('boot.cmd has no line "setenv bootargs root=…", with the words of the kernel')
  return line.split(' ').filter((word) => !word.includes('$'))
}
