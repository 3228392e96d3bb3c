// Digit maps: the grammar of RFC 3435 §2.1.5, with `<a=b>` to dial b in place of a and `,` for a second dial tone.

/** One step of a rule. `take` may be repeated any number of times, none included, when `many` (`.`). */
export type Step =
  | { readonly kind: 'take'; readonly keys: string; readonly many: boolean; readonly silent: boolean }
  /** Adds these digits to the number without a key. */
  | { readonly kind: 'put'; readonly digits: string }
  /** From here on the dial tone sounds again, until the next key. */
  | { readonly kind: 'tone' }
  /** `T`: the rule is complete when the timer has run out. */
  | { readonly kind: 'timer' }

export interface DialRule {
  readonly text: string
  readonly steps: readonly Step[]
}
export type DialMap = readonly DialRule[]

export interface DialMapFault {
  /** Position in the text, zero-based. */
  readonly at: number
  readonly what: string
}
export type ParsedDialMap =
  | { readonly ok: true; readonly value: DialMap }
  | { readonly ok: false; readonly error: DialMapFault }

export const MAX_MAP = 1024
const MAX_RULES = 64
const MAX_STEPS = 64
const KEYS = '0123456789*#ABCD'
const DIGITS = '0123456789'

class Fault {
  readonly at: number
  readonly what: string
  constructor(at: number, what: string) {
    this.at = at
    this.what = what
  }
}

const key = (char: string): string => (KEYS.includes(char.toUpperCase()) ? char.toUpperCase() : '')

/** The keys of `[...]`; `at` is behind the opening bracket. */
function range(text: string, at: number): { readonly keys: string; readonly end: number } | Fault {
  const end = text.indexOf(']', at)
  if (end < 0) return new Fault(at - 1, 'this [ is not closed')
  let keys = ''
  for (let i = at; i < end; i++) {
    const from = key(text[i] ?? '')
    if (from === '') return new Fault(i, 'not a key')
    if (text[i + 1] !== '-') {
      keys += from
      continue
    }
    const [low, high] = [DIGITS.indexOf(from), i + 2 < end ? DIGITS.indexOf(text[i + 2] ?? '') : -1]
    if (low < 0 || high < low) return new Fault(i, 'a range goes from a digit up to a higher one')
    keys += DIGITS.slice(low, high + 1)
    i += 2
  }
  return keys === '' ? new Fault(at - 1, 'no key between [ and ]') : { keys, end: end + 1 }
}

/** `<a=b>`: the keys of a are taken silently, then b is put. `at` is behind the opening bracket. */
function rewrite(text: string, at: number): { readonly steps: Step[]; readonly end: number } | Fault {
  const end = text.indexOf('>', at)
  const middle = text.indexOf('=', at)
  if (end < 0) return new Fault(at - 1, 'this < is not closed')
  if (middle < 0 || middle > end) return new Fault(at - 1, 'a rewrite is written <a=b>')
  const steps: Step[] = []
  for (let i = at; i < end; i++) {
    if (i === middle) continue
    const found = i > middle && text[i] === '+' ? '+' : key(text[i] ?? '')
    if (found === '') return new Fault(i, 'not a key')
    if (i < middle) steps.push({ kind: 'take', keys: found, many: false, silent: true })
  }
  if (end - middle > 1) steps.push({ kind: 'put', digits: text.slice(middle + 1, end).toUpperCase() })
  return { steps, end: end + 1 }
}

/** The steps of the rule that begins at `start`, up to `|`, `)` or the end. */
function rule(text: string, start: number, end: number): DialRule | Fault {
  const steps: Step[] = []
  const take = (keys: string) => steps.push({ kind: 'take', keys, many: false, silent: false })
  for (let at = start; at < end; ) {
    const char = text[at] ?? ''
    if (steps.at(-1)?.kind === 'timer') return new Fault(at, 'nothing comes after T')
    if (steps.length >= MAX_STEPS) return new Fault(at, `a rule has at most ${MAX_STEPS} steps`)
    if (char === '[' || char === '<') {
      const part = char === '[' ? range(text, at + 1) : rewrite(text, at + 1)
      if (part instanceof Fault) return part
      if (part.end > end) return new Fault(at, `this ${char} is not closed`)
      if ('keys' in part) take(part.keys)
      else steps.push(...part.steps)
      at = part.end
      continue
    }
    const last = steps.at(-1)
    if (char === 'x' || char === 'X') take(DIGITS)
    else if (char === 'T' || char === 't') steps.push({ kind: 'timer' })
    else if (char === ',') steps.push({ kind: 'tone' })
    else if (char === '.') {
      if (last?.kind !== 'take' || last.many || last.silent) return new Fault(at, 'a . follows a key, x or [ ]')
      steps[steps.length - 1] = { ...last, many: true }
    } else if (key(char) !== '') take(key(char))
    else return new Fault(at, `"${char}" has no meaning here`)
    at++
  }
  if (!steps.some((step) => step.kind === 'take')) return new Fault(start, 'a rule without a key')
  return { text: text.slice(start, end), steps }
}

/** Blanks between rules are allowed, and brackets around the whole. */
export function parseDialMap(text: string): ParsedDialMap {
  const fault = ({ at, what }: Fault): ParsedDialMap => ({ ok: false, error: { at, what } })
  if (text.length > MAX_MAP) return fault(new Fault(MAX_MAP, `a map has at most ${MAX_MAP} characters`))
  let [start, end] = [0, text.length]
  const trim = () => {
    while (start < end && text[start] === ' ') start++
    while (end > start && text[end - 1] === ' ') end--
  }
  trim()
  if (text[start] === '(') {
    if (text[end - 1] !== ')' || end - start < 2) return fault(new Fault(start, 'this ( is not closed'))
    start++
    end--
    trim()
  }
  const rules: DialRule[] = []
  for (let at = start; ; ) {
    const bar = text.indexOf('|', at)
    const stop = bar < 0 || bar > end ? end : bar
    const lead = text.slice(at, stop)
    const from = at + (lead.length - lead.trimStart().length)
    const found = rule(text, from, from + lead.trim().length)
    if (found instanceof Fault) return fault(found)
    if (rules.length >= MAX_RULES) return fault(new Fault(at, `a map has at most ${MAX_RULES} rules`))
    rules.push(found)
    if (stop === end) return { ok: true, value: rules }
    at = stop + 1
  }
}

/** For a configuration checker: what is wrong in words; undefined when the map is right, or empty, which is none. */
export function dialMapFault(text: string): string | undefined {
  if (text === '') return undefined
  const parsed = parseDialMap(text)
  return parsed.ok ? undefined : `at character ${parsed.error.at + 1}: ${parsed.error.what}`
}
