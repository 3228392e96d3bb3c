// Draws docs/wiring/*.svg from the board profiles: run it when a profile changes.
//
//   node hal/linux/wiring/draw.ts
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BoardProfile, PROFILES } from '../profiles.ts'
import { HEADER, keyName, type Part, pinOf, SCL, SDA, type Wire, wires } from './header.ts'
import { box, document, line, text } from './svg.ts'

export const FOLDER = fileURLToPath(new URL('../../../docs/wiring', import.meta.url))

const COLOURS: Readonly<Record<Part, string>> = {
  ...{ keypad: '#1f6fb2', key: '#7a3fa0', hook: '#b3561c', lamp: '#b02a37', display: '#2c7a3f' },
}
const NAMES: Readonly<Record<Part, string>> = {
  ...{ keypad: 'Keypad', key: 'Key', hook: 'Hook switch', lamp: 'Lamp', display: 'Display' },
}
const ROW = 22
const LEFT = 490
const TOP = 92
const WIDTH = 1060
const BELOW = TOP + 20 * ROW + 40

/** Name of the file → its text. */
export function drawings(): Readonly<Record<string, string>> {
  const boards = Object.entries(PROFILES).map(([name, profile]) => [`${name}.svg`, board(profile)] as const)
  return Object.fromEntries(boards)
}

function board(profile: BoardProfile): string {
  const all = wires(profile)
  const title = `Board profile ${profile.model}: Raspberry Pi 3, 4, 400, Zero 2 W, CM4 on its IO board`
  return document(WIDTH, BELOW + 350, title, [
    text(WIDTH / 2, 30, title, { size: 17, anchor: 'middle', bold: true }),
    text(
      WIDTH / 2,
      54,
      'The header seen from above, pin 1 at the corner of the board. Switch the power off before wiring.',
      {
        anchor: 'middle',
      },
    ),
    ...HEADER.flatMap((_, index) => pin(index + 1, all)),
    ...keypad(profile),
    ...contact(profile),
    ...lamp(profile),
    ...display(profile),
  ])
}

/** One pin, its name, and the wire that leaves it. */
function pin(number: number, all: readonly Wire[]): string[] {
  const left = number % 2 === 1
  const y = TOP + Math.floor((number - 1) / 2) * ROW
  const x = left ? LEFT : LEFT + 42
  const use = HEADER[number - 1]!
  const name = typeof use === 'number' ? `GPIO ${use}` : use
  const wire = all.find((one) => one.pin === number)
  const supply = { '5 V': '#d9534f', '3.3 V': '#e8a13a', GND: '#333333' }
  const fill = typeof use === 'number' ? (wire ? COLOURS[wire.part] : '#dddddd') : supply[use]
  const towards = left ? 'end' : 'start'
  const near = left ? x - 8 : x + 44
  const parts = [
    box(x, y, 36, ROW - 4, fill),
    text(x + 18, y + 14, `${number}`, {
      anchor: 'middle',
      fill: typeof use === 'number' && !wire ? '#333333' : '#ffffff',
    }),
    text(near, y + 14, name, { anchor: towards, fill: wire ? '#111111' : '#888888' }),
  ]
  if (wire === undefined) return parts
  const from = left ? near - 62 : near + 62
  const end = left ? from - 60 : from + 60
  const label = `${NAMES[wire.part]} ${wire.to}`
  return [
    `<g class="wire" data-pin="${wire.pin}" data-gpio="${wire.use}" data-part="${wire.part}">`,
    ...parts,
    line(from, y + 9, end, y + 9, COLOURS[wire.part]),
    text(left ? end - 6 : end + 6, y + 14, label, { anchor: towards, fill: COLOURS[wire.part], bold: true }),
    '</g>',
  ]
}

/** The matrix as it lies before the user, each line with its pin. */
function keypad({ matrix }: BoardProfile): string[] {
  const [x, y, step] = [96, BELOW + 66, 46]
  const parts = [text(40, BELOW, 'Keypad, no diodes', { bold: true, fill: COLOURS.keypad })]
  for (const [row, keys] of matrix.keys.entries()) {
    const number = pinOf(matrix.rows[row]!.offset)
    parts.push(text(x - 12, y + row * step + 24, `pin ${number}`, { anchor: 'end', fill: COLOURS.keypad }))
    for (const [column, key] of keys.entries()) {
      const at: readonly [number, number] = [x + column * step, y + row * step]
      parts.push(box(...at, 38, 38, '#f2f5f9', COLOURS.keypad))
      parts.push(text(at[0] + 19, at[1] + 24, keyName(key!), { anchor: 'middle' }))
    }
  }
  for (const [column, { offset }] of matrix.columns.entries()) {
    const at = x + column * step + 19
    parts.push(text(at, y - 26, 'pin', { anchor: 'middle', fill: COLOURS.keypad }))
    parts.push(text(at, y - 10, `${pinOf(offset)}`, { anchor: 'middle', fill: COLOURS.keypad }))
  }
  return parts
}

