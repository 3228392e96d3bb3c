// Why there is no session with the broker, in words for whoever has to mend it; the library's own words where there are none.
import { tlsTrouble } from '../../firmware/base/tls-trouble.ts'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers at the broker’s port',
  ENOTFOUND: 'the name of the broker is not known',
  EAI_AGAIN: 'the name of the broker is not known',
}

/** The code is added, to look it up by. */
export function explain(error: Error & { code?: unknown; errors?: readonly { code?: string }[] }): string {
  const code = error.errors?.[0]?.code ?? error.code
  const said = error.message || 'failed'
  if (typeof code !== 'string') return said
  const words = tlsTrouble(code, 'the broker') ?? (Object.hasOwn(WORDS, code) ? WORDS[code] : undefined)
  if (words !== undefined) return `${words} (${code})`
  return said.includes(code) ? said : `${said} (${code})`
}
