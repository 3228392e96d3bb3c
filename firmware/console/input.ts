// Lines out of a byte stream, bounded: what is longer than allowed is passed over up to its end.
import { StringDecoder } from 'node:string_decoder'

/** A line of input may have this many characters. */
export const LONGEST_LINE = 65_536

/** The lines without their ends; undefined stands for one that was too long. A last line needs no end. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  longest = LONGEST_LINE,
): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8')
  let waiting = ''
  let skipping = false
  const take = (line: string): string | undefined => {
    const whole = waiting + line
    waiting = ''
    const long = skipping || whole.length > longest
    skipping = false
    return long ? undefined : whole.replace(/\r$/, '')
  }
  for await (const chunk of input) {
    const parts = decoder.write(chunk).split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) yield take(part)
    waiting += rest
    if (waiting.length > longest) {
      waiting = ''
      skipping = true
    }
  }
  waiting += decoder.end()
  if (waiting !== '' || skipping) yield take('')
}
