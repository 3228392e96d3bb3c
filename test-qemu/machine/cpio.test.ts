// The archive is what the system's own cpio takes it for.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { cpio } from './cpio.ts'

test('files with their modes, folders above them once, data of any length', () => {
  const archive = cpio({
    'extra/usr/a.sh': { data: '#!/bin/sh\n', mode: 0o755 },
    'extra/usr/lib/b': { data: new Uint8Array([1, 2, 3]) },
    'extra/c': { data: '' },
    'extra/d': { link: '/dev/null' },
  })
  expect(archive.length % 4).toBe(0)
  const listed = execFileSync('cpio', ['-itv', '--numeric-uid-gid'], {
    input: archive,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  const rows = listed
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  expect(rows.map((row) => [row[0], row[2], row[3], row[4], row.at(-1)])).toEqual([
    ['drwxr-xr-x', '0', '0', '0', 'extra'],
    ['drwxr-xr-x', '0', '0', '0', 'extra/usr'],
    ['drwxr-xr-x', '0', '0', '0', 'extra/usr/lib'],
    ['-rwxr-xr-x', '0', '0', '10', 'extra/usr/a.sh'],
    ['-rw-r--r--', '0', '0', '3', 'extra/usr/lib/b'],
    ['-rw-r--r--', '0', '0', '0', 'extra/c'],
    ['lrwxrwxrwx', '0', '0', '9', '/dev/null'],
  ])
})
