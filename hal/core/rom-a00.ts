// HD44780U character ROM A00 (Japanese): which code shows which character (data sheet, table 4).

/** Half-width katakana and its punctuation stand at U+FF61 + (code − 0xA1); full width is shown by the same cells. */
const KATAKANA: readonly (readonly [string, number])[] = Array.from({ length: 63 }, (_, n) => n).flatMap((n) => {
  const half = String.fromCodePoint(0xff61 + n)
  return [
    [half, 0xa1 + n],
    [half.normalize('NFKC'), 0xa1 + n],
  ] as const
})

/** From code 0xE0 on; a blank where the cell holds nothing worth naming. */
const UPPER = 'αäβεμσρ √   ¢£ñö  θ∞ΩüΣπ  千万円÷ █'

export const ROM_A00: ReadonlyMap<string, number> = new Map<string, number>([
  // ASCII but for the backslash and the tilde, whose cells hold a yen sign and an arrow.
  ...Array.from({ length: 0x5e }, (_, n) => [String.fromCharCode(0x20 + n), 0x20 + n] as const).filter(
    ([c]) => c !== '\\',
  ),
  ['¥', 0x5c],
  ['→', 0x7e],
  ['←', 0x7f],
  ...KATAKANA,
  ['°', 0xdf],
  ['·', 0xa5],
  ...[...UPPER].map((c, n) => [c, 0xe0 + n] as const).filter(([c]) => c !== ' '),
  // Cells whose drawing serves for two characters.
  ['ß', 0xe2],
  ['µ', 0xe4],
  ['∑', 0xf6],
])
