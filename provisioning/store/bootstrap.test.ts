// The bootstrap file and the environment, and what is said when they are wrong.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBootstrap } from './bootstrap.ts'
import { showFault } from './json-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-bootstrap-'))
})
afterAll(() => rm(directory, { recursive: true }))

const file = async (name: string, content: string) => {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}
const fault = async (path: string | undefined, environment = {}) => {
  const read = await readBootstrap(path, environment)
  return read.ok ? 'ok' : showFault(read.error).replaceAll(directory, '')
}

test('without anything the phone stands alone', async () => {
  expect(await readBootstrap(undefined, {})).toEqual({
    ok: true,
    value: { prefix: 'offhook', board: 'pi-usb-handset', credentials: undefined },
  })
})

test('the environment has its way over the file; the password is kept from sight', async () => {
  const credentials = await file('who.json', '{"username":"desk","password":"geheim"}')
  const path = await file('a.json', JSON.stringify({ broker: 'mqtt://one', prefix: 'acme/phones', credentials }))
  const read = await readBootstrap(path, { OFFHOOK_BROKER: 'mqtts://two:8884', OFFHOOK_CA: '' })
  if (!read.ok) throw new Error(showFault(read.error))
  expect(read.value).toMatchObject({
    broker: 'mqtts://two:8884',
    prefix: 'acme/phones',
    credentials: { username: 'desk' },
  })
  expect(read.value.credentials?.password.reveal()).toBe('geheim')
  expect(JSON.stringify(read.value)).not.toContain('geheim')
})

test('faults name the file, the path, what was expected and what was found', async () => {
  const broken = await file('broken.json', '{"broker": ')
  const wrong = await file('wrong.json', '{"broker":"http://x","devicId":"d"}')
  const who = await file('bad-who.json', '{"username":"desk","password":5}')
  const named = await file('named.json', JSON.stringify({ credentials: who }))
  expect(await fault(broken)).toBe(
    '/broken.json: expected a JSON document in UTF-8, got an error in line 1, column 12 (check it with any JSON tool)',
  )
  expect(await fault(join(directory, 'none.json'))).toBe('/none.json: expected a readable file, got ENOENT')
  expect(await fault(wrong)).toBe(
    '/wrong.json /devicId: expected no such key; known here: broker, deviceId, prefix, board, boardFile, credentials, ca, cert, key, got an unknown key (did you mean deviceId?)\n' +
      '/wrong.json /broker: expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT], got "http://x" (it begins with mqtt:// or mqtts://)',
  )
  expect(await fault(named)).toBe(
    '/bad-who.json /password: expected a text of 1 to 1024 characters, got a number (not shown)',
  )
  expect(await fault(undefined, { OFFHOOK_DEVICE_ID: 'a/b' })).toMatch(
    /^environment OFFHOOK_DEVICE_ID: expected a name of 1–64/,
  )
  expect(await fault(undefined, { OFFHOOK_BROKER: 'mqtt://desk:geheim@x' })).not.toContain('geheim')
})
