// A telephone in a terminal, in a thread of its own: softphone.ts ADDRESS[:PORT] [null]. Lines: call URI, answer, hold, resume, dtmf 1, say TEXT, hangup, quit
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Account, Call, Endpoint } from '../api/facade/index.ts'
import { begin } from './begin.ts'

if (isMainThread) {
  const phone = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) })
  phone.once('exit', (code) => process.exit(code))
  createInterface({ input: process.stdin }).on('line', (line) => phone.postMessage(line))
} else {
  const [address, device] = process.argv.slice(2)
  const idUri = `sip:me@${await begin(address)}`
  const devices = Endpoint.instance().audDevManager()
  if (device === 'null') devices.setNullDev()
  let call: Call | undefined

  const take = (taken: Call) => {
    call = taken
    taken.on('callState', ({ state, reason }) => console.log(state, reason))
    taken.on('instantMessage', ({ msgBody }) => console.log(`they write: ${msgBody}`))
    taken.on('dtmfDigit', ({ digit }) => console.log(`digit ${digit}`))
    taken.on('streamCreated', ({ media }) => {
      devices.getCaptureDevMedia().startTransmit(media)
      media.startTransmit(devices.getPlaybackDevMedia())
    })
  }
  const account = new Account()
  account.on('incomingCall', ({ callId, rdata }) => {
    take(new Call(account, callId))
    call?.answer({ statusCode: 180 })
    console.log(`${rdata.peer.uri} calls`)
  })
  account.create({ idUri })
  console.log(idUri)

  const orders: Readonly<Record<string, (rest: string) => void>> = {
    call: (to) => {
      take(new Call(account))
      call?.makeCall(to)
    },
    answer: () => call?.answer({ statusCode: 200 }),
    hold: () => call?.setHold(),
    resume: () => call?.reinvite({ opt: { unhold: true } }),
    dtmf: (digits) => call?.dialDtmf(digits),
    say: (content) => call?.sendInstantMessage({ content }),
    hangup: () => call?.hangup(),
    quit: () =>
      void Endpoint.instance()
        .libDestroy()
        .then(() => process.exit(0)),
  }
  parentPort?.on('message', (line: string) => {
    const [order = '', ...rest] = line.trim().split(' ')
    try {
      if (orders[order]) orders[order](rest.join(' '))
      else console.log(`expected one of: ${Object.keys(orders).join(', ')}`)
    } catch (error) {
      console.log(error instanceof Error ? error.message : error)
    }
  })
}
