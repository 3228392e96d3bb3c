// What the builder says while it works, and when the archive is out of reach.
import { expect, test } from 'vitest'
import { aptProgress, explainFetch } from './fetching.ts'
import { progress } from './progress.ts'

function heard(terminal: boolean) {
  const said: string[] = []
  const clock = { now: 0 }
  const says = progress(
    (text) => said.push(text),
    terminal,
    () => clock.now,
  )
  return { says, clock, text: () => said.join('') }
}

test('on a terminal a moving line is written over itself, and a step begins below it', () => {
  const { says, clock, text } = heard(true)
  says.step('fetching')
  clock.now = 1500
  says.moving('1 of 2')
  says.moving('2 of 2')
  clock.now = 2000
  says.step('unpacking')
  expect(text()).toBe(
    '[image   0.0 s] fetching\n\r\x1b[K[image   1.5 s]   1 of 2\r\x1b[K[image   1.5 s]   2 of 2\n[image   2.0 s] unpacking\n',
  )
})

test('elsewhere a moving line comes every ten seconds', () => {
  const { says, clock, text } = heard(false)
  says.step('fetching')
  for (let second = 1; second <= 25; second++) {
    clock.now = second * 1000
    says.moving(`${second}`)
  }
  expect(text()).toBe('[image   0.0 s] fetching\n[image  10.0 s]   10\n[image  20.0 s]   20\n')
})

test('apt’s lines become packages and megabytes of what there is', () => {
  const moved: string[] = []
  const line = aptProgress({ moving: (text) => void moved.push(text) })
  for (const said of [
    'Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]',
    'Get:2 http://deb.debian.org/debian bookworm/main arm64 Packages [8,689 kB]',
    '0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.',
    'Need to get 2.4 MB of archives.',
    'Get:1 http://deb.debian.org/debian bookworm/main arm64 libc6 arm64 2.36-9+deb12u14 [2,325 kB]',
    'Get:2 http://deb.debian.org/debian bookworm/main arm64 netbase all 6.4 [12.8 kB]',
    'Reading package lists...',
  ])
    line(said)
  expect(moved).toEqual([
    'list of packages (151 kB)',
    'list of packages (8,689 kB)',
    '1 of 2 packages, 2.3 MB of 2.4 MB: libc6',
    '2 of 2 packages, 2.3 MB of 2.4 MB: netbase',
  ])
})

test('a machine without network is told so, and what to do; other errors stay what they are', () => {
  const apt = new Error(
    'failed (1): apt-get update\nErr:1 …\n  Could not connect to 127.0.0.1:9 (Connection refused)\n',
  )
  expect(explainFetch(apt, 'the packages of the root', 'or do without').message).toBe(
    'the packages of the root: Debian’s archive is not reached (Could not connect to 127.0.0.1:9 (Connection refused)). '.replace(
      '’',
      "'",
    ) + 'This needs a network, or a proxy named by http_proxy; or do without.',
  )
  const other = new Error('no space left on device')
  expect(explainFetch(other, 'the packages', 'x')).toBe(other)
})
