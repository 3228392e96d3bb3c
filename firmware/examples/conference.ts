// A room: whoever calls in hears all the others, and whoever is named is called: conference.ts ADDRESS[:PORT] [SIP-URI…]
import { Account, Call } from '../api/facade/index.ts'
import { begin } from './begin.ts'

const [address, ...invited] = process.argv.slice(2)
const idUri = `sip:room@${await begin(address)}`
const account = new Account()
const room = new Set<Call>()

function join(call: Call): void {
  call.on('streamCreated', ({ media }) => {
    for (const other of room) {
      if (other === call || !other.hasMedia()) continue
      media.startTransmit(other.getAudioMedia())
      other.getAudioMedia().startTransmit(media)
    }
    room.add(call)
    console.log(`${room.size} in the room`)
  })
  call.on('callEnd', () => {
    room.delete(call)
    console.log(`${room.size} in the room`)
  })
}

account.on('incomingCall', ({ callId }) => {
  const call = new Call(account, callId)
  join(call)
  call.answer({ statusCode: 200 })
})
account.create({ idUri })
console.log(idUri)
for (const uri of invited) {
  const call = new Call(account)
  join(call)
  call.makeCall(uri)
}
