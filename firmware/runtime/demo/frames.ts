// Prints what a person would read on the display, each time it changed and is written completely.
import type { FakeBoard } from '../../../hal/fake/fake-board.ts'

/** A frame takes up to 40 ms on the modelled bus; one that stood this long is complete. */
const LOOK_MS = 45

export function watchFrames(board: FakeBoard, say: (text: string) => void): () => void {
  let shown = ''
  let last = ''
  const look = () => {
    const text = board
      .screen()
      .map((row) => `│${row}│`)
      .join('\n          ')
    if (text === last && text !== shown) {
      shown = text
      say(text)
    }
    last = text
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
