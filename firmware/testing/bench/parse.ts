// Parsing one message: ours beside what npm has. Each round is a few thousand fresh flat strings, as a socket hands them over.
import { createRequire } from 'node:module'
import { Parser } from 'sip.js/lib/core/messages/parser.js'
import { parseMessage } from '../../sip/message/parse.ts'
import { INVITE, OK_200, REGISTER } from '../../sip/message/samples.ts'
import { alternate, type Bench, OURS } from './bench.ts'

const packages = createRequire(import.meta.url)
const sip = packages('sip') as { parse(text: string): { headers: object } | undefined }
const jssip = packages('jssip/lib/Parser') as { parseMessage(text: string, ua: object): object | undefined }
const silent = { debug() {}, log() {}, warn() {}, error() {} }

const PARSERS: Readonly<Record<string, { readonly count: number; parse(text: string): unknown }>> = {
  [OURS]: { count: 20_000, parse: (text) => parseMessage(text).ok || undefined },
  'npm sip': { count: 5000, parse: (text) => sip.parse(text) },
  jssip: { count: 800, parse: (text) => jssip.parseMessage(text, {}) },
  // Its type wants a logger class; these four methods are all the parser calls.
  'sip.js': { count: 80, parse: (text) => Parser.parseMessage(text, silent as never) },
}

/** µs per message. */
function measure(text: string, count: number, parse: (text: string) => unknown): number {
  const bytes = Buffer.from(text, 'latin1')
  const pool = Array.from({ length: 64 }, () => bytes.toString('latin1'))
  if (parse(pool[0]!) === undefined) throw new Error('not parsed')
  const began = performance.now()
  for (let i = 0; i < count; i++) parse(pool[i & 63]!)
  return ((performance.now() - began) * 1000) / count
}

export const parse: Bench = {
  name: 'parse',
  about: 'one message parsed; ours with every header the engine routes by',
  async run({ rounds, scale }) {
    const rows = []
    for (const [what, text] of Object.entries({ INVITE, 'REGISTER with digest': REGISTER, '200 OK': OK_200 })) {
      const contenders = Object.entries(PARSERS).map(([name, { count, parse }]) => {
        const often = Math.ceil(count * scale)
        measure(text, often, parse)
        return [name, () => measure(text, often, parse)] as const
      })
      const samples = await alternate(rounds * 3, Object.fromEntries(contenders))
      rows.push({ what: `parse ${what}, ${text.length} B`, unit: 'µs', samples })
    }
    return rows
  },
}
