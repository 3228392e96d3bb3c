// Text to the codes of an HD44780's character ROM, with stand-ins for what the ROM lacks; and back, for reading a display.
import { ICONS, type Icon } from '../api/icons.ts'
import { ROM_A00 } from './rom-a00.ts'
import { ROM_A02 } from './rom-a02.ts'
import { standIns } from './transliterate.ts'

export type Rom = 'A00' | 'A02'
const ROMS: Readonly<Record<Rom, ReadonlyMap<string, number>>> = { A00: ROM_A00, A02: ROM_A02 }

/** The icons in the order of their CGRAM cells 0–7. */
export const ICON_CELLS: readonly Icon[] = ['handset', 'bell', 'hold', 'mute', 'lock', 'up', 'down', 'antenna']
const ICON_CODES: ReadonlyMap<string, number> = new Map(ICON_CELLS.map((icon, cell) => [ICONS[icon], cell]))

const UNKNOWN = '?'.charCodeAt(0)

/** The code of one character (a code point); `?` when nothing comes near it. */
export function encodeCharacter(character: string, rom: Rom): number {
  const icon = ICON_CODES.get(character)
  if (icon !== undefined) return icon
  const codes = ROMS[rom]
  for (const candidate of standIns(character)) {
    const code = codes.get(candidate)
    if (code !== undefined) return code
  }
  return UNKNOWN
}

/** One code per Unicode character of `text`. */
export const encodeText = (text: string, rom: Rom): number[] => [...text].map((c) => encodeCharacter(c, rom))

const READABLE: Readonly<Record<Rom, ReadonlyMap<number, string>>> = { A00: readable('A00'), A02: readable('A02') }
function readable(rom: Rom): Map<number, string> {
  const characters = new Map<number, string>()
  for (const [character, code] of [...ROMS[rom], ...ICON_CODES].toReversed()) characters.set(code, character)
  // Cells 8–15 show the same CGRAM characters as 0–7.
  for (const [character, code] of ICON_CODES) characters.set(code + 8, character)
  return characters
}

/** What a cell with this code looks like; U+FFFD for a code that is drawn as nothing known. */
export const decodeCharacter = (code: number, rom: Rom): string => READABLE[rom].get(code) ?? '\u{fffd}'
