// Characters against the data sheet's tables, and what stands in for those the ROMs lack.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ICONS } from '../api/icons.ts'
import { decodeCharacter, encodeCharacter, encodeText, ICON_CELLS } from './charset.ts'
import { bitmapOf } from './icon-bitmaps.ts'
import { ROM_A00 } from './rom-a00.ts'
import { ROM_A02 } from './rom-a02.ts'

test.each([
  ['A', 0x41],
  ['ü', 0xf5],
  ['ä', 0xe1],
  ['ö', 0xef],
  ['ß', 0xe2],
  ['ñ', 0xee],
  ['°', 0xdf],
  ['¥', 0x5c],
  ['→', 0x7e],
  ['←', 0x7f],
  ['Ω', 0xf4],
  ['π', 0xf7],
  ['円', 0xfc],
  ['÷', 0xfd],
  ['█', 0xff],
  ['ｱ', 0xb1],
  ['ア', 0xb1],
  ['ン', 0xdd],
])('A00 has %s at %i', (character, code) => {
  expect(encodeCharacter(character, 'A00')).toBe(code)
})

test.each([
  ['ü', 0xfc],
  ['É', 0xc9],
  ['€', 0x45],
  ['Ж', 0x82],
  ['Э', 0x8f],
  ['α', 0x90],
  ['∩', 0x9f],
  ['§', 0xa7],
  ['¿', 0xbf],
  ['→', 0x1a],
  ['\\', 0x5c],
])('A02 has %s at %i', (character, code) => {
  expect(encodeCharacter(character, 'A02')).toBe(code)
})

test('stand-ins', () => {
  const shown = (text: string) =>
    encodeText(text, 'A00')
      .map((code) => decodeCharacter(code, 'A00'))
      .join('')
  expect(shown('Café, François Łukasz')).toBe('Cafe, Francois Lukasz')
  expect(shown('Ünal Østergård „Œ“ – 3×…')).toBe('Unal Ostergard "O" - 3x.')
  expect(shown('Київ Ёлка Αθήνα')).toBe('Kiiv Elka Aθinα')
  expect(shown('C:\\~ |')).toBe('C:/- |')
  expect(shown('漢字 😀')).toBe('?? ?')
})

test('icons are CGRAM cells 0–7 in either ROM', () => {
  for (const [cell, icon] of ICON_CELLS.entries())
    for (const rom of ['A00', 'A02'] as const) {
      expect(encodeCharacter(ICONS[icon], rom)).toBe(cell)
      expect(decodeCharacter(cell, rom)).toBe(ICONS[icon])
    }
})

test('every icon is a drawing of 5×8 of its own', () => {
  const drawings = ICON_CELLS.map(bitmapOf)
  for (const rows of drawings) {
    expect(rows).toHaveLength(8)
    expect(rows.every((row) => row >= 0 && row < 32)).toBe(true)
  }
  expect(new Set(drawings.map(String)).size).toBe(8)
})

test('the ROM tables fill their cells: no character slipped by one', () => {
  expect(ROM_A00.get('█')).toBe(0xff)
  expect(ROM_A02.get('▼')).toBe(0x1f)
  expect(ROM_A02.get('ε')).toBe(0x9e)
  expect(ROM_A02.get('‘')).toBe(0xaf)
})

test('any text gives one code from 0 to 255 for each character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('A00' as const, 'A02' as const), (text, rom) => {
      const codes = encodeText(text, rom)
      expect(codes).toHaveLength([...text].length)
      expect(codes.every((code) => code >= 0 && code <= 255)).toBe(true)
    }),
  )
})
