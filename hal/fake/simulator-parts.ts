// The simulator's board: every key there is, all LEDs, a 20×4 display.
import { FREE_KEYS, LEDS } from '../api/board.ts'
import type { BoardParts } from '../core/board-machine.ts'

export const SIMULATOR: BoardParts = {
  model: 'simulator',
  matrix: [
    ['1', '2', '3', 'soft1', 'up'],
    ['4', '5', '6', 'soft2', 'down'],
    ['7', '8', '9', 'soft3', 'ok'],
    ['*', '0', '#', 'soft4', 'back'],
    ['hold', 'mute', 'redial', 'transfer', 'message'],
  ],
  buttons: ['speaker', 'headset', 'volume-up', 'volume-down', ...FREE_KEYS],
  leds: LEDS,
  lcd: { size: { columns: 20, rows: 4 }, rom: 'A00', busHz: 100_000 },
}
