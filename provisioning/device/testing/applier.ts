// A phone's provisioning in a process to be killed: says what it starts with, then is given one document after the other.
// Every third does not work and is taken back. The content of a document follows from its version.
//
//   node applier.ts FOLDER     prints `start VERSION` (0: nothing stored), `applied VERSION`, `back VERSION`, or `fault …`
import { writeSync } from 'node:fs'
import { text } from '../../testing/documents.ts'
import { startPhone } from './phone.ts'

const say = (line: string) => writeSync(1, `${line}\n`)
const works = (version: number) => version % 3 !== 0
const labelOf = (version: number) => `version ${version}`

const phone = await startPhone(process.argv[2]!, undefined, 'applier', ({ version }) =>
  works(version) ? undefined : 'wrong password',
)
const { initial } = phone
const { label } = initial?.config.accounts[0] ?? {}
if (initial !== undefined && (label !== labelOf(initial.version) || !works(initial.version)))
  say(`fault version ${initial.version} has the content of ${label}`)
else say(`start ${initial?.version ?? 0}`)
let version = phone.highest

let heard = 0
/** A first configuration is kept whatever it does: there is nothing to go back to. So the first one given works. */
let good = initial !== undefined
/** Says what was decided since, and gives the next document when there is none in hand. */
function look(): void {
  for (; heard < phone.logged.length; heard++) {
    const { level, what, fields } = phone.logged[heard]!
    if (what === 'configuration applied') {
      good = true
      say(`applied ${fields?.version}`)
    } else if (what === 'configuration taken back') say(`back ${fields?.version}`)
    else if (level !== 'info') say(`fault ${what} ${JSON.stringify(fields)}`)
  }
  do version++
  while (!good && !works(version))
  phone.desired(text({ version, account: { label: labelOf(version) }, secrets: { main: { password: `p${version}` } } }))
}
setInterval(look, 1)
