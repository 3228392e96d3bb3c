// Prints what a person would read on the display, each time it changed and is written completely.
import type { FakeBoard } from '../../../hal/fake/fake-board.ts'

/** A frame takes up to 40 ms on the modelled bus; one that stood this long is complete. */
const LOOK_MS = 45

export function watchFrames(board: FakeBoard, say: (text: string) => void): () => void {
  let last = ''
  const read = () =>
    board
      .screen()
      .map((row) => `│${row}│`)
      .join('\n          ')
  // A display without power shows nothing; that is not worth a frame.
  let shown = read()
  const look = () => {
    const text = read()
    if (text === last && text !== shown) {
      shown = text
      say(text)
    }
    last = text
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
