// The drawings of the eight icons: 5×8 pixels each, for the character generator RAM of an HD44780.
import type { Icon } from '../api/icons.ts'

const DRAWINGS: Readonly<Record<Icon, string>> = {
  handset: '.###. ##### ##.## ..... ..#.. .###. ##### .....',
  bell: '..#.. .###. .###. .###. ##### ..... ..#.. .....',
  hold: '..... ##.## ##.## ##.## ##.## ##.## ..... .....',
  mute: '#.#.. ..##. .##.. ###.. .#.#. ###.# .#... .....',
  lock: '.###. #...# #...# ##### ##.## ##.## ##### .....',
  up: '..#.. .###. #.#.# ..#.. ..#.. ..#.. ..#.. .....',
  down: '..#.. ..#.. ..#.. ..#.. #.#.# .###. ..#.. .....',
  antenna: '#.#.# #.#.# .###. ..#.. ..#.. ..#.. ..#.. .....',
}

/** Eight rows of five pixels, the leftmost pixel in bit 4. */
export const bitmapOf = (icon: Icon): readonly number[] =>
  DRAWINGS[icon].split(' ').map((row) => Number.parseInt(row.replaceAll('.', '0').replaceAll('#', '1'), 2))
