// The words of a file of options, as a shell would read them: quotes keep spaces, # begins a comment.
import { err, ok, type Result } from '../../base/result.ts'

const WORD = /"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\]+/gy

export function wordsOf(text: string): Result<readonly string[], string> {
  const words: string[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    let place = 0
    while (place < line.length) {
      const space = /\s/.test(line[place]!)
      if (!space && line[place] === '#') break
      if (space) {
        place++
        continue
      }
      let word = ''
      for (;;) {
        WORD.lastIndex = place
        const part = WORD.exec(line)?.[0]
        if (part === undefined) break
        word += plain(part)
        place += part.length
      }
      if (place < line.length && !/\s/.test(line[place]!))
        return err(`line ${at + 1}: expected a closing ${line[place]}`)
      words.push(word)
    }
  }
  return ok(words)
}

function plain(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1)
  if (part.startsWith('"')) return part.slice(1, -1).replaceAll(/\\(.)/g, '$1')
  return part.startsWith('\\') ? part.slice(1) : part
}
