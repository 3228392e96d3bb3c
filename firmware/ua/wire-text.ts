// Display text and wire text: the wire has one char per byte, people read Unicode (UTF-8 by RFC 3261 §7.2).

/** Bytes as chars to Unicode; bytes that are no UTF-8 are shown as they are (ISO 8859-1). */
export function fromWire(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll(/[\x80-\xff%]/g, (c) => `%${c.charCodeAt(0).toString(16)}`))
  } catch {
    return text
  }
}

/** Unicode to bytes as chars; control characters and unpaired surrogates become spaces: they could end a header line. */
export function toWire(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ')
  if (!/[^\x20-\x7e]/.test(clean)) return clean
  return encodeURIComponent(clean).replaceAll(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
