// A kept file in a process to be killed: a list that follows from its number, always the next one.
//
//   node rememberer.ts FILE     prints `start N` (0: nothing kept), `kept N`, or `fault …`
import { writeSync } from 'node:fs'
import { showFault } from '../json-file.ts'
import { openKeptFile } from '../kept-file.ts'

const say = (line: string) => writeSync(1, `${line}\n`)
const listOf = (number: number) => Array.from({ length: 100 }, (_, n) => `${number} ${n} ${'x'.repeat(100)}`)

const file = await openKeptFile(process.argv[2]!)
if (file.fault !== undefined) say(`fault ${showFault(file.fault)}`)
const list = (file.value ?? []) as readonly string[]
let number = Number.parseInt(list[0] ?? '0', 10)
if (list.length > 0 && list.join() !== listOf(number).join()) say(`fault ${number} is not whole`)
say(`start ${number}`)
for (;;) {
  await file.write(listOf(++number))
  say(`kept ${number}`)
}
