// Watches who is there, and writes to whoever comes: presence.ts ADDRESS[:PORT] SIP-URI…
import { Account, Buddy } from '../api/facade/index.ts'
import { begin } from './begin.ts'

const [address, ...watched] = process.argv.slice(2)
const idUri = `sip:watcher@${await begin(address)}`
const account = new Account()
account.create({ idUri })
console.log(idUri)
for (const uri of watched) {
  const buddy = new Buddy()
  let before = 'unknown'
  buddy.on('buddyState', ({ presStatus }) => {
    const { status, statusText } = presStatus
    console.log(`${uri} is ${status}${statusText === '' ? '' : `: ${statusText}`}`)
    if (status === 'online' && before !== 'online') buddy.sendInstantMessage({ content: 'Good to see you' })
    before = status
  })
  buddy.on('instantMessage', ({ msgBody }) => console.log(`${uri} says: ${msgBody}`))
  buddy.create(account, { uri, subscribe: true })
}
