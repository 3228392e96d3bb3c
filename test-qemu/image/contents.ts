// Looks into a card image and a root without mounting them.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { BOOT } from '../../rootfs-overlay/image/card/layout.ts'

/** `bytes` of a file from `start` on. */
export function part(file: string, start: number, bytes: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const read = Buffer.alloc(bytes)
    if (readSync(descriptor, read, 0, bytes, start) !== bytes) throw new Error(`${file} ends before ${start + bytes}`)
    return read
  } finally {
    closeSync(descriptor)
  }
}

export interface MbrEntry {
  readonly bootable: boolean
  readonly type: number
  /** Bytes. */
  readonly start: number
  readonly bytes: number
}

/** The disk id, as PARTUUID has it, and the four entries. Throws when there is no MBR. */
export function readMbr(card: string): { readonly id: string; readonly entries: readonly MbrEntry[] } {
  const sector = part(card, 0, 512)
  if (sector.readUInt16BE(510) !== 0x55aa) throw new Error('no MBR')
  const entries = [446, 462, 478, 494].map((at) => ({
    bootable: sector[at] === 0x80,
    type: sector[at + 4]!,
    start: sector.readUInt32LE(at + 8) * 512,
    bytes: sector.readUInt32LE(at + 12) * 512,
  }))
  return { id: sector.readUInt32LE(440).toString(16).padStart(8, '0'), entries }
}

const volume = (card: string) => ['-i', `${card}@@${BOOT.start}`]

/** Files of the card's FAT volume, without folders. */
export function fatFiles(card: string): string[] {
  const list = execFileSync('mdir', [...volume(card), '-/', '-b', '::'], { encoding: 'utf8' })
  return list
    .split('\n')
    .filter((name) => name !== '' && !name.endsWith('/'))
    .map((name) => name.replace('::/', ''))
}

export const fatFile = (card: string, name: string): Buffer =>
  execFileSync('mtype', [...volume(card), `::/${name}`], { maxBuffer: 64_000_000 })

/** Writes `text` to a file of the card's FAT volume, as a person would who put it into a PC. */
export function putFatFile(card: string, name: string, text: string): void {
  execFileSync('mcopy', [...volume(card), '-o', '-', `::/${name}`], { input: text })
}
