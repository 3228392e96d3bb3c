// Fitting any text into cells: one printable code point each, an exact width, an ellipsis where something is left out.

const ELLIPSIS = '…'

/** One printable character per cell: composed, no controls, no marks or formatting without a width, no half surrogates. */
export const printable = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\p{Cs}/gu, '?')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .trim()

/** Exactly `width` cells: padded at the end, or cut there; blanks at the beginning stay. */
export function fitTo(text: string, width: number): string {
  const cells = [...(/^ */.exec(text)?.[0] ?? ''), ...printable(text)]
  if (cells.length > width) return [...cells.slice(0, width - 1), ELLIPSIS].join('')
  return cells.join('') + ' '.repeat(width - cells.length)
}

/** At most `width` cells: of a number the end matters most, so it is cut at the front. */
export function tail(text: string, width: number): string {
  const cells = [...printable(text)]
  return cells.length > width ? [ELLIPSIS, ...cells.slice(cells.length - width + 1)].join('') : cells.join('')
}

/** `left` as far as there is room, `right` always, at least one blank between. */
export function between(left: string, right: string, width: number): string {
  const end = [...printable(right)].slice(0, width)
  if (end.length === 0) return fitTo(left, width)
  if (end.length > width - 2) return fitTo(end.join(''), width)
  return `${fitTo(left, width - end.length - 1)} ${end.join('')}`
}

/** `m:ss` with two digits of minutes, `h:mm:ss` from an hour on. */
export function duration(ms: number): string {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.floor(ms / 1000)) : 0
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`
}

/** `hh:mm` of a wall-clock time in ms. */
export function timeOfDay(wallMs: number): string {
  const day = 24 * 3600 * 1000
  // Hours and minutes are to each other as minutes and seconds.
  return duration((((wallMs % day) + day) % day) / 60)
}

/** Rows of at most `width` cells, broken between words, a longer word within. */
export function wrapped(text: string, width: number): string[] {
  const rows: string[] = []
  for (const word of printable(text).split(' ')) {
    const last = rows.at(-1)
    if (last !== undefined && [...last].length + 1 + [...word].length <= width)
      rows[rows.length - 1] = `${last} ${word}`
    else
      for (let cells = [...word]; cells.length > 0; cells = cells.slice(width))
        rows.push(cells.slice(0, width).join(''))
  }
  return rows
}

/** `mm-dd` of a wall-clock time in ms (proleptic Gregorian calendar, days counted from March as the leap day ends its year). */
export function monthAndDay(wallMs: number): string {
  const days = Math.floor(wallMs / 86_400_000) + 719_468
  const inEra = ((days % 146_097) + 146_097) % 146_097
  const year = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  )
  const inYear = inEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const march = Math.floor((5 * inYear + 2) / 153)
  const day = inYear - Math.floor((153 * march + 2) / 5) + 1
  const two = (n: number) => String(n).padStart(2, '0')
  return Number.isFinite(days) ? `${two(march < 10 ? march + 3 : march - 9)}-${two(day)}` : ''
}

/** A bar of `cells` for 0–10. */
export function bar(volume: number, cells: number): string {
  const full = Math.round((Math.min(10, Math.max(0, volume)) * cells) / 10)
  return '█'.repeat(full) + '·'.repeat(Math.max(0, cells - full))
}
