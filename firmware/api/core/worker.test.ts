// The core in a worker thread, and at the end of a process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { startPeer } from '../../testing/loopback-peer.ts'

const CORE = new URL('./index.ts', import.meta.url).href

/** Registers at a port of loopback; what it does afterwards is said by `then`. */
const program = (port: number, then: string) => `
  const { Credentials, Engine, Registration, Route, SipUri } = await import(${JSON.stringify(CORE)})
  const engine = Engine.shared()
  await engine.start({ localIp: '127.0.0.1', localTlsPort: null, autoSound: false })
  const credentials = new Credentials(SipUri.parse('sip:alice@127.0.0.1:${port}'))
  const registration = new Registration(credentials, { route: new Route('127.0.0.1', ${port}) })
  const registered = engine.notifications.next('registration-changed-state', { where: ({ state }) => state === 'registered' })
  registration.register()
  await registered
  ${then}
`

async function registrar() {
  const peer = await startPeer()
  peer.on('REGISTER', (request) => ({
    status: 200,
    headers: request.header('Expires') === '0' ? [] : [`Contact: ${request.header('Contact')}`],
  }))
  return peer
}

test('in a worker thread: methods return at once, results come as notifications, the thread ends', async () => {
  const peer = await registrar()
  const then = `
    const { parentPort } = await import('node:worker_threads')
    parentPort.postMessage(registration.state)
    await engine.stop()
    parentPort.postMessage(engine.state)
  `
  const worker = new Worker(`(async () => { ${program(peer.port, then)} })()`, { eval: true })
  const said: string[] = []
  worker.on('message', (state) => said.push(state))
  const [code] = await once(worker, 'exit')
  expect(code).toBe(0)
  expect(said).toEqual(['registered', 'stopped'])
  expect(peer.of('REGISTER').map((request) => request.header('Expires'))).toEqual(['300', '0'])
})

test('at the exit of the process the engine stops by itself: the binding is given back, nothing holds the process', async () => {
  const peer = await registrar()
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(peer.port, 'process.exit(3)')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  expect(code).toBe(3)
  await expect.poll(() => peer.of('REGISTER').map((request) => request.header('Expires'))).toEqual(['300', '0'])
})

test('after stop() the process ends without being told to', async () => {
  const peer = await registrar()
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(peer.port, 'await engine.stop()')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
})
