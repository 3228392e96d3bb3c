// A page with a number to click: the phone on the desk rings first, then it is sent there: click-to-dial.ts PHONE-URI ADDRESS[:PORT] [WEB-PORT]
import { createServer, type IncomingMessage } from 'node:http'
import { Account, Call } from '../api/facade/index.ts'
import { begin } from './begin.ts'

const [phone = '', address, webPort = '0'] = process.argv.slice(2)
const idUri = `sip:click@${await begin(address)}`
const account = new Account()
account.create({ idUri })

const PAGE = `<!doctype html><title>Click to dial</title>
<form method="post"><input name="to" required placeholder="sip:bob@example.com"><button>Call</button></form>`

/** Calls the phone; when it is picked up there, it is referred to `to`. */
function dial(to: string): void {
  const call = new Call(account)
  call.on('callState', ({ state, statusCode, reason }) => {
    console.log(state, statusCode, reason)
    if (state === 'confirmed') call.xfer(to)
  })
  call.on('callTransferStatus', ({ statusCode, finalNotify }) => {
    console.log('transfer', statusCode)
    if (finalNotify && call.isActive()) call.hangup()
  })
  call.makeCall(phone)
}

async function answer(request: IncomingMessage): Promise<readonly [status: number, text: string]> {
  // A page of somebody else must not dial from the browser of whoever looks at it.
  const { origin, host } = request.headers
  if (request.method === 'GET') return [200, PAGE]
  if (request.method !== 'POST' || (origin !== undefined && origin !== `http://${host}`)) return [403, 'not from there']
  let body = ''
  for await (const chunk of request) {
    body += chunk
    if (body.length > 2048) return [413, 'too long']
  }
  dial(new URLSearchParams(body).get('to') ?? '')
  return [200, 'Your phone rings']
}

const server = createServer((request, response) => {
  const end = ([status, text]: readonly [number, string]) =>
    response.writeHead(status, { 'Content-Type': text === PAGE ? 'text/html' : 'text/plain' }).end(text)
  answer(request).then(end, (error) => end([400, String(error)]))
})
server.listen(Number(webPort), '127.0.0.1', () => {
  const at = server.address()
  console.log(`http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}/`)
})
