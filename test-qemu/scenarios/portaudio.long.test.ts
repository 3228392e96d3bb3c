// The handset by PortAudio instead of the engine's own ALSA thread: naudiodon with Debian's library carries a call.
import { expect } from 'vitest'
import { toneIn } from '../../firmware/testing/tone.ts'
import { inTime } from './in-time.ts'
import { OFF, PERSON_SAYS } from './phone.ts'
import { scenario } from './scenario.ts'
import { FRIEND, FRIEND_SAYS } from './stage.ts'
import { expectTone, HANDSET_DB, SPOKEN_DB } from './voice.ts'

/** Prints the processes that have PortAudio in them. */
const USERS = 'for p in /proc/[0-9]*; do case "$(cat $p/maps 2> /dev/null)" in *libportaudio*) echo $p ;; esac; done'
const HANDSET = { kind: 'portaudio', capture: 'handset_capture', playback: 'handset_playback', rate: 16000 }

scenario('portaudio', 'a call by way of PortAudio', 320, async (scene) => {
  const { friend, operator } = scene
  await scene.configure({ handset: HANDSET })
  const phone = await scene.started()
  await phone.ready()
  await operator.sees('state/audio', { handset: 'working' })
  const main = (await phone.shell.out('systemctl show -P MainPID offhook')).trim()
  const users = (await phone.shell.out(USERS)).trim().split('\n')
  expect(users).toEqual([expect.stringMatching(/^\/proc\/\d+$/)])
  expect(users).not.toContain(`/proc/${main}`)
  phone.machine.hook.lift()
  await phone.shows('Dial')
  await phone.dial(FRIEND)
  await phone.shows(/☎ 00:0/)
  await inTime('the friend to answer', 10_000, friend.event('CALL_ESTABLISHED'))
  await phone.handset.listens(3)
  expectTone(await phone.hears(FRIEND_SAYS, 6), 6, SPOKEN_DB + HANDSET_DB)
  phone.machine.hook.down()
  await inTime('the call to end', 10_000, friend.event('CALL_CLOSED'))
  expectTone(toneIn(friend.heard(), PERSON_SAYS, OFF), 9, SPOKEN_DB)
  await phone.shows('Ready')
})
