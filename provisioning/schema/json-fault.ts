// Where a text stops being JSON (RFC 8259). The parser's own message quotes the text, which may hold a secret, or gives no place.

const SPACE = /[ \t\n\r]*/y
const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a string must not contain them
  /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Index of the first character that cannot stand where it does (the length: the text ends too early); undefined: it is JSON. */
export function jsonFault(text: string): number | undefined {
  const open: ('{' | '[')[] = []
  /** What may come next; `first`: directly after an opening bracket, where its closing one may follow. */
  let next: 'value' | 'first' | 'key' | 'colon' | 'more' = 'value'
  let at = 0
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at
    const length = pattern.exec(text)?.[0].length ?? 0
    at += length
    return length > 0
  }
  for (;;) {
    skip(SPACE)
    const inside = open.at(-1)
    const char = text[at]
    if (next === 'more' && inside === undefined) return at === text.length ? undefined : at
    if ((next === 'first' || next === 'more') && char === (inside === '{' ? '}' : ']')) {
      open.pop()
      next = 'more'
      at++
    } else if (next === 'more' || next === 'colon') {
      if (char !== (next === 'colon' ? ':' : ',')) return at
      next = next === 'more' && inside === '{' ? 'key' : 'value'
      at++
    } else if (next === 'key' || (next === 'first' && inside === '{')) {
      if (char !== '"' || !skip(SCALAR)) return at
      next = 'colon'
    } else if (char === '{' || char === '[') {
      open.push(char)
      next = 'first'
      at++
    } else if (skip(SCALAR)) next = 'more'
    else return at
  }
}
