// A project outside this tree installs what `npm pack` makes, compiles against its types and makes a call.
import { execFile } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import nodeTypes from '../../../node_modules/@types/node/package.json' with { type: 'json' }
import manifest from '../../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../../..', import.meta.url))
const outside = mkdtempSync(join(tmpdir(), 'offhook-outside-'))
const run = (command: string, args: readonly string[], cwd = outside) =>
  promisify(execFile)(command, [...args], { cwd })
afterAll(() => rmSync(outside, { recursive: true, force: true }))

const PROGRAM = `
import { Account, Call, Endpoint, OperationError } from 'offhook'
import { Engine } from 'offhook/core'
import { parseSdp, printSdp } from 'offhook/sdp'
import { isSip, parseUri } from 'offhook/sip'
import { createMediaEngine } from 'offhook/media'
import { startAgent } from 'offhook/user-agent'

const layers: readonly unknown[] = [Engine, parseSdp, printSdp, createMediaEngine, startAgent]
if (layers.some((each) => typeof each !== 'function')) throw new Error('a layer is missing')
const uri = parseUri('sip:a@b')
if (!uri.ok || !isSip(uri.value) || uri.value.host !== 'b') throw new Error('no URI')

async function desk(user: string, rtpPort: number) {
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  endpoint.libInit({ medConfig: { rtpPort } })
  const id = endpoint.transportCreate('udp', { boundAddress: '127.0.0.1' })
  await endpoint.libStart()
  const idUri = \`sip:\${user}@\${endpoint.transportGetInfo(id).localAddress}\`
  const account = new Account(endpoint)
  account.create({ idUri })
  return { endpoint, account, idUri }
}
const [a, b] = await Promise.all([desk('a', 28_000), desk('b', 28_400)])
b.account.on('incomingCall', ({ callId }) => new Call(b.account, callId).answer({ statusCode: 200 }))
const call = new Call(a.account)
const stands = call.once('callState', ({ state }) => state === 'confirmed')
call.makeCall(b.idUri)
await stands
console.log(call.getInfo().stateText, call.hasMedia())
try {
  call.answer({ statusCode: 200 })
} catch (error) {
  if (error instanceof OperationError) console.log(error.operation)
}
await Promise.all([a.endpoint.libDestroy(), b.endpoint.libDestroy()])
`

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2024', module: 'nodenext', strict: true, types: ['node'], outDir: 'out', rootDir: '.' },
    ...{ skipLibCheck: false, exactOptionalPropertyTypes: true },
  },
  files: ['main.ts'],
}

beforeAll(async () => {
  await run(process.execPath, ['firmware/api/layers/build-package.ts'], root)
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', outside], root)
  writeFileSync(join(outside, 'package.json'), JSON.stringify({ name: 'outside', type: 'module' }))
  const packed = readdirSync(outside).find((name) => name.endsWith('.tgz'))!
  // From npm's own cache, which holds what this tree was installed from; what is built natively is for the phone alone.
  const quietly = ['--prefer-offline', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--silent']
  await run('npm', ['install', ...quietly, `./${packed}`, `@types/node@${nodeTypes.version}`])
  writeFileSync(join(outside, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  writeFileSync(join(outside, 'main.ts'), PROGRAM)
}, 120_000)

test('npm installs it with what it depends on, as a copy of its own', () => {
  const installed = JSON.parse(readFileSync(join(outside, 'package.json'), 'utf8')).dependencies
  expect(installed.offhook).toBe(`file:offhook-${manifest.version}.tgz`)
  expect(lstatSync(join(outside, 'node_modules/offhook')).isSymbolicLink()).toBe(false)
  for (const name of Object.keys(manifest.dependencies))
    expect(existsSync(join(outside, 'node_modules', name)), name).toBe(true)
  expect(existsSync(join(outside, 'node_modules/offhook/firmware'))).toBe(false)
})

test('it compiles against the types of every layer, all of them checked', { timeout: 60_000 }, async () => {
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.']).catch(({ stdout }) => expect(stdout).toBe(''))
})

// A process that lingers when all is destroyed takes longer.
test('makes a call, and ends by itself', { timeout: 9_000 }, async () => {
  const { stdout } = await run(process.execPath, ['out/main.js'])
  expect(stdout.trim().split('\n')).toEqual(['CONFIRMED true', 'answer'])
})

test('nothing but the layers can be imported', async () => {
  const attempt = run(process.execPath, ['-e', "import('offhook/build/package/firmware/ua/call.js')"])
  await expect(attempt).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
  expect(Object.keys(manifest.exports)).toHaveLength(7)
})

test('what the façade has for itself is not in its types', () => {
  const types = join(outside, 'node_modules/offhook/build/package/firmware/api/facade')
  const said = (file: string) => readFileSync(join(types, file), 'utf8')
  expect(said('call.d.ts')).toContain('makeCall(')
  expect(said('call.d.ts')).not.toMatch(/attach\(|makeTransferred/)
  expect(said('account.d.ts')).not.toMatch(/watchers|tellPresence|inner\(|contactUser/)
  expect(said('observed.d.ts')).not.toMatch(/tell</)
})