/** How every key beside the pad, and the hook switch, is connected. */
function contact({ buttons, hook }: BoardProfile): string[] {
  const [x, y] = [370, BELOW]
  const lines = [...buttons.map(({ key, line: at }) => ({ name: key as string, at })), { name: 'hook', at: hook }]
  return [
    text(x, y, 'Keys and hook: a contact to ground', { bold: true, fill: COLOURS.key }),
    text(x, y + 34, 'pin'),
    line(x + 28, y + 30, x + 70, y + 30, COLOURS.key),
    line(x + 70, y + 30, x + 104, y + 14, COLOURS.key),
    line(x + 108, y + 30, x + 150, y + 30, COLOURS.key),
    text(x + 156, y + 34, 'GND'),
    ...lines.map(({ name, at }, index) =>
      text(x, y + 66 + index * 18, `pin ${pinOf(at.offset)}  ${name}`, {
        fill: name === 'hook' ? COLOURS.hook : COLOURS.key,
      }),
    ),
    text(x, y + 66 + lines.length * 18 + 8, 'No resistors: config.txt switches the'),
    text(x, y + 66 + lines.length * 18 + 24, 'pull-ups of the Raspberry Pi on.'),
  ]
}

/** How every lamp is connected. 330 Ω: 4 mA through a red one at 3.3 V, all of them far below the header's 50 mA. */
function lamp({ leds }: BoardProfile): string[] {
  const [x, y] = [370, BELOW + 240]
  return [
    text(x, y, 'Lamps: 330 Ω each', { bold: true, fill: COLOURS.lamp }),
    text(x, y + 30, 'pin'),
    line(x + 28, y + 26, x + 48, y + 26, COLOURS.lamp),
    box(x + 48, y + 19, 44, 14, '#ffffff', COLOURS.lamp),
    text(x + 70, y + 30, '330 Ω', { anchor: 'middle', size: 10 }),
    line(x + 92, y + 26, x + 112, y + 26, COLOURS.lamp),
    `<path d="M${x + 112} ${y + 17} L${x + 112} ${y + 35} L${x + 128} ${y + 26} Z" fill="${COLOURS.lamp}"/>`,
    line(x + 128, y + 17, x + 128, y + 35, COLOURS.lamp),
    line(x + 128, y + 26, x + 150, y + 26, COLOURS.lamp),
    text(x + 156, y + 30, 'GND'),
    ...leds.map(({ led, line: at }, index) =>
      text(x + (index % 2) * 110, y + 56 + Math.floor(index / 2) * 18, `pin ${pinOf(at.offset)}  ${led}`, {
        fill: COLOURS.lamp,
      }),
    ),
  ]
}

/** The display behind its PCF8574, at 5 V, and what stands between that and a 3.3 V bus. */
function display({ lcd }: BoardProfile): string[] {
  const [x, y] = [680, BELOW]
  const rows = ['SDA', 'SCL'] as const
  const green = COLOURS.display
  const supply = (at: number, low: string, high: string) => [
    text(x, y + at, low),
    line(x + 96, y + at - 4, x + 112, y + at - 4, green),
    line(x + 184, y + at - 4, x + 200, y + at - 4, green),
    text(x + 206, y + at, high),
  ]
  const notes = [
    'A PCF8574 board at 5 V pulls both lines up to 5 V, which',
    'a Raspberry Pi does not bear, and wants 3.5 V for a one.',
    'So: a level shifter for two lines (BSS138), or the whole',
    'display at 3.3 V if it is one that can be read so.',
    'Never 5 V on SDA or SCL of the header.',
  ]
  return [
    text(x, y, `Display ${lcd.size.columns}×${lcd.size.rows}, HD44780 (${lcd.rom}) behind a PCF8574`, {
      bold: true,
      fill: green,
    }),
    box(x + 112, y + 18, 72, 96, '#eef6f0', green),
    text(x + 148, y + 62, 'level', { anchor: 'middle' }),
    text(x + 148, y + 78, 'shifter', { anchor: 'middle' }),
    ...supply(36, '3.3 V  pin 1', '5 V  pin 2'),
    ...rows.flatMap((name, index) =>
      supply(
        58 + index * 22,
        `${name}  pin ${pinOf(name === 'SDA' ? SDA : SCL)}`,
        `${name}, 0x${lcd.address.toString(16)}`,
      ),
    ),
    ...supply(102, 'GND  pin 6', 'GND'),
    ...notes.map((note, index) => text(x, y + 142 + index * 18, note, index === 4 ? { bold: true } : {})),
    text(x, y + 250, 'Handset: a USB sound card in any USB socket; on the', {}),
    text(x, y + 268, 'Zero 2 W with an adapter in the socket marked USB.', {}),
    text(x, y + 294, 'Serial line of U-Boot and the system: pins 8 and 10.', {}),
  ]
}

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, svg] of Object.entries(drawings())) writeFileSync(join(FOLDER, name), svg)
}
