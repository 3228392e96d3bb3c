// Accounts that send from other ports than they listen on: two pairs for each call, opened together or both given back.
import { expect, test } from 'vitest'
import type { MediaCommand } from '../media/contract.ts'
import { sdp, uaScript } from '../testing/ua-script.ts'

function script(asymmetricRtp: boolean) {
  const ua = uaScript()
  const asked: MediaCommand[] = []
  const handle = ua.media.handle
  ua.media.handle = (command) => {
    asked.push(command)
    handle(command)
  }
  ua.account('a', { asymmetricRtp })
  const of = (kind: MediaCommand['kind']) => asked.filter((command) => command.kind === kind)
  return { ...ua, opened: () => of('open-stream'), released: () => of('release-pair') }
}

test.each([true, false])('asymmetricRtp %s, calling and called', (apart) => {
  const ua = script(apart)
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.body('o', 'answer', sdp(), true)
  ua.state('o', 'CONNECTING', 200)
  ua.incoming('in:1', sdp())
  ua.answer('in:1', 200)
  const pairs = ua.opened().map((command) => command.kind === 'open-stream' && command.sendPair !== undefined)
  expect(pairs).toEqual([apart, apart])
  expect(ua.media.faults).toEqual([])
})

test('a call that comes to nothing gives back both', () => {
  const ua = script(true)
  ua.call('o')
  ua.state('o', 'CALLING')
  ua.state('o', 'DISCONNECTED', 486, 'remote')
  expect(ua.released()).toHaveLength(2)
  expect(ua.opened()).toEqual([])
  expect(ua.media.faults).toEqual([])
})
