// A host that stands still is seen, an event loop that does is not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { LONG_MS, watchHost } from './host.ts'

test('a process that is stopped for 100 ms is told from one whose event loop is busy', async () => {
  const longest = await watchHost()
  await once(spawn('sh', ['-c', `kill -STOP ${process.pid}; sleep 0.1; kill -CONT ${process.pid}`]), 'close')
  expect(longest()).toBeGreaterThan(LONG_MS + 50)
  const until = performance.now() + 300
  while (performance.now() < until);
  expect(longest()).toBeLessThan(250)
})
