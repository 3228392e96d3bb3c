// HD44780U character ROM A02 (European): which code shows which character (data sheet, table 5).

/** 16 cells a row from code 0x10, as far as they differ from Latin-1. */
const ARROWS = '▶◀“”⏫⏬●↵↑↓→←≤≥▲▼'
const CYRILLIC_GREEK = 'БДЖЗИЙЛПУЦЧШЩЪЫЭα♪ΓπΣσ♬τ🔔ΘΩδ∞♥ε∩'
const SIGNS = '‖¡¢£¤¥¦§ƒ©ª«ЮЯ®‘°±²³₧µ¶·ω¹º»¼½¾¿'

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => [String.fromCharCode(from + n), from + n] as const)
const cells = (text: string, from: number) => [...text].map((c, n) => [c, from + n] as const)

export const ROM_A02: ReadonlyMap<string, number> = new Map<string, number>([
  ...cells(ARROWS, 0x10),
  ...range(0x20, 0x7e),
  ...cells(CYRILLIC_GREEK, 0x80),
  ...cells(SIGNS, 0xa0),
  ...range(0xc0, 0xff),
  // Cells whose drawing serves for two characters.
  ['Φ', 0xd8],
  ['φ', 0xf8],
  ['θ', 0x99],
  ['´', 0xaf],
  ['μ', 0xb5],
])
