// A simulated phone in a process of its own, to be killed: keys come by lines of standard input, the display goes out.
//
//   node simulated.ts FOLDER BOOTSTRAP     prints the display as one line, rows between `|`, whenever it changed; logs to standard error
//
//   press KEY | lift | put-down            quits in order at the end of its input
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Key } from '../../../hal/api/board.ts'
import { logText } from '../log-sink.ts'
import { simulate } from '../simulator.ts'

const [folder = '', bootstrap = ''] = process.argv.slice(2)
const { board, stop } = await simulate(
  {
    folder,
    log: (record) => void writeSync(2, `${logText(record, new Date())}\n`),
    handset: { kind: 'null', rate: 16000 },
  },
  bootstrap,
)
let [shown, seen] = ['', '']
const show = setInterval(() => {
  const screen = board.screen().join('|')
  // The display is written in pieces: what stands still is whole.
  if (screen === seen && screen !== shown) {
    writeSync(1, `${screen}\n`)
    shown = screen
  }
  seen = screen
}, 20)
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [what, key] = line.split(' ')
    if (what === 'press') board.press(key as Key)
    else if (what === 'lift') board.lift()
    else if (what === 'put-down') board.hangUp()
  })
  .once('close', () => {
    clearInterval(show)
    void stop().then(() => process.exit(0))
  })
