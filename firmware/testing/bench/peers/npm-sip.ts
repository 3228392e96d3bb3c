// Peer: npm's `sip` answering calls (180, then 200) and OPTIONS. Run: node npm-sip.ts PORT
import { createRequire } from 'node:module'
import { ANSWER } from './answer.ts'

interface Message {
  readonly method: string
  headers: Record<string, unknown>
  content?: string
}
const sip = createRequire(import.meta.url)('sip') as {
  start(options: object, onRequest: (request: Message) => void): void
  send(message: Message): void
  makeResponse(request: Message, status: number, reason: string): Message
}

const port = Number(process.argv[2])
let tags = 0
sip.start({ address: '127.0.0.1', port, tcp: false }, (request) => {
  switch (request.method) {
    case 'INVITE': {
      const to = request.headers.to as { params: Record<string, string> }
      to.params.tag = `tag${++tags}`
      sip.send(sip.makeResponse(request, 180, 'Ringing'))
      const answer = sip.makeResponse(request, 200, 'OK')
      answer.headers.contact = [{ uri: `sip:bench@127.0.0.1:${port}` }]
      answer.headers['content-type'] = 'application/sdp'
      answer.content = ANSWER
      sip.send(answer)
      return
    }
    case 'BYE':
    case 'OPTIONS':
      sip.send(sip.makeResponse(request, 200, 'OK'))
      return
  }
})
console.log('ready')
