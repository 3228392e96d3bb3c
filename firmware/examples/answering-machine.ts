// Answers calls, says a greeting, records what is said until they hang up: answering-machine.ts GREETING.wav FOLDER [ADDRESS[:PORT]]
import { join } from 'node:path'
import { Account, AudioMediaPlayer, AudioMediaRecorder, Call } from '../api/facade/index.ts'
import { begin } from './begin.ts'

const RING_MS = 500
const [greeting = 'greeting.wav', folder = '.', address] = process.argv.slice(2)
let messages = 0

function answer(call: Call): void {
  const file = join(folder, `message-${++messages}.wav`)
  const [says, records] = [new AudioMediaPlayer(), new AudioMediaRecorder()]
  call.on('streamCreated', ({ media }) => {
    says.createPlayer(greeting, { loops: 1 })
    says.startTransmit(media)
  })
  says.on('eof', () => {
    says.dispose()
    records.createRecorder(file)
    call.getAudioMedia().startTransmit(records)
    call.sendInstantMessage({ content: 'speak now' })
  })
  call.on('callEnd', ({ info }) => {
    says.dispose()
    records.dispose()
    console.log(`${file} from ${info.remoteUri}, ${Math.round(info.connectDuration)} s`)
  })
  setTimeout(() => call.isActive() && call.answer({ statusCode: 200 }), RING_MS)
  call.answer({ statusCode: 180 })
}

const idUri = `sip:machine@${await begin(address)}`
const account = new Account()
account.on('incomingCall', ({ callId }) => answer(new Call(account, callId)))
account.create({ idUri })
console.log(idUri)
